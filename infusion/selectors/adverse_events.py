"""Reads adverse events with every grade, and what a result of a check-in offers."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from infusion import models
from infusion.domain.grading import Term, Verdict
from infusion.domain.toxicity import ToxicityEvent
from patients import policy
from patients.domain.refusals import NotFound
from patients.policy import Actor

# Which adverse event a graded term belongs to; the others keep their term.
_EVENTS: Mapping[Term, ToxicityEvent] = {
    Term.CRS: ToxicityEvent.CRS,
    Term.ICANS: ToxicityEvent.ICANS,
    Term.ICANS_CHILD: ToxicityEvent.ICANS,
    Term.SEIZURE: ToxicityEvent.SEIZURE,
    Term.ALT: ToxicityEvent.LIVER,
    Term.AST: ToxicityEvent.LIVER,
    Term.BILIRUBIN: ToxicityEvent.LIVER,
    Term.NEUTROPHILS: ToxicityEvent.NEUTROPENIA,
    Term.SEPSIS: ToxicityEvent.INFECTION,
    Term.CATHETER_INFECTION: ToxicityEvent.INFECTION,
}


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What a scale said of some answers, ready to be recorded by a person."""

    term: Term
    event: ToxicityEvent
    scale: str
    version: str
    verdict: Verdict
    grade: int | None


def list_adverse_events(
    actor: Actor, course_id: uuid.UUID
) -> QuerySet[models.AdverseEvent]:
    """List the adverse events of a course, the latest onset first."""
    rows = models.AdverseEvent.objects.filter(course_id=course_id)
    return _complete(policy.scope(rows, actor)).order_by("-onset_at", "-id")


def get_adverse_event(actor: Actor, adverse_event_id: uuid.UUID) -> models.AdverseEvent:
    """Return an adverse event with its entries.

    :raises NotFound: when there is none in reach.
    """
    rows = models.AdverseEvent.objects.filter(id=adverse_event_id)
    found = _complete(policy.scope(rows, actor)).first()
    if found is None:
        raise NotFound(field="adverse_event")
    return found


def _complete(
    rows: QuerySet[models.AdverseEvent],
) -> QuerySet[models.AdverseEvent]:
    entries = models.AdverseEventEntry.objects.select_related("by")
    return rows.select_related("course__patient", "recorded_by").prefetch_related(
        Prefetch("entries", entries.order_by("at", "recorded_at", "id")),
        Prefetch(
            "toxicity_decisions",
            models.ToxicityDecision.objects.only("adverse_event_id").order_by("id"),
        ),
    )


def offers_of(actor: Actor, course_id: uuid.UUID, result_id: uuid.UUID) -> list[Offer]:
    """Return what the scales said at a check-in of this course, as far as it is known."""
    rows = models.CheckInResult.objects.filter(
        id=result_id, answers__check_in__course_id=course_id
    )
    found = rows.select_related("answers__check_in__course").first()
    if found is None or not policy.can(actor, "adverse.record", found.answers):
        return []
    return list(_offers(found))


def _offers(result: models.CheckInResult) -> Iterator[Offer]:
    for one in result.grades:
        verdict = Verdict(one["verdict"])
        if verdict in {Verdict.GRADED, Verdict.AT_LEAST, Verdict.POSSIBLE}:
            term = Term(one["term"])
            yield Offer(
                term=term,
                event=_EVENTS.get(term, ToxicityEvent.OTHER),
                scale=one["scale"],
                version=one["version"],
                verdict=verdict,
                grade=one["grade"],
            )
