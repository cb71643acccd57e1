"""A site's triage rules at the console: seen, tried on stored answers, signed."""

import pytest

from infusion import models
from infusion.catalogue.toml_text import toml_of
from infusion.domain.checkins import Way
from infusion.domain.findings import Source
from infusion.services import checkins_answering
from patients import clock
from patients.selectors.actors import get_actor
from tests.factories import patients as people
from tests.factories import triage as written
from tests.factories.submissions import bare_course, due, form, sent
from tests.factories.wards import ward

PAGE = "/check-ins/rules/"


@pytest.fixture
def here():
    place = ward(now=clock.now())
    course = bare_course(place)
    checkins_answering.answer_check_in(
        actor=place.nurse,
        check_in_id=due(course, place.now).id,
        given=sent(
            place.now, form(antipyretic="YES"), way=Way.TELEPHONE, source=Source.PATIENT
        ),
        now=place.now,
    )
    return place


def typed(here, body, step):
    return {
        "rules": toml_of(body),
        "token": "once",
        "site": str(here.site.id),
        "step": step,
        "days": "7",
    }


def test_the_rules_are_shown_with_their_marks_and_tried_before_they_are_stored(
    here, browser_of
):
    browser = browser_of(here.nurse)

    page = browser.get(PAGE).content.decode()
    seen = browser.post(
        PAGE, typed(here, written.coloured("fever-hidden", "RED"), "preview")
    )

    assert "Temperature of 38 C or more." in page
    assert "needs local sign-off" in page
    assert "None: the shipped rules count." in page
    text = seen.content.decode()
    check_in = models.CheckIn.objects.get()
    assert "1 answers to 1 check-ins since" in text
    assert f'href="/check-ins/{check_in.pk}"' in text
    assert "calls a person less" not in text
    assert not models.TriageDocument.objects.exists()


def test_what_is_softer_is_said_in_red(here, browser_of):
    seen = browser_of(here.nurse).post(
        PAGE, typed(here, written.without("fever-hidden"), "preview")
    )

    text = seen.content.decode()
    assert "1 check-ins would ask less for a person than they do now." in text
    assert "calls a person less" in text


def test_a_wrong_rule_is_refused_by_place_in_the_language_of_the_reader(
    here, browser_of
):
    body = written.body()
    written.rule(body, "fever")["colour"]["value"] = "GREEN"
    browser = browser_of(here.nurse)

    english = browser.post(PAGE, typed(here, body, "draft"))
    browser.cookies["django_language"] = "zh-hans"
    chinese = browser.post(PAGE, typed(here, body, "draft"))
    broken = browser.post(PAGE, {**typed(here, body, "draft"), "rules": "no toml"})

    assert english.status_code == chinese.status_code == broken.status_code == 422
    assert "rules.fever.colour.value is not sound" in english.content.decode()
    assert "只允许" in chinese.content.decode()
    assert not models.TriageDocument.objects.exists()


@pytest.mark.parametrize(
    "text", ["n = " + "9" * 5000, "n = " + "[" * 20_000], ids=["digits", "depth"]
)
@pytest.mark.parametrize("page", [PAGE, "/reminders/"])
def test_what_no_machine_should_read_is_refused_beside_the_text(
    here, browser_of, page, text
):
    sent = {**typed(here, written.body(), "preview"), "rules": text}

    admin = people.MembershipFactory(site=here.site, role="ADMIN").user
    seen = browser_of(get_actor(admin.id, here.now.date())).post(page, sent)

    assert seen.status_code == 422
    assert "This cannot be read" in seen.content.decode()


def test_a_page_of_before_takes_no_draft_of_another_person_away(here, browser_of):
    first, other = browser_of(here.nurse), browser_of(here.physician)
    assert 'name="version" value="0"' in first.get(PAGE).content.decode()
    other.post(PAGE, typed(here, written.without("chills"), "draft"))
    kept = models.TriageDocument.objects.get()

    stale = first.post(PAGE, typed(here, written.body(), "draft"))
    tried = first.post(PAGE, typed(here, written.body(), "preview"))

    assert stale.status_code == 409
    assert "Somebody changed this meanwhile." in stale.content.decode()
    # What was typed is still there, on top of what that page began with.
    for page in (stale, tried):
        assert "chills" in page.content.decode()
        assert 'name="version" value="0"' in page.content.decode()
    kept.refresh_from_db()
    assert (kept.version, kept.drafted_by_id) == (1, here.physician.user_id)

    assert 'name="version" value="1"' in first.get(PAGE).content.decode()
    first.post(PAGE, {**typed(here, written.body(), "draft"), "version": "1"})
    kept.refresh_from_db()
    assert (kept.version, kept.drafted_by_id) == (2, here.nurse.user_id)


def test_another_person_signs_after_having_seen_what_changes(here, browser_of):
    nurse, physician = browser_of(here.nurse), browser_of(here.physician)
    nurse.post(PAGE, typed(here, written.coloured("fever-hidden", "RED"), "draft"))
    row = models.TriageDocument.objects.get()
    page = f"{PAGE}{row.pk}"

    own = nurse.get(page).content.decode()
    refused = nurse.post(page, {"step": "activate", "version": "1"}, follow=True)
    seen = physician.get(page).content.decode()
    stale = physician.post(page, {"step": "activate", "version": "7"}, follow=True)
    physician.post(page, {"step": "activate", "version": "1"})

    assert "You drafted this: another person brings it in force." in own
    assert 'value="activate"' not in own
    assert "A physician of the site brings it in force" in refused.content.decode()
    assert 'value="activate"' in seen
    assert "1 answers to 1 check-ins" in seen
    # Nobody has signed it yet, and what it asks is said word for word.
    assert "signed by the site" not in seen
    assert "TEMPERATURE ≥ 38" in seen
    assert "Somebody changed this meanwhile." in stale.content.decode()
    row.refresh_from_db()
    assert (row.status, row.in_force_by_id) == ("IN_FORCE", here.physician.user_id)
    after = physician.get(PAGE).content.decode()
    assert "triage 1.0.0+site.1" in after
    assert "signed by the site" in after
    # The next set is written from this one.
    assert "colour = { value = &quot;RED&quot;" in after


def test_who_only_reads_has_no_form_and_another_site_sees_nothing(here, browser_of):
    row = written.draft(here.site.id, here.nurse.user_id, here.now)
    auditor = people.MembershipFactory(site=here.site, role="AUDITOR").user
    reader = browser_of(get_actor(auditor.id, here.now.date()))

    assert "Write another set" not in reader.get(PAGE).content.decode()
    assert reader.get(f"{PAGE}{row.pk}").status_code == 200
    assert reader.post(f"{PAGE}{row.pk}", {"step": "withdraw"}).status_code == 404
    assert browser_of(ward().nurse).get(f"{PAGE}{row.pk}").status_code == 404


def test_what_an_update_leaves_out_of_a_sites_rules_is_shown(here, browser_of):
    body = written.body()
    written.rule(body, "fever")["when"] = [[{"code": "MOOD", "is": ["YES"]}]]
    row = written.in_force(here, written.body())
    models.TriageDocument.objects.filter(id=row.id).update(body=body)

    page = browser_of(here.nurse).get(PAGE).content.decode()

    assert "no longer hold since an update of the service" in page
    assert "<code>fever</code>" in page
