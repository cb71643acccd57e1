"""Somebody sends a message again, or rings instead and says so."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from infusion import models
from infusion.domain.delivery import Arrival
from infusion.notifications.channels import ChannelError
from infusion.notifications.channels.reports import Report
from infusion.selectors.ledger import get_trail, ledger_version
from infusion.services import muting, resending, ringing
from infusion.services.common import InTheFuture, NotFound, VersionOutdated
from infusion.services.projection import project_course
from infusion.services.reports import take_report
from patients.policy import NotAllowed
from tests.factories.messages import HOUR, Scene, in_hours
from tests.factories.patients import CaregiverLinkFactory, staff_actor
from tests.fakes.email import EmailChannel
from tests.integration.messages.deliver.post import deliver, state

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def post() -> EmailChannel:
    return EmailChannel()


@pytest.fixture
def scene() -> Scene:
    return Scene()


def nurse(scene, role="NURSE"):
    return staff_actor(scene.site, role, today=in_hours(0).date())


def resend(scene, message, actor=None, version=None, now=None):
    message.refresh_from_db()
    return resending.resend(
        actor=actor or nurse(scene),
        message_id=message.id,
        expected_version=ledger_version(message) if version is None else version,
        now=now or in_hours(0),
    )


def ring(scene, message, *, reached=True, **more):
    message.refresh_from_db()
    values = {
        "actor": nurse(scene),
        "message_id": message.id,
        "expected_version": ledger_version(message),
        "was_reached": reached,
        "now": in_hours(0),
    }
    return ringing.record_call(**(values | more))


def failed(scene, **fields):
    """Return a message that reached nobody."""
    return scene.owe(status="FAILED", reason="no_way_left", attempts=3, **fields)


def test_one_sent_again_is_a_message_of_its_own_that_names_the_first(scene, post):
    message = failed(scene)

    again = resend(scene, message)
    deliver(post, offset=MINUTE)

    assert (state(message), state(again)[0]) == (("FAILED", "no_way_left"), "SENT")
    (row,) = message.resendings.all()
    assert (row.message_id, row.number) == (again.id, 1)
    assert [each.message_id for each in post.taken] == [again.id]


def test_it_goes_over_a_channel_that_other_rows_of_the_event_use(scene, post):
    """What was sent over it before is why it is sent again."""
    message = scene.owe(status="SENT", sent_at=in_hours(-1))

    again = resend(scene, message)
    deliver(post, offset=MINUTE)

    assert state(again)[0] == "SENT"


def test_a_second_one_within_the_minutes_of_the_site_is_refused(scene, post):
    message = scene.owe(status="SENT", sent_at=in_hours(0) - 9 * MINUTE)

    with pytest.raises(resending.ResendTooSoon) as refused:
        resend(scene, message)
    assert refused.value.params == {"minutes": 10}
    resend(scene, message, now=in_hours(0) + 2 * MINUTE)


def test_what_is_on_its_way_is_waited_for(scene, post):
    message = failed(scene)
    again = resend(scene, message)

    for each in (message, again):
        with pytest.raises(resending.ResendOnItsWay):
            resend(scene, each, version=ledger_version(message))


@pytest.mark.django_db(transaction=True)
def test_two_who_send_it_again_at_once_send_one(scene):
    message = failed(scene)
    people = [nurse(scene), nurse(scene)]
    version, together = ledger_version(message), threading.Barrier(2)

    def run(actor):
        together.wait()
        try:
            resend(scene, message, actor, version)
        except (VersionOutdated, resending.ResendOnItsWay) as refusal:
            return refusal.code
        finally:
            connection.close()
        return "sent"

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(pool.map(run, people))

    assert ends == ["sent", "version_stale"]
    assert message.resendings.count() == 1


def test_who_has_not_seen_what_happened_looks_again(scene):
    message = failed(scene)
    seen = ledger_version(message)
    ring(scene, message, reached=False)

    with pytest.raises(VersionOutdated):
        resend(scene, message, version=seen)


def test_there_must_still_be_something_to_say(scene):
    message = failed(scene)
    with pytest.raises(resending.ResendTooLate):
        resend(scene, message, now=scene.event_at + MINUTE)

    cancelled = scene.owe(kind="bag_change_24h", status="CANCELLED", reason="x")
    models.Bag.objects.filter(id=scene.bag.id).update(planned_take_down_at=in_hours(30))
    for each in (message, cancelled):
        with pytest.raises(resending.ResendPointless):
            resend(scene, each)


def test_who_is_muted_is_sent_nothing_again(scene, post):
    message = scene.owe()
    now = in_hours(0) - MINUTE
    asked = {"reason": "FAMILY_WISH", "until": in_hours(9), "now": now}
    mute = muting.mute(actor=nurse(scene), patient_id=scene.patient.id, **asked).mute
    deliver(post, offset=MINUTE)

    with pytest.raises(resending.ResendMuted):
        resend(scene, message)
    muting.unmute(
        actor=nurse(scene), mute_id=mute.id, expected_version=1, now=in_hours(0)
    )
    again = resend(scene, message)
    deliver(post, offset=MINUTE)
    assert state(again)[0] == "SENT"


def test_who_cares_for_the_patient_no_more_is_sent_nothing_again(scene):
    link = CaregiverLinkFactory(patient=scene.patient)
    message = failed(scene, user=link.user, person_kind="CAREGIVER")
    link.delete()

    with pytest.raises(resending.ResendNobody):
        resend(scene, message)


def test_a_new_plan_leaves_it_and_a_new_fact_stops_it(scene, post):
    again = resend(scene, failed(scene))
    project_course(scene.course, in_hours(0))
    assert state(again)[0] == "PENDING"

    models.Bag.objects.filter(id=scene.bag.id).update(
        status="FINISHED", taken_down_at=in_hours(0)
    )
    deliver(post, offset=MINUTE)
    assert (state(again), post.taken) == (("CANCELLED", "bag_changed"), [])


def test_only_who_cares_for_the_patient_follows_up(scene):
    message = failed(scene)

    with pytest.raises(NotAllowed):
        resend(scene, message, nurse(scene, "AUDITOR"))
    with pytest.raises(NotFound):
        resend(scene, message, nurse(Scene()))
    with pytest.raises(NotAllowed):
        ring(scene, message, actor=nurse(scene, "ADMIN"))


def test_who_was_reached_is_told_no_more_of_the_same(scene, post):
    message, other = scene.owe(), scene.owe(channel="SMS")

    ring(scene, message, note="Knows it")
    deliver(post, offset=MINUTE)

    assert post.taken == []
    assert {state(message), state(other)} == {("CANCELLED", "rang_instead")}
    call = message.calls.get()
    assert (call.was_reached, call.note) == (True, "Knows it")


def test_a_reminder_of_an_event_still_to_come_stays(scene):
    message = scene.owe(kind="bag_change_24h")
    later = scene.owe(due_at=in_hours(1))

    ring(scene, message)

    assert state(message) == ("CANCELLED", "rang_instead")
    assert state(later)[0] == "PENDING"


def test_after_the_event_every_repeat_of_it_stops(post):
    scene = Scene(event_at=in_hours(-1))
    fields = {"kind": "bag_change_overdue", "expires_at": in_hours(9)}
    message = failed(scene, **fields)
    later = scene.owe(**(fields | {"kind": "bag_change_again"}), due_at=in_hours(2))

    ring(scene, message)

    assert (state(message)[0], state(later)[0]) == ("FAILED", "CANCELLED")


def test_of_a_call_that_reached_nobody_nothing_follows(scene, post):
    message = scene.owe()

    ring(scene, message, reached=False)
    deliver(post, offset=MINUTE)

    assert state(message)[0] == "SENT"


def test_what_was_sent_and_failed_later_is_not_sent_again_after_a_call(scene, post):
    message = scene.owe()
    deliver(post, offset=MINUTE)
    ring(scene, message)
    report = Report(
        message_id=message.id,
        provider_id=message.attempt_records.get().provider_id,
        arrival=Arrival.FAILED,
    )
    take_report("provider", report, in_hours(0))
    assert state(message)[0] == "PENDING"

    deliver(post, offset=MINUTE)

    assert state(message) == ("CANCELLED", "rang_instead")
    assert len(post.taken) == 1


def test_a_call_to_come_was_not_made(scene):
    with pytest.raises(InTheFuture):
        ring(scene, scene.owe(), at=in_hours(1))


def test_everything_that_happened_is_shown(scene, post):
    message = scene.owe()
    post.failures["jane@example.org"] = ChannelError("bad_address", permanent=True)
    deliver(post, offset=MINUTE)
    ring(scene, message, reached=False)
    post.failures.clear()
    again = resend(scene, message)
    deliver(post, offset=MINUTE)

    found = get_trail(nurse(scene), again.id)

    assert found.resending.first.id == message.id
    assert [one.was_reached for one in found.calls] == [False]
    first = get_trail(nurse(scene), message.id)
    assert [one.detail for one in first.tries] == ["bad_address"]
    assert [one.message.status for one in first.resendings] == ["SENT"]
    assert first.version == found.version


def test_nobody_elsewhere_reads_it(scene):
    message = scene.owe()

    with pytest.raises(NotFound):
        get_trail(nurse(Scene()), message.id)


def test_a_call_an_hour_ago_is_dated_so(scene):
    call = ring(scene, scene.owe(), at=in_hours(0) - HOUR)

    assert call.at == in_hours(-1)


def test_the_version_changes_when_one_sent_again_is_reported_or_read(scene, post):
    message = failed(scene)
    again = resend(scene, message)
    deliver(post, offset=MINUTE)
    seen = [get_trail(nurse(scene), again.id).version]

    for provider in ("one", "another"):
        told = Report(message_id=again.id, provider_id="", arrival=Arrival.DELIVERED)
        take_report(provider, told, in_hours(0))
        seen.append(get_trail(nurse(scene), again.id).version)
    models.Acknowledgement.objects.create(
        message=again, at=in_hours(0), by_id=nurse(scene).user_id
    )
    seen.append(get_trail(nurse(scene), again.id).version)

    assert len(set(seen)) == 4
