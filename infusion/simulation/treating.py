"""What becomes of an illness that somebody sees: recorded, held for, settled, given up."""

import datetime as dt
import uuid
from collections.abc import Mapping
from functools import partial

from infusion.domain.adverse_events import ActionTaken, Seriousness
from infusion.domain.clock import SAME_CYCLE_UP_TO, PauseReason
from infusion.domain.toxicity import Choice, Scale, ToxicityEvent
from infusion.selectors.planning import load_rows
from infusion.selectors.toxicity import ToxicityAsked, ToxicityView, read_toxicity
from infusion.services.adverse_events import (
    Graded,
    Noticed,
    grade_again,
    record_adverse_event,
    resolve_adverse_event,
)
from infusion.services.toxicity import decide_toxicity
from infusion.simulation import bags
from infusion.simulation.behaving import Deed, TrueIllness
from infusion.simulation.life import HOUR, Life
from infusion.simulation.stories import Ending, Illness

# How soon a ward sees what changes. Not clinical: an assumption of the simulation.
ROUND = HOUR
# How often a physician looks again at a hold.
AGAIN = 12 * HOUR
_EVENTS: Mapping[Illness, tuple[ToxicityEvent, Scale]] = {
    Illness.CRS: (ToxicityEvent.CRS, Scale.ASTCT),
    Illness.NEUROTOXICITY: (ToxicityEvent.NEUROTOXICITY, Scale.CTCAE_5),
}
_SERIOUS_FROM = 3


def expect_illnesses(life: Life) -> None:
    """Enter when an illness changes: who stands beside the patient sees it soon after."""
    for one in life.patient.illnesses:
        for since in (one.onset, one.peaked, one.ended):
            at = life.begins_at + since + ROUND
            life.enter(at, "an illness changes", partial(_round, illness=one.illness))


def _round(life: Life, illness: Illness) -> None:
    """See it on the ward; at home only who knows of it asks again."""
    if life.cycle() is not None and (life.is_attended or illness in life.recorded):
        notice(life)


def notice(life: Life, result_id: uuid.UUID | None = None) -> None:
    """Let somebody see how the patient is: write it down and do something about it."""
    for illness in Illness:
        grade = life.patient.grade(illness, life.since)
        _write(life, illness, grade, result_id)
        if grade and life.cycle() is not None:
            _do(life, illness, grade)


def _write(
    life: Life, illness: Illness, grade: int, result_id: uuid.UUID | None
) -> None:
    known = life.recorded.get(illness)
    if known is None:
        if grade:
            _record(life, illness, grade, result_id)
    elif known[1] != grade:
        _write_again(life, illness, known[0], grade)


def _record(
    life: Life, illness: Illness, grade: int, result_id: uuid.UUID | None
) -> None:
    event, _ = _EVENTS[illness]
    row = record_adverse_event(
        actor=life.actors["nurse"],
        course_id=life.course_id,
        noticed=Noticed(
            event=event,
            onset_at=_onset(life, illness),
            seriousness=_seriousness(grade),
            from_result_id=result_id,
        ),
        graded=_graded(life, illness, grade),
        now=life.now,
    )
    life.recorded[illness] = (row.pk, grade)


def _write_again(life: Life, illness: Illness, event_id: uuid.UUID, grade: int) -> None:
    actor, now = life.actors["nurse"], life.now
    if grade:
        graded = _graded(life, illness, grade)
        grade_again(actor=actor, adverse_event_id=event_id, graded=graded, now=now)
    else:
        resolve_adverse_event(actor=actor, adverse_event_id=event_id, at=now, now=now)
    life.recorded[illness] = (event_id, grade)


def _graded(life: Life, illness: Illness, grade: int) -> Graded:
    held = (ActionTaken.HOLD,) if life.held_for is illness else ()
    return Graded(at=life.now, grade=grade, scale=_EVENTS[illness][1], actions=held)


def _seriousness(grade: int) -> Seriousness:
    is_serious = grade >= _SERIOUS_FROM
    return Seriousness.SERIOUS if is_serious else Seriousness.NOT_SERIOUS


def true_illness(life: Life, illness: Illness) -> TrueIllness | None:
    """Return the illness of that kind that began last."""
    found = [
        one
        for one in life.patient.illnesses
        if one.illness is illness and one.onset <= life.since
    ]
    return found[-1] if found else None


def _onset(life: Life, illness: Illness) -> dt.datetime:
    found = true_illness(life, illness)
    return life.now if found is None else min(life.begins_at + found.onset, life.now)


def _do(life: Life, illness: Illness, grade: int) -> None:
    deed = life.staff.does(illness, grade)
    if deed is Deed.GIVE_UP:
        _give_up(life, illness, grade)
        return
    if deed in {Deed.HOLD, Deed.HOLD_AND_ADMIT} and life.held_for is None:
        _hold(life, illness, grade)
    if deed is Deed.HOLD_AND_ADMIT:
        bags.come_back(life)


def _hold(life: Life, illness: Illness, grade: int) -> None:
    life.pump.go_to(life.now)
    if life.hanging() is None:
        return
    choice = Choice.INTERRUPT if life.pump.is_on else Choice.HOLD_ON
    decide(life, illness, choice, grade=grade, grade_now=grade)
    if life.pump.is_on:
        life.pump.stop(life.now)
        life.stops.append(life.since)
    life.held_for = illness
    life.enter(life.now + AGAIN, "a hold is looked at", _look_at_hold)


def _look_at_hold(life: Life) -> None:
    """Restart once it has settled and the rule says so; give up what took too long."""
    illness, still = life.held_for, life.pump.still_since
    if illness is None or life.cycle() is None:
        return
    found = true_illness(life, illness)
    if found is None or life.worst_grade():
        _keep_holding(life)
        return
    if still is not None and life.now - still > SAME_CYCLE_UP_TO:
        _give_up(life, illness, found.peak_grade)
        return
    view = _view(life, _asked(life, illness, found.peak_grade, 0))
    offered = view.assessment.offered
    if Choice.RESTART_LOW in offered:
        _restart(life, illness, Choice.RESTART_LOW)
    elif view.assessment.hold_until is not None and offered == (Choice.HOLD_ON,):
        _keep_holding(life)
    elif Choice.STOP in offered:
        _give_up(life, illness, found.peak_grade)
    else:
        _restart(life, illness, Choice.CONTINUE)


def _keep_holding(life: Life) -> None:
    life.enter(life.now + AGAIN, "a hold is looked at", _look_at_hold)


def _restart(life: Life, illness: Illness, choice: Choice) -> None:
    found = true_illness(life, illness)
    peak = found.peak_grade if found else 1
    decide(life, illness, choice, grade=peak, grade_now=0)
    life.held_for = None
    bags.run_again(life)


def _give_up(life: Life, illness: Illness, grade: int) -> None:
    now_ = life.patient.grade(illness, life.since)
    decide(life, illness, Choice.STOP, grade=max(grade, now_), grade_now=now_)
    life.pump.stop(life.now)
    life.held_for = None
    bags.after_end(life)
    life.ended_why = Ending.STOPPED_FOR_GOOD


def decide(
    life: Life, illness: Illness, choice: Choice, *, grade: int, grade_now: int
) -> None:
    """Let the physician decide by what the rules show, with a reason where it departs."""
    asked = _asked(life, illness, grade, grade_now)
    decide_toxicity(
        actor=life.actors["physician"],
        course_id=life.course_id,
        asked=asked,
        shown=_view(life, asked).token,
        choice=choice,
        stopped_at=life.now,
        reason="Invented: so the story goes.",
        now=life.now,
    )


def _asked(life: Life, illness: Illness, grade: int, grade_now: int) -> ToxicityAsked:
    event, scale = _EVENTS[illness]
    found = true_illness(life, illness)
    settled = None
    if grade_now == 0 and found is not None:
        settled = min(life.begins_at + found.ended, life.now)
    return ToxicityAsked(
        event=event,
        onset_at=_onset(life, illness),
        grade=grade,
        scale=scale,
        grade_now=grade_now,
        settled_at=settled,
    )


def _view(life: Life, asked: ToxicityAsked) -> ToxicityView:
    course, cycle = life.course(), life.cycle()
    assert cycle is not None  # noqa: S101 - whoever decides has seen that one runs
    rows = load_rows(course).of(cycle)
    return read_toxicity(course, rows, asked, life.now)


# --- Technical stops ------------------------------------------------------------------


def expect_stops(life: Life) -> None:
    """Enter when the pump stands still for a technical reason, and when it runs again."""
    for one in life.patient.stops:
        at = life.begins_at + one.at
        act = partial(_stand_still, reason=one.reason, until=at + one.lasts)
        life.enter(at, "the pump stops", act)


def _stand_still(life: Life, reason: PauseReason, until: dt.datetime) -> None:
    if life.cycle() is None or not life.pump.is_on or life.hanging() is None:
        return
    life.pump.go_to(life.now)
    bags.stop(life, reason)
    bags.wake_at_stop(life, until)
    life.enter(until, "the pump runs again", _run_again)


def _run_again(life: Life) -> None:
    if life.cycle() is None or life.pump.is_on or life.held_for is not None:
        return
    bags.run_again(life)
