"""What a site tells whoever has answered: written by one person, approved by another.

The service has no words of its own: until a site has approved some, there are none.
"""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from infusion import models
from infusion.domain.checkins import AdviceKind
from infusion.domain.refusals import Refusal
from infusion.domain.states import OverlayStatus, check_step
from infusion.services.common import NotFound
from patients import policy
from patients.policy import Actor
from patients.selectors.sites import get_visible_site
from patients.services.writing import written_by


class AdviceIncomplete(Refusal):
    """Families read one of two languages: both are needed."""

    code = "advice_incomplete"


class SecondPersonNeeded(Refusal):
    """Who wrote a text does not approve it."""

    code = "second_person_needed"


def draft_advice(
    *,
    actor: Actor,
    site_id: uuid.UUID,
    kind: AdviceKind,
    en: str,
    zh: str,
    now: dt.datetime,
) -> models.AdviceText:
    """Write a text in both languages; an earlier draft of its kind is withdrawn.

    What is in force stays in force until another person approves this one.

    :raises NotFound: when there is no such site for the actor.
    :raises AdviceIncomplete: when a language is missing.
    """
    with _writing(actor, site_id):
        if not (en.strip() and zh.strip()):
            raise AdviceIncomplete(field="zh" if en.strip() else "en")
        rows = models.AdviceText.objects.select_for_update().filter(
            site_id=site_id, kind=kind
        )
        for old in rows.filter(status=OverlayStatus.DRAFT):
            _move(old, OverlayStatus.WITHDRAWN)
        last = rows.order_by("-number").first()
        return models.AdviceText.objects.create(
            site_id=site_id,
            kind=kind,
            number=last.number + 1 if last else 1,
            en=en.strip(),
            zh=zh.strip(),
            drafted_by_id=actor.user_id,
            drafted_at=now,
        )


def approve_advice(
    *, actor: Actor, advice_id: uuid.UUID, now: dt.datetime
) -> models.AdviceText:
    """Put a draft in force; the text before it is kept.

    :raises NotFound: when there is no such text for the actor.
    :raises SecondPersonNeeded: when the actor wrote it.
    :raises StepNotAllowed: when it is no draft.
    """
    with _writing(actor, _site_of(advice_id)):
        row = models.AdviceText.objects.select_for_update().get(id=advice_id)
        if row.drafted_by_id == actor.user_id:
            raise SecondPersonNeeded(field="advice")
        check_step(OverlayStatus(row.status), OverlayStatus.IN_FORCE)
        before = models.AdviceText.objects.select_for_update().filter(
            site_id=row.site_id, kind=row.kind, status=OverlayStatus.IN_FORCE
        )
        for old in before:
            _move(old, OverlayStatus.SUPERSEDED)
        row.approved_by_id, row.approved_at = actor.user_id, now
        _move(row, OverlayStatus.IN_FORCE)
    return row


def withdraw_advice(*, actor: Actor, advice_id: uuid.UUID) -> models.AdviceText:
    """Take a text back; from now on nothing is said in its place.

    :raises NotFound: when there is no such text for the actor.
    :raises StepNotAllowed: when it is over already.
    """
    with _writing(actor, _site_of(advice_id)):
        row = models.AdviceText.objects.select_for_update().get(id=advice_id)
        _move(row, OverlayStatus.WITHDRAWN)
    return row


@contextmanager
def _writing(actor: Actor, site_id: uuid.UUID) -> Iterator[None]:
    with written_by(actor):
        policy.check(actor, "advice.change", get_visible_site(actor, site_id))
        yield


def _site_of(advice_id: uuid.UUID) -> uuid.UUID:
    rows = models.AdviceText.objects.filter(id=advice_id)
    site_id = rows.values_list("site_id", flat=True).first()
    if site_id is None:
        raise NotFound(field="advice")
    return site_id


def _move(row: models.AdviceText, status: OverlayStatus) -> None:
    check_step(OverlayStatus(row.status), status)
    row.status = status
    row.version += 1
    row.save()
