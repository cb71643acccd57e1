"""What texts of a site have in common: one person writes, another stands behind it too.

A family reads one of two languages, so both are needed. What is in force stays in force
until another person has approved what takes its place.
"""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import IntegrityError

from infusion import models
from infusion.domain.refusals import Refusal
from infusion.domain.states import OverlayStatus, check_step
from infusion.services.common import NotFound, VersionOutdated
from patients import policy
from patients.policy import Actor
from patients.selectors.sites import get_visible_site
from patients.services.writing import violated, written_by

Text = TypeVar("Text", models.AdviceText, models.QuestionWording)


class AdviceIncomplete(Refusal):
    """Families read one of two languages: both are needed."""

    code = "advice_incomplete"


class SecondPersonNeeded(Refusal):
    """Who wrote a text does not approve it."""

    code = "second_person_needed"


class TextDraftOpen(Refusal):
    """Somebody else began a draft about the same at the same moment."""

    code = "text_draft_open"


# By kind of text and number, and that one draft waits.
_ONCE = frozenset(
    {"advice_once", "one_advice_draft", "wording_once", "one_wording_draft"}
)


def draft(row: Text, *, actor: Actor, about: str) -> Text:
    """Store a text that is not stored yet; an earlier draft about the same is withdrawn.

    ``about`` names the field that says what the text is about.

    :raises NotFound: when there is no such site for the actor.
    :raises AdviceIncomplete: when a language is missing.
    :raises TextDraftOpen: when somebody else began one at the same moment.
    """
    with _writing(actor, row.site_id):
        row.en, row.zh = row.en.strip(), row.zh.strip()
        if not (row.en and row.zh):
            raise AdviceIncomplete(field="zh" if row.en else "en")
        rows = type(row).objects.select_for_update()
        alike = rows.filter(site_id=row.site_id, **{about: getattr(row, about)})
        for old in alike.filter(status=OverlayStatus.DRAFT):
            _move(old, OverlayStatus.WITHDRAWN)
        last = alike.order_by("-number").first()
        row.number = last.number + 1 if last else 1
        row.drafted_by_id = actor.user_id
        _create(row, about)
    return row


def _create(row: Text, about: str) -> None:
    try:
        row.save()
    except IntegrityError as error:
        if violated(error) in _ONCE:
            raise TextDraftOpen(field=about) from None
        raise


def approve(
    found: Text, *, actor: Actor, about: str, version: int | None, now: dt.datetime
) -> Text:
    """Put a draft in force; the text before it is kept.

    :raises SecondPersonNeeded: when the actor wrote it.
    :raises StepNotAllowed: when it is no draft.
    :raises VersionOutdated: when it changed after the actor looked at it.
    """
    with _writing(actor, found.site_id):
        row = _locked(found, version)
        if row.drafted_by_id == actor.user_id:
            raise SecondPersonNeeded(field=about)
        check_step(OverlayStatus(row.status), OverlayStatus.IN_FORCE)
        alike = (
            type(row)
            .objects.select_for_update()
            .filter(site_id=row.site_id, **{about: getattr(row, about)})
        )
        for old in alike.filter(status=OverlayStatus.IN_FORCE):
            _end(old, OverlayStatus.SUPERSEDED, now)
        row.approved_by_id, row.approved_at = actor.user_id, now
        _move(row, OverlayStatus.IN_FORCE)
    return row


def withdraw(
    found: Text, *, actor: Actor, version: int | None, now: dt.datetime
) -> Text:
    """Take a text back; from now on nothing counts in its place.

    :raises StepNotAllowed: when it is over already.
    :raises VersionOutdated: when it changed after the actor looked at it.
    """
    with _writing(actor, found.site_id):
        row = _locked(found, version)
        _end(row, OverlayStatus.WITHDRAWN, now)
    return row


@contextmanager
def _writing(actor: Actor, site_id: uuid.UUID) -> Iterator[None]:
    with written_by(actor):
        policy.check(actor, "advice.change", get_visible_site(actor, site_id))
        yield


def _locked(found: Text, version: int | None) -> Text:
    row = type(found).objects.select_for_update().get(pk=found.pk)
    if version is not None and version != row.version:
        raise VersionOutdated(field="version")
    return row


def found_by(rows: type[Text], text_id: uuid.UUID, about: str) -> Text:
    """Return a text by its id; whether the actor may see its site is checked after.

    :raises NotFound: when there is none.
    """
    row = rows.objects.filter(id=text_id).first()
    if row is None:
        raise NotFound(field=about)
    return row


def _end(row: Text, status: OverlayStatus, now: dt.datetime) -> None:
    if isinstance(row, models.QuestionWording) and row.approved_at is not None:
        row.ended_at = now
    _move(row, status)


def _move(row: Text, status: OverlayStatus) -> None:
    check_step(OverlayStatus(row.status), status)
    row.status = status
    row.version += 1
    row.save()
