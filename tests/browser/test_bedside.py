"""What goes wrong at a bedside: no mouse, odd names, a lost network, a refused form."""

import pytest

from infusion import models
from patients import models as patients
from tests.browser.walks import Walk, account, tab_to
from tests.factories import wards

TRAPS = [
    ("<script>document.title='owned'</script>", "<b>x</b>"),
    ("\u202eneddih", "\u2066name"),
    ("W" * 200, "W" * 200),
]


def test_the_hang_form_is_filled_without_a_mouse(person, moving_clock):
    ward = wards.ward()
    course = ward.running()
    bag = wards.planned_bags(course)[0]
    ward.deliver(bag, ward.now)
    moving_clock.set(bag.planned_hang_at)
    nurse = person("en", account(ward.nurse))
    nurse.open(f"/courses/{course.pk}/steps/hang")
    keyboard = nurse.page.keyboard
    reading = wards.reading_of(bag, bag.planned_hang_at)
    zone = Walk(ward, moving_clock).zone
    end = reading.ends_at.astimezone(zone)

    keyboard.press("Tab")
    assert nurse.page.evaluate("document.activeElement.className") == "skip"
    keyboard.press("Enter")
    tab_to(nurse, "bag_code")
    keyboard.type(bag.code)
    tab_to(nurse, "rate_ml_h")
    keyboard.type("0.6")
    tab_to(nurse, "volume_ml")
    keyboard.type(f"{reading.volume_ml.normalize():f}")
    tab_to(nurse, "ends_at_0")
    keyboard.type(f"{end:%a} {end.day} {end:%b %Y}")
    tab_to(nurse, "ends_at_1")
    keyboard.type(f"{end:%H:%M}")
    keyboard.press("Tab")
    with nurse.page.expect_navigation():
        keyboard.press("Enter")

    assert nurse.page.locator("#errors").all_inner_texts() == []
    assert models.HangCheck.objects.filter(bag=bag).exists()


def test_a_refused_form_leads_to_its_errors(person, moving_clock):
    ward = wards.ward()
    course = ward.running()
    nurse = person("en", account(ward.nurse))
    nurse.open(f"/courses/{course.pk}/steps/hang")
    nurse.page.fill("[name=rate_ml_h]", ".6")
    nurse.send()
    focused = nurse.page.evaluate("document.activeElement.id")

    assert focused == "errors"
    assert nurse.page.input_value("[name=rate_ml_h]") == ".6"
    nurse.inspect("hang-refused")


@pytest.mark.parametrize(("family", "given"), TRAPS)
def test_odd_names_are_only_names(person, moving_clock, family, given):
    ward = wards.ward()
    patients.Patient.objects.filter(pk=ward.patient.pk).update(
        family_name=family, given_name=given
    )
    course = ward.running()
    nurse = person("en", account(ward.nurse))
    for name, path in (
        ("odd-list", "/patients/"),
        ("odd-patient", f"/patients/{ward.patient.pk}/"),
        ("odd-course", f"/courses/{course.pk}/"),
    ):
        nurse.open(path)
        assert nurse.page.title() != "owned"
        for width in (1440, 390):
            nurse.page.set_viewport_size({"width": width, "height": 844})
            nurse.no_sideways_scroll(name)
    assert nurse.complaints == []


def test_a_lost_server_is_said_loudly_and_nothing_typed_is_lost(person, moving_clock):
    ward = wards.ward()
    course = ward.running()
    nurse = person("en")
    nurse.page.clock.install()
    nurse.log_in(account(ward.nurse))
    nurse.open(f"/courses/{course.pk}/steps/pause")
    nurse.page.fill("[name=note]", "half a sentence")
    with nurse.page.expect_response("**/status?part=strip") as answered:
        nurse.page.clock.run_for(15_500)
    assert answered.value.status in {200, 304}
    assert nurse.page.is_hidden("#stale")

    nurse.page.context.set_offline(offline=True)
    nurse.page.clock.run_for(50_000)
    nurse.page.wait_for_selector("#stale:visible")
    assert "Do not rely on it" in nurse.page.inner_text("#stale")
    assert nurse.page.input_value("[name=note]") == "half a sentence"

    nurse.page.context.set_offline(offline=False)
    with nurse.page.expect_response("**/status?part=strip"):
        nurse.page.clock.run_for(15_500)
    nurse.page.wait_for_selector("#stale", state="hidden")
