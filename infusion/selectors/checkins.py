"""Reads check-ins: what is asked, what was answered before, by which rules it is read."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.db.models import Prefetch, Q, QuerySet

from infusion import catalogue, models
from infusion.catalogue.questionnaires import shipped_questionnaires
from infusion.catalogue.scales import shipped_scale
from infusion.domain.assessing import finding_from, neurotoxicity_terms
from infusion.domain.grading import Score, Table, Term
from infusion.domain.instants import local_date, zone
from infusion.domain.questionnaires import Questionnaire
from infusion.domain.refusals import Refusal
from infusion.domain.states import CheckInStatus, OverlayStatus
from infusion.domain.toxicity import Scale
from infusion.domain.triage import CheckIn, Colour, RuleSet
from infusion.selectors.triage_rules import rules_at
from infusion.selectors.wordings import keys_of, worded, wordings_of

log = structlog.get_logger(__name__)
_NEUROTOXICITY = frozenset({Term.ICANS, Term.ICANS_CHILD})
_TO_ANSWER = (CheckInStatus.DUE, CheckInStatus.MISSED)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """By which rules and scales the answers of a patient are read."""

    rules: RuleSet
    tables: tuple[Table, ...]
    scores: tuple[Score, ...]

    @property
    def looks_back(self) -> dt.timedelta:
        """Return how far back the trends of the rules look."""
        spans = (one.trend.within for one in self.rules.rules if one.trend)
        return max(spans, default=dt.timedelta(0))


def reading_of(course: models.Course, now: dt.datetime) -> Reading:
    """Return how the answers of a patient are read on the patient's day."""
    patient = course.patient
    policy = catalogue.site_policy(course.site.policy)
    terms = neurotoxicity_terms(
        patient.birth_date,
        local_date(now, zone(patient.time_zone)),
        below_years=int(policy.number("capd_below_years")),
    )
    left_out = _NEUROTOXICITY - terms
    tables = (
        table
        for scale in Scale
        for term, table in shipped_scale(scale).tables.items()
        if term not in left_out
    )
    scores = (one for scale in Scale for one in shipped_scale(scale).scores)
    rules = rules_at(course.site_id)
    return Reading(rules=rules, tables=tuple(tables), scores=tuple(scores))


def questionnaires() -> Mapping[str, Questionnaire]:
    """Return the questionnaires in force, by key."""
    return shipped_questionnaires()


def forms_of(check_in: models.CheckIn) -> tuple[Questionnaire, ...]:
    """Return what a check-in asks, in order and in the words of the site."""
    known = questionnaires()
    forms = (known[key] for key in check_in.forms if key in known)
    return worded(forms, wordings_of(check_in.site_id))


def signed_questions(site_id: uuid.UUID) -> frozenset[str]:
    """Return the keys of the questions that a site has worded and signed."""
    return keys_of(wordings_of(site_id))


def due_check_ins(course_id: uuid.UUID, now: dt.datetime) -> Sequence[models.CheckIn]:
    """Return what a family is to answer now, the oldest first."""
    rows = models.CheckIn.objects.filter(
        course_id=course_id, status__in=_TO_ANSWER, looked_at=None, due_at__lte=now
    )
    return list(rows.order_by("due_at", "id"))


def check_ins_of(course_id: uuid.UUID) -> QuerySet[models.CheckIn]:
    """Return all check-ins of a course with answers and results, the latest first."""
    answers = models.CheckInAnswers.objects.select_related(
        "result", "corrected_by", "recorded_by"
    ).order_by("given_at", "id")
    looks = models.CheckInLook.objects.select_related("by").order_by("at", "id")
    rows = models.CheckIn.objects.filter(course_id=course_id)
    return rows.prefetch_related(
        Prefetch("answers", answers), Prefetch("looks", looks)
    ).order_by("-due_at", "-id")


def to_look_at(rows: QuerySet[models.CheckIn]) -> QuerySet[models.CheckIn]:
    """Narrow check-ins to those a person must still look at, the worst first."""
    waiting = rows.filter(
        Q(colour__in=(Colour.AMBER, Colour.RED)) | Q(status=CheckInStatus.MISSED),
        looked_at=None,
    )
    return waiting.select_related("course__patient").order_by("-colour", "due_at")


@dataclass(frozen=True, kw_only=True)
class Other:
    """Another check-in as it was read then, and which answers those were."""

    answers_id: uuid.UUID
    check_in: CheckIn


def others_of(
    course_id: uuid.UUID, *, around: dt.datetime, within: dt.timedelta
) -> Sequence[Other]:
    """Return what was found before and after an instant, as far as any rule looks.

    Of answers that were corrected only the correction counts. What this version of the
    service can't read is left out: it must not keep new answers from being taken.
    """
    rows = models.CheckInResult.objects.filter(
        answers__check_in__course_id=course_id,
        answers__given_at__range=(around - within, around + within),
        answers__corrected_by=None,
    ).exclude(answers__given_at=around)
    # Nothing else is read of them: what fired and the grades are most of a result.
    found = rows.order_by("answers__given_at", "id").values_list(
        "answers_id", "answers__given_at", "findings"
    )
    others = []
    for answers_id, at, findings in found:
        check_in = found_again(at, findings)
        if check_in is None:
            log.warning("findings_not_read", answers_id=str(answers_id))
            continue
        others.append(Other(answers_id=answers_id, check_in=check_in))
    return others


def found_again(
    at: dt.datetime, findings: Sequence[Mapping[str, Any]]
) -> CheckIn | None:
    """Return what was found; None where another version knew what this one does not.

    A kind of finding may be gone, its words or limits be others, its unit be another.
    """
    try:
        return CheckIn(at=at, findings=tuple(map(finding_from, findings)))
    except (Refusal, ArithmeticError, LookupError, TypeError, ValueError):
        return None


def baseline_photo(course_id: uuid.UUID, question: str) -> models.CheckInPhoto | None:
    """Return the first photograph of a course that answers a question.

    Later ones are looked at beside it; ``question`` is "neuro.sentence-photo".
    """
    rows = models.CheckInPhoto.objects.filter(
        answers__check_in__course_id=course_id, question=question
    )
    return rows.order_by("answers__given_at", "received_at", "id").first()


def advice_for(site_id: uuid.UUID, colour: str) -> models.AdviceText | None:
    """Return what a site tells who answered so; None until it has approved a text."""
    rows = models.AdviceText.objects.filter(
        site_id=site_id, kind=colour, status=OverlayStatus.IN_FORCE
    )
    return rows.first()
