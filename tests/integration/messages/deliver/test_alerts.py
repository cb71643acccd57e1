"""Messages about an alert: whom they reach, over what, in the night, and when not."""

import datetime as dt

import pytest

from infusion import models
from infusion.notifications.channels.in_app import InAppChannel
from infusion.services import alert_sweeps
from infusion.services.alert_telling import tell
from patients import models as people
from tests.factories import patients as factories
from tests.factories.messages import in_hours
from tests.fakes.email import EmailChannel
from tests.integration.messages.deliver.post import deliver, state


@pytest.fixture
def site():
    return factories.SiteFactory(time_zone="UTC")


@pytest.fixture
def coordinator(site):
    return factories.MembershipFactory(site=site, role="COORDINATOR").user


def signed(site, key, value):
    site.policy = {key: {"value": value, "signed_by": "RN B"}}
    site.save()


def gap(site):
    """Let a line of the rota run out, and sweep; return what is to be told."""
    models.Shift.objects.create(
        site=site, role="NURSE", from_at=in_hours(1), to_at=in_hours(2)
    )
    # What is due is told by the database's clock, which stands in a transaction.
    alert_sweeps.sweep_alerts(now=in_hours(-0.1))
    return models.Message.objects.get(kind="alert_raised")


def sleeps(user, until_hours=6):
    people.ContactPoint.objects.create(
        user=user,
        channel="EMAIL",
        value=user.email,
        quiet_from=in_hours(-1).time(),
        quiet_to=in_hours(until_hours).time(),
    )


def test_an_alert_of_no_patient_reaches_those_on_its_ladder(
    site, coordinator, post: EmailChannel
):
    message = gap(site)

    deliver(post)

    assert state(message) == ("SENT", "")
    (taken,) = post.taken
    assert taken.address == coordinator.email
    assert taken.body.rstrip().endswith("/alerts/") or "/alerts/" in taken.body
    assert message.course_id is None


def test_a_quiet_rung_waits_for_the_morning(site, coordinator, post: EmailChannel):
    sleeps(coordinator)
    message = gap(site)

    deliver(post)
    assert (state(message), post.taken) == (("PENDING", "quiet_hours"), [])
    deliver(post, offset=dt.timedelta(hours=6, minutes=1))

    assert state(message) == ("SENT", "")


def test_a_rung_that_ignores_the_night_wakes_people(
    site, coordinator, post: EmailChannel
):
    signed(site, "alert_rota_gap_ladder", "EVERY_COORDINATOR 60")
    sleeps(coordinator)
    message = gap(site)

    deliver(post)

    assert state(message) == ("SENT", "")


def test_a_rung_is_as_quiet_as_itself_not_as_the_next_one(
    site, coordinator, post: EmailChannel
):
    signed(site, "alert_rota_gap_ladder", "EVERY_COORDINATOR 60 QUIET; EVERY_NURSE 60")
    sleeps(coordinator)
    message = gap(site)

    deliver(post)

    assert (state(message), post.taken) == (("PENDING", "quiet_hours"), [])


def test_the_channels_of_a_rung_come_first_and_none_is_lost_for_want_of_them(
    site, coordinator
):
    for rank, (channel, value) in enumerate(
        [("EMAIL", coordinator.email), ("SMS", "+12125550111")], 1
    ):
        people.ContactPoint.objects.create(
            user=coordinator, channel=channel, value=value, rank=rank
        )
    signed(site, "alert_rota_gap_ladder", "EVERY_COORDINATOR 60 SMS>EMAIL")

    assert gap(site).channel == "SMS"

    people.ContactPoint.objects.filter(channel="SMS").delete()
    alert = models.Alert.objects.get()
    tell(alert, [coordinator.id], in_hours(0.5), whom="EVERY_COORDINATOR")
    assert models.Message.objects.order_by("-id").first().channel == "EMAIL"


def test_who_looks_into_the_app_as_well_is_still_woken(
    site, coordinator, post: EmailChannel
):
    people.ContactPoint.objects.create(
        user=coordinator, channel="IN_APP", value=str(coordinator.id)
    )
    signed(site, "alert_rota_gap_ladder", "EVERY_COORDINATOR 60")
    gap(site)

    deliver(post, IN_APP=InAppChannel)

    assert [one.address for one in post.taken] == [coordinator.email]


def test_nothing_leaves_of_an_alert_that_has_ended(
    site, coordinator, post: EmailChannel
):
    message = gap(site)
    # Claimed by a worker a moment before the gap was filled: call_off finds it no more.
    models.Alert.objects.update(
        status="RESOLVED", outcome="CAUSE_ENDED", ended_at=in_hours(0)
    )

    deliver(post)

    assert (state(message), post.taken) == (("CANCELLED", "reason_gone"), [])


def test_who_has_left_the_site_is_not_told(site, coordinator, post: EmailChannel):
    message = gap(site)
    people.Membership.objects.filter(user=coordinator).update(is_active=False)

    deliver(post)

    assert (state(message), post.taken) == (("CANCELLED", "no_recipient"), [])
