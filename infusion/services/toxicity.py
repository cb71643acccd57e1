"""Records what a physician decides on a toxicity; only then does the plan follow."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infusion import models
from infusion.domain.clock import PauseReason
from infusion.domain.dose_changes import DoseChangeKind, low_step
from infusion.domain.events import AdverseEvent, Happening
from infusion.domain.refusals import Refusal
from infusion.domain.states import AdverseEventStatus
from infusion.domain.stops import open_gap
from infusion.domain.toxicity import ADVERSE_EVENTS, Choice, ToxicityRule
from infusion.selectors.planning import CycleRows, load_rows
from infusion.selectors.regimens import regimen_of
from infusion.selectors.toxicity import ToxicityAsked, ToxicityView, read_toxicity
from infusion.services.adverse_events import AdverseEventClosed
from infusion.services.common import NotFound, changing, past_instant
from infusion.services.cycles import end_cycle, running_cycle
from infusion.services.facts import ReasonNeeded
from infusion.services.interruptions import (
    NotPaused,
    check_restart_said,
    check_same_cycle,
)
from infusion.services.ledgers import append, check_since_go, standing_still
from infusion.services.planning import replan
from patients.policy import Actor


class RuleNotShown(Refusal):
    """What the rules say of these facts is not what was looked at."""

    code = "rule_not_shown"


@dataclass(frozen=True, kw_only=True)
class _Deciding:
    """A decision that is being carried out."""

    actor: Actor
    course: models.Course
    rows: CycleRows
    row: models.ToxicityDecision
    stopped_at: dt.datetime
    now: dt.datetime

    def told(self, kind: Happening, at: dt.datetime, **more: Any) -> None:
        """Append an event of the running cycle."""
        event = models.InfusionEvent(
            cycle=self.rows.cycle,
            kind=kind,
            at=at,
            note=self.row.reason,
            recorded_by_id=self.actor.user_id,
            **more,
        )
        append(self.rows, event)


def decide_toxicity(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    expected_version: int | None = None,
    asked: ToxicityAsked,
    shown: str,
    choice: Choice,
    stopped_at: dt.datetime | None = None,
    reason: str = "",
    now: dt.datetime,
) -> models.ToxicityDecision:
    """Record the decision with the rule and the facts it was shown, and follow it.

    ``shown`` is the token of what was looked at: nobody decides on a rule unseen.
    ``stopped_at`` is when the pump was stopped, for an interruption; now when left out.

    :raises NotFound: when it is decided from no adverse event of the course.
    :raises AdverseEventClosed: when that adverse event was withdrawn.
    :raises RuleNotShown: when the rules say something else than what was looked at.
    :raises ReasonNeeded: when the choice is none that a rule offers.
    :raises NewCycleNeeded: when the stop is too long to go on with this cycle.
    :raises LowStepUnknown: when the regimen has no low level.
    :raises Refusal: when the pump or the facts do not allow it.
    """
    with changing(
        actor=actor,
        action="toxicity.decide",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        rows = load_rows(course).of(running_cycle(course))
        view = read_toxicity(course, rows, asked, now)
        if shown != view.token:
            raise RuleNotShown(field="shown")
        row = _decision(rows, view, choice, reason, actor)
        row.adverse_event_id = _recorded(course, asked.adverse_event_id)
        row.save()
        deciding = _Deciding(
            actor=actor,
            course=course,
            rows=rows,
            row=row,
            stopped_at=past_instant(stopped_at or now, now, field="stopped_at"),
            now=now,
        )
        _FOLLOW[choice](deciding)
        course.refresh_from_db()
        replan(course, cause="toxicity_decided", actor_id=actor.user_id, now=now)
    return row


def _decision(
    rows: CycleRows, view: ToxicityView, choice: Choice, reason: str, actor: Actor
) -> models.ToxicityDecision:
    found, facts = view.assessment, view.facts
    departs = found.departs(choice)
    if departs and not reason.strip():
        raise ReasonNeeded(field="reason")
    return models.ToxicityDecision(
        cycle=rows.cycle,
        event=facts.event,
        grade=facts.grade,
        scale=facts.scale or "",
        onset_at=facts.onset_at,
        shown=_shown(view),
        facts=_facts(view),
        missing=[one.value for one in found.missing],
        offered=[one.value for one in found.offered],
        choice=choice,
        departs=departs,
        reason=reason.strip(),
        decided_by_id=actor.user_id,
        decided_at=facts.now,
    )


def _recorded(
    course: models.Course, adverse_event_id: uuid.UUID | None
) -> uuid.UUID | None:
    """Return the adverse event of the course that is decided on, once it is known."""
    if adverse_event_id is None:
        return None
    found = course.adverse_events.filter(id=adverse_event_id).first()
    if found is None:
        raise NotFound(field="adverse_event_id")
    if found.status == AdverseEventStatus.WITHDRAWN:
        raise AdverseEventClosed(field="adverse_event_id")
    return found.pk


def _shown(view: ToxicityView) -> dict[str, Any]:
    """Return the rules that were shown, with source, mark and version."""
    table = view.table
    return {
        "table": table.key if table else "",
        "version": table.version if table else "",
        "jurisdiction": table.jurisdiction if table else "",
        "verdict": view.assessment.verdict.value,
        "rules": [_rule(one) for one in view.assessment.rules],
    }


def _rule(rule: ToxicityRule) -> dict[str, Any]:
    said = rule.statement
    return {
        "key": rule.key,
        "action": rule.action.value if rule.action else "",
        "text": {"en": said.note.en, "zh": said.note.zh},
        "mark": said.mark.value,
        "sources": list(said.sources),
    }


def _facts(view: ToxicityView) -> dict[str, Any]:
    facts = view.facts
    since = facts.stopped_since
    settled = facts.settled_at
    return {
        "weight_kg": str(facts.weight_kg),
        "level": facts.level,
        "grade_now": facts.grade_now,
        "settled_at": settled.isoformat() if settled else None,
        "stopped_since": since.isoformat() if since else None,
        "seizures": facts.seizures,
        "multiples": {key.value: str(one) for key, one in facts.multiples.items()},
    }


def _adverse_event(row: models.ToxicityDecision) -> AdverseEvent:
    found: Mapping[str, AdverseEvent] = {
        key.value: event for key, event in ADVERSE_EVENTS.items()
    }
    return found.get(row.event, AdverseEvent.OTHER)


def _hold(one: _Deciding, at: dt.datetime) -> None:
    check_since_go(one.rows, at)
    check_restart_said(one.rows, at, None)
    reason = _adverse_event(one.row).value
    one.told(Happening.HOLD_ORDERED, at, reason=reason, pump_stopped=True)


def _interrupt(one: _Deciding) -> None:
    """Order the hold: the pump stands still from the instant that was said."""
    _hold(one, one.stopped_at)


def _hold_on(one: _Deciding) -> None:
    """Leave the pump stopped; from now on, if not before, for an adverse event."""
    gap = open_gap(standing_still(one.rows, one.now))
    if gap is None:
        raise NotPaused(field="choice")
    if gap.reason != PauseReason.ADVERSE_EVENT:
        _hold(one, one.now)


def _restart_low(one: _Deciding) -> None:
    """Let the low level run from here on; the restart itself is the nurse's."""
    check_same_cycle(one.course, one.rows, one.now)
    low = low_step(regimen_of(one.course), one.rows.cycle.block_key)
    models.DoseChange.objects.create(
        cycle=one.rows.cycle,
        kind=DoseChangeKind.RESTART_LOW,
        from_at=one.now,
        level=low.level,
        low_hours=low.hours,
        decision=one.row,
        reason=one.row.reason or one.row.event,
        made_by_id=one.actor.user_id,
        made_at=one.now,
    )
    one.told(Happening.DOSE_CHANGED, one.now)


def _stop(one: _Deciding) -> None:
    """End the cycle, and the course with it."""
    end_cycle(
        actor=one.actor,
        course_id=one.course.id,
        at=one.now,
        reason=PauseReason.ADVERSE_EVENT.value,
        now=one.now,
    )


_FOLLOW: Mapping[Choice, Callable[[_Deciding], None]] = {
    Choice.CONTINUE: lambda _: None,
    Choice.INTERRUPT: _interrupt,
    Choice.HOLD_ON: _hold_on,
    Choice.RESTART_LOW: _restart_low,
    Choice.STOP: _stop,
}
