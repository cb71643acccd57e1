"""The regimens in the console: found, read, completed by two persons, ordered."""

import re

import pytest

from infusion import models
from infusion.catalogue.regimens import all_regimens
from tests.factories import patients as people
from tests.factories.walks import A041703, completion, holes, signed

pytestmark = pytest.mark.django_db
PLACES = f"/regimens/{A041703}/values"


def page(client, path, status=200, **query):
    answer = client.get(path, query)
    assert answer.status_code == status
    return answer.text


def token_of(text):
    return re.search(r'name="token" value="([^"]+)"', text)[1]


def version_of(text):
    return re.search(r'name="version" value="(\d+)"', text)[1]


def rows_of(text):
    return re.findall(r'<a href="/regimens/([a-z0-9-]+)/', text)


def draft(client, **changes):
    """Fill the first places in, as the form numbers them."""
    text = page(client, PLACES)
    form = {"token": token_of(text), "site": ""}
    for number, _place in enumerate(holes()):
        form |= {f"value_{number}": "14", f"source_{number}": "Protocol 7"}
    found = re.search(r'name="version" value="(\d+)" id="id_version"', text)
    form |= {"version": found[1]} if found else {}
    return client.post(PLACES, form | changes, follow=True)


def sign(client, role):
    text = page(client, PLACES)
    path = re.search(r'action="(/overlays/[^"]+)"', text)[1]
    return client.post(path, {"role": role, "version": version_of(text)}, follow=True)


def test_every_regimen_is_on_the_list_and_has_a_page(ward, browser_of):
    client = browser_of(ward.nurse)
    listed = rows_of(page(client, "/regimens/"))

    assert sorted(listed) == sorted(all_regimens())
    for key in listed:
        text = page(client, f"/regimens/{key}/")
        assert text.count("<svg") == 2
        assert ("cannot be ordered" in text) == (not all_regimens()[key].is_complete)


@pytest.mark.parametrize(
    ("query", "found", "left_out"),
    [
        ({"q": "ponatinib"}, "mdacc-ponatinib", "us-label-rr"),
        ({"q": "复发 说明书"}, "us-label-rr", "us-label-mrd"),
        ({"q": "R04"}, A041703, "e1910"),
        ({"jurisdiction": "UK"}, "uk-label-rr", "us-label-rr"),
        ({"state": "incomplete"}, A041703, "us-label-rr"),
        ({"state": "unsigned"}, "us-label-rr", A041703),
        ({"q": "cycles", "jurisdiction": "CN"}, "", "us-label-rr"),
    ],
)
def test_the_list_is_narrowed(ward, browser_of, query, found, left_out):
    listed = rows_of(page(browser_of(ward.nurse), "/regimens/", **query))

    assert not found or found in listed
    assert left_out not in listed


def test_nothing_found_is_said(ward, browser_of):
    text = page(browser_of(ward.nurse), "/regimens/", q="no such regimen at all")

    assert "No regimen matches." in text


@pytest.mark.parametrize(
    "query", [{"site": "nonsense"}, {"site": "01a20000-0000-7000-8000-000000000000"}]
)
def test_another_site_is_not_there(ward, browser_of, query):
    client = browser_of(ward.nurse)

    for path in ("/regimens/", f"/regimens/{A041703}/"):
        assert client.get(path).status_code == 200
        assert client.get(path, query).status_code == 404
    assert client.get("/regimens/nowhere/").status_code == 404


def test_dates_from_a_start_are_shown_with_their_reason(ward, browser_of):
    client = browser_of(ward.nurse)
    text = page(client, f"/regimens/{A041703}/", start="2026-06-01", block="")

    assert "Mon 1 Jun 2026" in text
    assert "a decision is due after" in text
    # Where the free days are missing, no date after them is made up.
    assert "not known" in text


def test_other_drugs_have_their_dates_and_say_that_they_run_on(ward, browser_of):
    client = browser_of(ward.nurse)
    text = page(client, "/regimens/e1910/", start="2026-06-01", block="")
    assert "Methotrexate, intrathecal, day 14:" in text
    assert '<time datetime="2026-06-14">' in text

    text = page(client, "/regimens/mdacc-ponatinib/", start="2026-06-01", block="")

    said = "Ponatinib, by mouth, every day, goes on through the free days"
    # Once in the table of the blocks and beside the dates of each of five rounds.
    assert text.count(said) == 1 + 5


@pytest.mark.parametrize("start", ["06/07/2026", "2026-13-01", "tomorrow"])
def test_a_day_that_could_be_two_is_refused(ward, browser_of, start):
    client = browser_of(ward.nurse)
    text = page(client, f"/regimens/{A041703}/", start=start, block="")

    assert "Not done. Please check:" in text
    assert f'value="{start}"' in text


def test_what_is_missing_is_named_with_its_place(ward, browser_of):
    text = page(browser_of(ward.nurse), f"/regimens/{A041703}/")

    assert "III: two cycles of blinatumomab: days free of treatment" in text
    assert text.count("missing: days free of treatment") >= 2


def test_sources_are_links_and_unverified_values_are_marked(ward, browser_of):
    text = page(browser_of(ward.nurse), "/regimens/us-label-rr/")

    assert 'href="https://pmc.ncbi.nlm.nih.gov/articles/PMC6368716/table/Tab1"' in text
    assert "values need local sign-off" in text


def test_dose_levels_are_called_in_the_language_of_the_reader(ward, browser_of):
    client = browser_of(ward.nurse)
    path = "/regimens/us-label-rr/"

    assert ">low <span" in page(client, path)
    chinese = client.get(path, headers={"accept-language": "zh-hans"}).text
    assert ">低剂量 <span" in chinese
    # The key stays, for whoever fills in the steps of another regimen.
    assert "<code>low</code>" in chinese


def test_two_persons_complete_a_regimen(ward, browser_of):
    pharmacist, physician = browser_of(ward.pharmacist), browser_of(ward.physician)
    assert "The draft is stored." in draft(pharmacist).text
    assert "Sign as physician" not in page(pharmacist, PLACES)
    assert "Recorded." in sign(pharmacist, "PHARMACIST").text
    half = page(physician, f"/regimens/{A041703}/")
    assert "cannot be ordered" in half
    sign(physician, "PHYSICIAN")
    text = page(physician, f"/regimens/{A041703}/")

    assert "cannot be ordered" not in text
    assert "1.0.0+site.1" in text
    assert "completed by the site" in text
    assert f"/regimens/{A041703}/plan-definition?site={ward.site.pk}" in text


def test_a_change_voids_the_signature(ward, browser_of):
    pharmacist = browser_of(ward.pharmacist)
    draft(pharmacist)
    sign(pharmacist, "PHARMACIST")
    text = draft(pharmacist, value_0="21").text

    assert "Nobody has signed." in text
    assert models.RegimenOverlay.objects.get().values[holes()[0]]["value"] == "21"


def test_one_person_never_signs_twice(ward, browser_of):
    both = people.MembershipFactory(
        site=ward.site, user_id=ward.pharmacist.user_id, role="PHYSICIAN"
    )
    assert both
    client = browser_of(ward.pharmacist)
    draft(client)
    text = page(client, PLACES)
    assert "Sign as physician" in text
    sign(client, "PHARMACIST")
    after = page(client, PLACES)
    assert "Sign as physician" not in after
    path = re.search(r'action="(/overlays/[^"]+)"', after)[1]
    refused = client.post(
        path, {"role": "PHYSICIAN", "version": version_of(after)}, follow=True
    )

    assert "have signed already" in refused.text
    assert models.RegimenOverlay.objects.get().status == "DRAFT"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"value_0": "many"}, "Not done. Please check:"),
        ({"source_0": ""}, "Not done. Please check:"),
        ({"value_0": "", "value_1": ""}, "Not done. Please check:"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_kept(
    ward, browser_of, changes, words
):
    answer = draft(browser_of(ward.pharmacist), **changes)

    assert answer.status_code == 422
    assert words in answer.text
    assert not models.RegimenOverlay.objects.exists()


def test_a_stale_signature_is_refused(ward, browser_of):
    client = browser_of(ward.pharmacist)
    draft(client)
    text = page(client, PLACES)
    path = re.search(r'action="(/overlays/[^"]+)"', text)[1]
    draft(client, value_0="21")
    answer = client.post(path, {"role": "PHARMACIST", "version": "1"}, follow=True)

    assert "Somebody changed these values meanwhile." in answer.text
    assert not models.OverlaySignature.objects.exists()


def test_values_are_taken_back_with_a_reason(ward, browser_of):
    row = signed(ward)
    client = browser_of(ward.physician)
    path = f"/overlays/{row.pk}"
    version = version_of(page(client, PLACES))

    assert "Give a reason." in client.post(path, {"version": version}, follow=True).text
    client.post(path, {"version": version, "reason": "Wrong page"}, follow=True)
    assert "Wrong page" in page(client, PLACES)
    assert "cannot be ordered" in page(client, f"/regimens/{A041703}/")


def test_a_nurse_sees_the_values_and_changes_nothing(ward, browser_of):
    row = signed(ward)
    client = browser_of(ward.nurse)
    text = page(client, PLACES)

    assert "Local protocol 7" in text
    assert "Store as a draft" not in text
    assert client.post(PLACES, {"token": "t"}).status_code == 404
    assert client.post(f"/overlays/{row.pk}", {"role": "PHYSICIAN"}).status_code == 404


def test_the_order_shows_what_cannot_be_ordered_and_why(ward, browser_of):
    client = browser_of(ward.physician)
    path = f"/patients/{ward.patient.pk}/order"
    closed = re.search(rf'<option value="{A041703}"[^>]*>([^<]+)', page(client, path))
    signed(ward)
    open_ = re.search(rf'<option value="{A041703}"[^>]*>', page(client, path))

    assert "disabled" in closed[0]
    assert "2 values missing" in closed[1]
    assert "disabled" not in open_[0]


def order(ward, client, **changes):
    form = {
        "token": "t1",
        "regimen_key": "us-label-rr",
        "start_at_0": "2026-06-02",
        "start_at_1": "09:00",
        "cycles": "2",
    }
    return client.post(f"/patients/{ward.patient.pk}/order", form | changes)


def test_a_course_begins_at_a_later_block(ward, browser_of):
    client = browser_of(ward.physician)
    entries = page(
        client,
        f"/patients/{ward.patient.pk}/order/entries",
        regimen_key="us-label-rr",
    )
    assert "Consolidation, round 2 of 3" in entries
    answer = order(ward, client, entry="consolidation#2", cycles="", order="1")
    course = models.Course.objects.get()

    assert answer.headers["Location"] == f"/courses/{course.pk}/"
    assert "Given elsewhere" in page(client, f"/courses/{course.pk}/outlook")


def test_a_course_opens_with_a_pre_phase(ward, browser_of):
    client = browser_of(ward.physician)
    order(ward, client, opening="steroid-prephase", order="1")
    course = models.Course.objects.get()

    assert course.blocks.get().block_key == "steroid-prephase"


@pytest.mark.parametrize(
    "changes",
    [
        {"regimen_key": A041703},
        {"regimen_key": "us-label-mrd", "entry": "consolidation#2"},
        {"entry": "consolidation#9"},
        {"entry": "consolidation#2", "opening": "steroid-prephase"},
        {"opening": "nothing"},
    ],
)
def test_an_order_that_cannot_stand_is_refused(ward, browser_of, changes):
    answer = order(ward, browser_of(ward.physician), **changes, order="1")

    assert answer.status_code == 422
    assert "Not done. Please check:" in answer.text
    assert not models.Course.objects.exists()


def test_the_completion_of_the_tests_fits_the_file():
    assert set(completion()) == set(holes())
