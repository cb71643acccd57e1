"""A site changes its reminder rules: drafted, counted, in force, followed, at the door."""

import copy
import datetime as dt

import pytest

from infusion import models
from infusion.domain.states import StepNotAllowed
from infusion.selectors.reminder_rules import rules_of_site
from infusion.services import reminder_rules
from infusion.services.care_dates import end_care_date, enter_care_date
from infusion.services.following import refresh_recipients
from infusion.services.projection import project_course
from patients import clock
from patients.domain.refusals import NotFound, VersionOutdated
from patients.policy import NotAllowed
from patients.selectors.actors import get_actor
from tests.factories import patients as people
from tests.factories.messages import Scene
from tests.factories.wards import MONDAY, ward
from tests.fakes.email import EmailChannel
from tests.integration.messages.deliver.post import deliver, state
from tests.unit.catalogue.test_reminder_rules import RULE

HOUR = dt.timedelta(hours=1)
BODY = {"rules": [RULE], "off": ["bag_change_2h"]}


def admin(site) -> object:
    user = people.MembershipFactory(site=site, role="ADMIN").user
    return get_actor(user.id, clock.now().date())


def in_force(actor, site, body) -> models.ReminderDocument:
    row = reminder_rules.draft_reminders(
        actor=actor, site_id=site.id, body=body, now=MONDAY
    )
    return reminder_rules.activate_reminders(
        actor=actor, document_id=row.id, expected_version=row.version, now=MONDAY
    )


def test_a_running_course_follows_the_rules_that_came_in_force():
    here = ward()
    course = here.running()
    actor = admin(here.site)
    told = course.messages.filter(status="PENDING")
    assert told.filter(kind="bag_change_2h").exists()
    seen = reminder_rules.preview_reminders(
        actor=actor, site_id=here.site.id, body=BODY, now=MONDAY + HOUR
    )

    in_force(actor, here.site, BODY)
    assert refresh_recipients(now=MONDAY + HOUR) == 1

    assert not told.filter(kind="bag_change_2h").exists()
    new = told.filter(kind="bag_change_12h")
    assert seen == {
        "courses": 1,
        "looked_at": 1,
        "added": new.count(),
        "called_off": course.messages.filter(
            kind="bag_change_2h", status="CANCELLED"
        ).count(),
        "moved": 0,
        "broken": [],
    }
    assert {one.event_at - one.due_at for one in new} == {12 * HOUR}
    assert refresh_recipients(now=MONDAY + HOUR) == 0


def test_one_course_that_cannot_be_read_is_named_and_hides_no_other():
    here = ward()
    good = here.running()
    broken = here.neighbour().running()
    # A ledger that cannot be: the cycle ends, and the pump is started again.
    for hours, kind in ((1, "STOP"), (2, "RESUME")):
        models.InfusionEvent.objects.create(
            cycle=broken.cycles.get(status="STARTED"),
            kind=kind,
            at=MONDAY + hours * HOUR,
            recorded_by_id=here.nurse.user_id,
        )

    seen = reminder_rules.preview_reminders(
        actor=admin(here.site), site_id=here.site.id, body=BODY, now=MONDAY + 3 * HOUR
    )

    assert (seen["courses"], seen["looked_at"]) == (2, 1)
    assert seen["broken"] == [broken.id]
    gone = good.messages.filter(kind="bag_change_2h", status="PENDING")
    assert seen["called_off"] == gone.count()


def test_another_offset_moves_what_waits_and_doubles_nothing():
    here = ward()
    course = here.running()
    earlier = {**copy.deepcopy(RULE), "key": "bag_change_24h", "to": ["patient"]}
    before = set(
        course.messages.filter(
            kind="bag_change_24h", person_kind="PATIENT"
        ).values_list("id", flat=True)
    )

    in_force(admin(here.site), here.site, {"rules": [earlier]})
    refresh_recipients(now=MONDAY + HOUR)

    kept = course.messages.filter(kind="bag_change_24h", status="PENDING")
    assert set(kept.values_list("id", flat=True)) == before
    assert {one.event_at - one.due_at for one in kept} == {12 * HOUR}


def test_the_rules_before_are_kept_and_a_withdrawal_brings_the_shipped_ones_back():
    site = people.SiteFactory()
    actor = admin(site)
    first = in_force(actor, site, BODY)
    second = in_force(actor, site, {"off": ["visit_24h"]})

    first.refresh_from_db()
    assert (first.status, first.body) == ("SUPERSEDED", BODY)
    reminder_rules.withdraw_reminders(
        actor=actor,
        document_id=second.id,
        expected_version=second.version,
        now=MONDAY + HOUR,
    )
    assert all(one.is_on for one in rules_of_site(site.id))
    with pytest.raises(StepNotAllowed):
        reminder_rules.withdraw_reminders(
            actor=actor, document_id=second.id, now=MONDAY + HOUR
        )


def test_what_is_not_sound_is_refused_with_place_and_reason():
    site = people.SiteFactory()

    with pytest.raises(reminder_rules.ReminderRulesRefused) as refused:
        reminder_rules.draft_reminders(
            actor=admin(site),
            site_id=site.id,
            body={"rules": [{**RULE, "event": "PARTY"}]},
            now=MONDAY,
        )

    assert refused.value.params["place"] == "rules.bag_change_12h.event"
    assert not models.ReminderDocument.objects.exists()


def test_what_is_in_force_is_not_changed_and_a_stale_look_is_refused():
    site = people.SiteFactory()
    actor = admin(site)
    row = in_force(actor, site, BODY)

    with pytest.raises(reminder_rules.ReminderDocumentClosed):
        reminder_rules.activate_reminders(actor=actor, document_id=row.id, now=MONDAY)
    with pytest.raises(VersionOutdated):
        reminder_rules.withdraw_reminders(
            actor=actor, document_id=row.id, expected_version=99, now=MONDAY
        )


def test_only_an_administrator_of_the_site_changes_its_rules():
    site = people.SiteFactory()
    nurse = people.MembershipFactory(site=site, role="NURSE").user

    with pytest.raises(NotAllowed):
        reminder_rules.draft_reminders(
            actor=get_actor(nurse.id, clock.now().date()),
            site_id=site.id,
            body=BODY,
            now=MONDAY,
        )
    with pytest.raises(NotFound):
        reminder_rules.draft_reminders(
            actor=admin(people.SiteFactory()), site_id=site.id, body=BODY, now=MONDAY
        )


def test_a_message_leaves_with_the_text_of_its_site_and_not_without_its_rule():
    post = EmailChannel()
    scene, other = Scene(), Scene()
    text = {"en": "Our own words: $day", "zh": "$day"}
    own = {**copy.deepcopy(RULE), "key": "bag_change_2h", "title": text}
    in_force(admin(scene.site), scene.site, {"rules": [own]})
    in_force(admin(other.site), other.site, {"off": ["bag_change_2h"]})
    said, unsaid = scene.owe(), other.owe()

    deliver(post)

    assert state(said)[0] == "SENT"
    assert post.taken[0].subject.startswith("Our own words:")
    assert state(unsaid) == ("CANCELLED", "rule_gone")


def test_a_rule_with_channels_uses_no_others():
    post = EmailChannel()
    scene = Scene()
    own = {**copy.deepcopy(RULE), "key": "bag_change_2h", "channels": ["SMS"]}
    in_force(admin(scene.site), scene.site, {"rules": [own]})
    message = scene.owe()

    deliver(post)

    assert (state(message)[0], post.taken) == ("FAILED", [])


def test_a_day_that_somebody_enters_reminds_until_it_is_done():
    here = ward()
    course = here.running()
    row = enter_care_date(
        actor=here.nurse,
        course_id=course.id,
        kind="LABORATORY_DRAW",
        at=MONDAY + 72 * HOUR,
        now=MONDAY,
    )
    told = course.messages.filter(event="LABORATORY_DRAW", status="PENDING")
    assert {one.subject_id for one in told} == {row.id}
    assert {one.event_at - one.due_at for one in told} == {24 * HOUR}

    end_care_date(
        actor=here.nurse,
        date_id=row.id,
        expected_version=row.version,
        is_done=True,
        now=MONDAY + HOUR,
    )

    assert not told.all().exists()


def test_a_document_that_has_become_unsound_stops_no_site():
    """After an update of the service a rule it knew may be known no more."""
    here = ward()
    course = here.running()
    models.ReminderDocument.objects.create(
        site=here.site,
        number=1,
        body={"rules": [RULE], "off": ["of_an_older_version"]},
        status="IN_FORCE",
        drafted_by_id=here.nurse.user_id,
        drafted_at=MONDAY,
    )

    assert refresh_recipients(now=MONDAY + HOUR) == 1

    told = course.messages.filter(status="PENDING")
    assert told.filter(kind="bag_change_12h").exists()
    assert told.filter(kind="bag_change_2h").exists()


def test_a_reminder_months_after_the_end_survives_a_later_plan():
    here = ward()
    course = here.running()
    quarter = {
        "key": "infusion_ended_90d",
        "event": "INFUSION_ENDED",
        "offset": {**RULE["offset"], "value": "129600"},
        "expires_minutes": 525600,
        "to": ["patient"],
    }
    in_force(admin(here.site), here.site, {"rules": [{**RULE, **quarter}]})
    models.Cycle.objects.filter(course=course, status="STARTED").update(
        status="COMPLETED", ended_at=MONDAY + 28 * 24 * HOUR, end_reason="DONE"
    )
    owed = course.messages.filter(kind="infusion_ended_90d", status="PENDING")

    project_course(course, MONDAY + 28 * 24 * HOUR)
    assert owed.count() == 1
    project_course(course, MONDAY + 80 * 24 * HOUR)

    assert owed.count() == 1


def test_a_plan_shows_the_reminders_of_the_rules_of_the_site():
    here = ward()
    course = here.running()
    in_force(admin(here.site), here.site, BODY)

    refresh_recipients(now=MONDAY + HOUR)

    body = course.plan_versions.order_by("-number").first().body
    shown = {one["kind"] for cycle in body["cycles"] for one in cycle["messages"]}
    assert "bag_change_12h" in shown
    assert "bag_change_2h" not in shown
