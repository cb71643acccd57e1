"""A change of the plan at the console: asked, shown side by side, then made."""

import re

import pytest

from infusion import models

HOLD = {
    "scope": "CYCLE",
    "reason": "Fever.",
    "at_0": "2026-06-01",
    "at_1": "10:15",
}


def hidden(text):
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def path_of(course, verb):
    return f"/courses/{course.pk}/changes/{verb}"


def test_a_hold_is_shown_before_it_is_made(ward, browser_of):
    course = ward.running()
    client = browser_of(ward.nurse)
    path = path_of(course, "hold")
    form = hidden(client.get(path).text)

    shown = client.post(path, form | HOLD)

    assert shown.status_code == 200
    assert "Before and after" in shown.text
    assert not models.InfusionEvent.objects.filter(kind="PAUSE").exists()
    confirmed = form | HOLD | hidden(shown.text) | {"confirm": "1"}
    made = client.post(path, confirmed, follow=True)
    assert "The plan was changed as it was shown." in made.text
    assert "THE INFUSION STANDS STILL" in made.text
    again = client.post(path, confirmed)
    assert again.status_code == 422
    assert models.InfusionEvent.objects.filter(kind="PAUSE").count() == 1


def test_who_confirms_what_has_changed_sees_it_afresh(ward, browser_of):
    course = ward.running()
    visit = models.Visit.objects.filter(kind="BAG_CHANGE").earliest("planned_at")
    client = browser_of(ward.physician)
    path = path_of(course, "hold")
    form = hidden(client.get(path).text)
    shown = client.post(path, form | HOLD)
    ward.deliver(visit.bag, ward.now)

    answer = client.post(path, form | HOLD | hidden(shown.text) | {"confirm": "1"})

    assert answer.status_code == 409
    assert "Look again" in answer.text
    assert hidden(answer.text)["shown"] != hidden(shown.text)["shown"]
    assert not models.InfusionEvent.objects.filter(kind="PAUSE").exists()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    "verb",
    [
        "cease",
        "resume",
        "change_placement",
        "move_visit",
        "swap_recipe",
        "defer",
        "omit",
    ],
)
def test_every_form_opens(ward, browser_of, verb, language):
    course = ward.running()
    client = browser_of(ward.physician)

    answer = client.get(path_of(course, verb), headers={"accept-language": language})

    assert answer.status_code == 200
    assert 'name="scope"' in answer.text
    # The first cycle has begun and nothing is held: no button leads to these two.
    listed = client.get(f"/courses/{course.pk}/changes")
    assert (f"changes/{verb}" in listed.text) == (verb not in {"defer", "resume"})


def test_a_visit_is_moved_by_choosing_it(ward, browser_of):
    course = ward.running()
    visit = models.Visit.objects.filter(kind="BAG_CHANGE").earliest("planned_at")
    client = browser_of(ward.nurse)
    path = path_of(course, "move_visit")
    form = hidden(client.get(path).text)
    day = visit.planned_at.date().isoformat()
    asked = {
        "scope": "STEP",
        "reason": "The nurse is away.",
        "visit_id": str(visit.id),
        "to_0": day,
        "to_1": "07:30",
    }

    shown = client.post(path, form | asked)

    assert shown.status_code == 200, shown.text
    confirmed = form | asked | hidden(shown.text) | {"confirm": "1"}
    assert client.post(path, confirmed).status_code == 302
    visit.refresh_from_db()
    # 07:30 in New York.
    assert f"{visit.planned_at:%H:%M}" == "11:30"


def test_what_is_not_in_a_role_is_not_there(ward, browser_of):
    course = ward.running()

    assert browser_of(ward.nurse).get(path_of(course, "cease")).status_code == 404
    assert browser_of(ward.nurse).get(path_of(course, "sing")).status_code == 404


@pytest.mark.parametrize(
    ("language", "title", "empty", "place"),
    [
        ("en", "Changes of the plan", "Nobody has changed this plan.", "Where: Home"),
        ("zh-hans", "计划的更改", "尚无人更改过此计划。", "地点: 居家"),
    ],
)
def test_what_was_changed_is_listed_with_its_reason(
    ward, browser_of, language, title, empty, place
):
    course = ward.running()
    client = browser_of(ward.physician)
    path = path_of(course, "change_placement")
    asked = {
        "scope": "CYCLE",
        "reason": "Lives <next> door.",
        "place": "HOME",
        "override_reason": "Seen.",
        "at_0": "2026-06-01",
        "at_1": "10:15",
    }
    listed, speaks = f"/courses/{course.pk}/changes", {"accept-language": language}
    assert empty in client.get(listed, headers=speaks).text
    form = hidden(client.get(path).text)
    shown = client.post(path, form | asked)
    confirmed = form | asked | hidden(shown.text) | {"confirm": "1"}
    assert client.post(path, confirmed).status_code == 302

    page = client.get(listed, headers=speaks).text

    assert title in page
    assert empty not in page
    assert place in page
    assert "Lives &lt;next&gt; door." in page
    assert str(ward.physician.user_id) not in page


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Left out, not given"), ("zh-hans", "已略过，未给予")]
)
def test_a_block_left_out_is_shown_first_and_said_after(
    ward, browser_of, language, said
):
    course = ward.order("us-label-mrd")
    client = browser_of(ward.physician)
    in_words = {"accept-language": language}
    path = path_of(course, "omit")
    asked = hidden(client.get(path).text) | {"scope": "STEP", "reason": "Asked for."}

    shown = client.post(path, asked, headers=in_words)

    assert shown.status_code == 200
    assert ("Comes next" if language == "en" else "接下来") in shown.text
    assert course.blocks.get().status == "PLANNED"
    client.post(path, asked | hidden(shown.text) | {"confirm": "1"})
    assert course.blocks.get().status == "OMITTED"
    assert said in client.get(f"/courses/{course.pk}/outlook", headers=in_words).text
