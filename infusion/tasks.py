"""Celery entry points: read the clock, call one service.

Names are given by hand, so that moving a file orphans no queued task; ``**_`` lets an
old worker take a task of a newer sender.
"""

import datetime as dt
import uuid
from collections.abc import Sequence

from celery import shared_task
from django.conf import settings

from infusion import dispatch
from infusion.notifications.channels.registry import open_channels
from infusion.services import (
    alert_sweeps,
    checkins_missing,
    checkins_planning,
    following,
    messages,
    muting,
    reassessing,
    replies,
    sweeps,
)
from patients import clock
from patients.services import push


@shared_task(name=dispatch.SWEEP_MESSAGES)
def sweep_messages(*, from_beat: bool = False, **_: object) -> None:
    """Claim what is due and hand it to the workers."""
    sweeps.sweep_messages(offset=clock.offset(), from_beat=from_beat)


@shared_task(name=dispatch.DELIVER_MESSAGES)
def deliver_messages(
    *, message_ids: Sequence[str], leased_until: str, **_: object
) -> None:
    """Deliver a batch of claimed messages."""
    with open_channels() as channels:
        messages.deliver_messages(
            ids=[uuid.UUID(one) for one in message_ids],
            leased_until=dt.datetime.fromisoformat(leased_until),
            offset=clock.offset(),
            channels=channels,
        )


@shared_task(name=dispatch.DELIVER_URGENT)
def deliver_urgent(
    *, message_ids: Sequence[str], leased_until: str, **_: object
) -> None:
    """Deliver a batch of claimed messages that overtake all others."""
    deliver_messages(message_ids=message_ids, leased_until=leased_until)


@shared_task(name="infusion.sweep_readiness")
def sweep_readiness(**_: object) -> None:
    """Look again at the signatures that are due."""
    reassessing.reassess_due(now=clock.now(), offset=clock.offset())


@shared_task(name="infusion.sweep_alerts")
def sweep_alerts(**_: object) -> None:
    """Raise, end and climb the alerts that are due."""
    alert_sweeps.sweep_alerts(now=clock.now(), offset=clock.offset())


@shared_task(name="infusion.plan_check_ins")
def plan_check_ins(**_: object) -> None:
    """Look ahead for the courses whose next check-ins are to be planned."""
    checkins_planning.plan_check_ins_due(now=clock.now(), offset=clock.offset())


@shared_task(name="infusion.miss_check_ins")
def miss_check_ins(**_: object) -> None:
    """Write down which check-ins nobody has answered in time."""
    checkins_missing.mark_missed(now=clock.now())


@shared_task(name="infusion.end_mutes")
def end_mutes(**_: object) -> None:
    """Write down which mutes have ended by themselves."""
    muting.end_mutes(now=clock.now())


@shared_task(name="infusion.refresh_recipients")
def refresh_recipients(**_: object) -> None:
    """Plan again the courses about which other people are to be told now."""
    following.refresh_recipients(now=clock.now())


@shared_task(name="infusion.forget_devices")
def forget_devices(**_: object) -> None:
    """Delete the devices that ended long enough ago."""
    push.forget_ended(now=clock.now())


@shared_task(name="infusion.purge_replies")
def purge_replies(**_: object) -> None:
    """Forget the answers to keyed requests that are old enough."""
    keep = dt.timedelta(days=settings.REPLY_DAYS)
    replies.purge_replies(before=clock.now() - keep)
