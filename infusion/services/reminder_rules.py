"""A site changes its reminder rules: drafted, looked at beforehand, brought in force.

Courses follow by themselves: the sweep that keeps reminders with the people plans anew
whatever was made under other rules.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any, TypedDict

from django.db import IntegrityError, transaction
from django.db.models import Max

from infusion import catalogue, models
from infusion.catalogue.files import CatalogueFileRefused
from infusion.domain.refusals import Refusal
from infusion.domain.states import CourseStatus, OverlayStatus, check_step
from infusion.selectors.planning import load_rows
from infusion.selectors.reminder_rules import as_in_force
from infusion.services.projection import Change, change_of
from infusion.services.sparing import sparing_the_others
from patients import policy
from patients.domain.refusals import NotFound, VersionOutdated
from patients.policy import Actor
from patients.selectors.sites import get_visible_site
from patients.services.writing import violated, written_by

Body = Mapping[str, Any]
# A look beforehand reads so many courses; it says so when there are more.
MOST_COURSES = 50


class ReminderRulesRefused(Refusal):
    """A rule of the document is not sound."""

    code = "reminder_rules_refused"


class ReminderDraftOpen(Refusal):
    """Somebody else began a draft at the same moment."""

    code = "reminder_draft_open"


class ReminderDocumentClosed(Refusal):
    """The document is in force or over: what was in force is never changed."""

    code = "reminder_document_closed"


def draft_reminders(
    *, actor: Actor, site_id: uuid.UUID, body: Body, now: dt.datetime
) -> models.ReminderDocument:
    """Store what a site wants to change; a draft that waits is replaced.

    :raises NotFound: when the actor does not belong to the site.
    :raises ReminderRulesRefused: naming the rule, the field and the reason.
    """
    with written_by(actor):
        site = get_visible_site(actor, site_id)
        policy.check(actor, "reminders.change", site)
        checked(body)
        rows = models.ReminderDocument.objects.filter(site=site)
        draft = rows.filter(status=OverlayStatus.DRAFT).select_for_update().first()
        if draft is None:
            last = rows.aggregate(last=Max("number"))["last"] or 0
            return _create(
                site=site,
                number=last + 1,
                body=dict(body),
                drafted_by_id=actor.user_id,
                drafted_at=now,
            )
        draft.body, draft.drafted_by_id, draft.drafted_at = (
            dict(body),
            actor.user_id,
            now,
        )
        draft.version += 1
        draft.save()
    return draft


def checked(body: Body) -> tuple[catalogue.ShippedRule, ...]:
    """Return the rules with a document laid over.

    :raises ReminderRulesRefused: naming the rule, the field and the reason.
    """
    try:
        return catalogue.reminders_with(body)
    except CatalogueFileRefused as refused:
        raise ReminderRulesRefused(
            field=refused.place or "rules",
            place=refused.place or "rules",
            reason=refused.reason,
        ) from None


def _create(**row: Any) -> models.ReminderDocument:
    try:
        return models.ReminderDocument.objects.create(**row)
    except IntegrityError as error:
        if violated(error) in {"one_reminder_draft", "reminder_document_once"}:
            raise ReminderDraftOpen(field="site") from None
        raise


def activate_reminders(
    *,
    actor: Actor,
    document_id: uuid.UUID,
    expected_version: int | None = None,
    now: dt.datetime,
) -> models.ReminderDocument:
    """Bring a draft in force in place of the one before.

    :raises ReminderDocumentClosed: when it is in force or over.
    :raises ReminderRulesRefused: when the shipped rules no longer allow it.
    """
    with written_by(actor):
        row = _locked(actor, document_id, expected_version)
        if row.status != OverlayStatus.DRAFT:
            raise ReminderDocumentClosed(field="document")
        checked(row.body)
        before = (
            models.ReminderDocument.objects.select_for_update()
            .filter(site_id=row.site_id, status=OverlayStatus.IN_FORCE)
            .first()
        )
        if before is not None:
            _end(before, OverlayStatus.SUPERSEDED, now)
        check_step(OverlayStatus(row.status), OverlayStatus.IN_FORCE)
        row.status, row.in_force_at = OverlayStatus.IN_FORCE, now
        row.in_force_by_id = actor.user_id
        row.version += 1
        row.save()
    return row


def withdraw_reminders(
    *,
    actor: Actor,
    document_id: uuid.UUID,
    expected_version: int | None = None,
    now: dt.datetime,
) -> models.ReminderDocument:
    """End a document or its draft: the shipped rules count again.

    :raises StepNotAllowed: when it is over already.
    """
    with written_by(actor):
        row = _locked(actor, document_id, expected_version)
        _end(row, OverlayStatus.WITHDRAWN, now)
    return row


def _end(row: models.ReminderDocument, status: OverlayStatus, now: dt.datetime) -> None:
    check_step(OverlayStatus(row.status), status)
    row.status, row.ended_at = status, now
    row.version += 1
    row.save()


def _locked(
    actor: Actor, document_id: uuid.UUID, expected_version: int | None
) -> models.ReminderDocument:
    rows = policy.scope(models.ReminderDocument.objects.all(), actor)
    row = rows.select_for_update(of=("self",)).filter(id=document_id).first()
    if row is None or not policy.can(actor, "reminders.view", row):
        raise NotFound(field="document")
    policy.check(actor, "reminders.change", row)
    if expected_version is not None and expected_version != row.version:
        raise VersionOutdated(field="version")
    return row


class Seen(TypedDict):
    """How many messages a change would add, call off and move, in how many courses."""

    courses: int
    looked_at: int
    added: int
    called_off: int
    moved: int
    # Those that could not be read; the others are counted all the same.
    broken: list[uuid.UUID]


@transaction.atomic
def preview_reminders(
    *, actor: Actor, site_id: uuid.UUID, body: Body, now: dt.datetime
) -> Seen:
    """Return how many messages would be owed, called off and moved; nothing is stored.

    A course that cannot be read is named and hides none of the others.

    :raises ReminderRulesRefused: naming the rule, the field and the reason.
    """
    site = get_visible_site(actor, site_id)
    policy.check(actor, "reminders.change", site)
    rules = as_in_force(checked(body), site.policy)
    courses = models.Course.objects.filter(
        site_id=site_id, status__in=[CourseStatus.ORDERED, CourseStatus.ACTIVE]
    )
    number = courses.count()
    changes: list[Change] = []

    def look(course: models.Course) -> bool:
        changes.append(change_of(load_rows(course), rules.rules, None, now))
        return True

    event = "reminders_not_previewed"
    broken = [
        one.pk
        for one in courses.order_by("id")[:MOST_COURSES]
        if not sparing_the_others(partial(look, one), course_id=one.pk, event=event)
    ]
    return {
        "courses": number,
        "looked_at": len(changes),
        "added": sum(len(one.added) for one in changes),
        "called_off": sum(len(one.gone) for one in changes),
        "moved": sum(len(one.moved) for one in changes),
        "broken": broken,
    }
