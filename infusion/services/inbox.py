"""Writes the messages of one person anew, as the app shows them."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from infusion import models
from infusion.domain.messages import NOTICE_RULES
from infusion.notifications import texts
from infusion.selectors.reminder_rules import RulesInForce, rules_in_force
from infusion.services.messages import course_link
from patients.domain.contacts import PATIENT, STAFF

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class InboxEntry:
    """A message as its reader sees it; empty texts when it cannot be written any more."""

    row: models.Message
    subject: str
    body: str


def write_inbox(rows: Iterable[models.Message]) -> list[InboxEntry]:
    """Return messages with their texts, in the language of their readers."""
    rules: dict[uuid.UUID, RulesInForce] = {}
    found = []
    for row in rows:
        if row.site_id not in rules:
            rules[row.site_id] = rules_in_force(row.site_id, row.site.policy)
        found.append(_entry(row, rules[row.site_id]))
    return found


def _entry(row: models.Message, rules: RulesInForce) -> InboxEntry:
    told = row.kind if row.kind in NOTICE_RULES else rules.text(row.kind) or row.kind
    try:
        text = texts.write(
            told,
            _reader(row),
            row.event_at,
            on_call=row.site.on_call_phone,
            link=course_link(row.course_id),
        )
    except texts.TextError as error:
        # A site may have taken the rule away since it was sent.
        log.warning("inbox_text_missing", message_id=str(row.id), error=error.code)
        return InboxEntry(row=row, subject="", body="")
    return InboxEntry(row=row, subject=text.subject, body=text.body)


def _reader(row: models.Message) -> texts.Reader:
    is_staff = row.person_kind == STAFF
    patient = None if row.course is None else row.course.patient
    zone = row.site.time_zone if is_staff or patient is None else patient.time_zone
    if row.person_kind == PATIENT and row.patient is not None:
        person = row.patient
        name, language = person.given_name or person.family_name, person.language
    else:
        user = row.user
        name = (user.first_name or user.last_name) if user else ""
        language = user.language if user else ""
    return texts.Reader(
        given_name=name, language=language, time_zone=zone, is_staff=is_staff
    )
