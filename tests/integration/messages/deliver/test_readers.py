"""To whom a message goes, over which channel, and at which hour."""

import datetime as dt

from infusion import models
from infusion.services.alert_sweeps import sweep_alerts
from patients import models as people
from tests.factories import patients as factories
from tests.factories.messages import Scene, in_hours
from tests.fakes.console import ConsoleChannel
from tests.fakes.email import EmailChannel
from tests.integration.messages.deliver.post import attempts, deliver, state


def test_one_patient_without_an_address_does_not_end_the_batch(
    post: EmailChannel,
) -> None:
    unreachable = Scene(address=None).owe()
    others = [Scene().owe() for _ in range(3)]

    deliver(post)

    assert state(unreachable) == ("FAILED", "no_address")
    assert [state(one) for one in others] == [("SENT", "")] * 3


def test_sent_is_never_shown_where_there_was_no_address(post: EmailChannel) -> None:
    message = Scene(address=None).owe()

    deliver(post)

    assert state(message) == ("FAILED", "no_address")
    assert message.sent_at is None
    assert attempts(message) == []


def test_the_address_is_looked_up_when_the_message_leaves(post: EmailChannel) -> None:
    scene = Scene(address="old@example.org")
    scene.owe()
    people.ContactPoint.objects.update(value="new@example.org")

    deliver(post)

    assert [mail.address for mail in post.taken] == ["new@example.org"]


def test_an_opt_out_that_came_after_the_claim_counts(post: EmailChannel) -> None:
    scene = Scene()
    message = scene.owe()
    people.ContactPoint.objects.update(opted_out_at=in_hours(-0.1))

    deliver(post)

    assert (state(message), post.taken) == (("FAILED", "no_address"), [])


def test_consent_that_was_withdrawn_silences_the_family_and_alarms_nobody(
    post: EmailChannel,
) -> None:
    scene = Scene()
    link = factories.CaregiverLinkFactory(patient=scene.patient)
    family = [scene.owe(), scene.owe(user=link.user, person_kind="CAREGIVER")]
    factories.ConsentFactory(patient=scene.patient, withdrawn_at=in_hours(-0.1))

    deliver(post)
    sweep_alerts(now=in_hours(0))

    silent = ("CANCELLED", "consent_withdrawn")
    assert ([state(one) for one in family], post.taken) == ([silent] * 2, [])
    assert not models.Alert.objects.exists()


def test_the_family_of_who_has_died_hears_nothing(post: EmailChannel) -> None:
    scene = Scene()
    message = scene.owe()
    people.Patient.objects.filter(id=scene.patient.id).update(is_deceased=True)

    deliver(post)

    assert (state(message), post.taken) == (("CANCELLED", "patient_died"), [])


def test_a_caregiver_whose_link_ended_hears_nothing(post: EmailChannel) -> None:
    scene = Scene()
    link = factories.CaregiverLinkFactory(patient=scene.patient)
    message = scene.owe(user=link.user, person_kind="CAREGIVER")
    people.CaregiverLink.objects.filter(id=link.id).update(state="REVOKED")

    deliver(post)

    assert (state(message), post.taken) == (("CANCELLED", "no_recipient"), [])


def test_a_channel_without_an_adapter_falls_to_the_next_address(
    post: EmailChannel,
) -> None:
    scene = Scene()
    factories.ContactPointFactory(
        patient=scene.patient, channel="SMS", value="+442079460000", rank=0
    )
    message = scene.owe(channel="SMS")

    deliver(post)

    assert state(message) == ("SENT", "")
    assert message.attempt_records.get().channel == "EMAIL"


def test_a_fallback_never_doubles_a_message_owed_anyway(post: EmailChannel) -> None:
    scene = Scene()
    factories.ContactPointFactory(
        patient=scene.patient, channel="SMS", value="+442079460000"
    )
    by_text, by_mail = scene.owe(channel="SMS"), scene.owe(channel="EMAIL")

    deliver(post)

    assert state(by_text) == ("FAILED", "no_adapter")
    assert state(by_mail) == ("SENT", "")
    assert len(post.taken) == 1


def test_the_console_takes_what_is_addressed_to_it(post: EmailChannel) -> None:
    console = ConsoleChannel()
    scene = Scene(address=None)
    factories.ContactPointFactory(
        patient=scene.patient, channel="CONSOLE", value="ward"
    )
    message = scene.owe(channel="CONSOLE")

    deliver(post, CONSOLE=lambda: console)

    assert state(message) == ("SENT", "")
    assert len(console.shown) == 1


def quiet_now(scene: Scene, until_hours: float) -> dt.datetime:
    """Make the patient's quiet hours run from an hour ago; return their end."""
    end = in_hours(until_hours)
    people.ContactPoint.objects.filter(patient=scene.patient).update(
        quiet_from=in_hours(-1).time(), quiet_to=end.time()
    )
    return end


def test_a_reminder_waits_out_quiet_hours_and_then_leaves(post: EmailChannel) -> None:
    utc = factories.SiteFactory(time_zone="UTC")
    scene = Scene(event_at=in_hours(5), site=utc)
    message = scene.owe()
    end = quiet_now(scene, until_hours=1)

    deliver(post)

    assert (state(message), post.taken) == (("PENDING", "quiet_hours"), [])
    assert message.not_before == end
    assert message.attempts == 0

    deliver(post, offset=dt.timedelta(hours=1, minutes=1))

    assert state(message) == ("SENT", "")


def test_a_bag_change_in_the_night_is_said_in_the_night(post: EmailChannel) -> None:
    scene = Scene(event_at=in_hours(2), site=factories.SiteFactory(time_zone="UTC"))
    message = scene.owe()
    quiet_now(scene, until_hours=6)

    deliver(post)

    assert state(message) == ("SENT", "")
