"""Every step a person may take with a course, as one table."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from infusion.board.bag_steps import BAG_STEPS
from infusion.board.forms import courses as forms
from infusion.board.forms import events as event_forms
from infusion.board.forms import readiness as going
from infusion.board.step import Step, is_running_course
from infusion.domain.courses import CourseState, CycleState
from infusion.domain.states import (
    CourseStatus,
    CycleStatus,
    PlacementKind,
    VisitStatus,
)
from infusion.domain.stops import WayOn
from infusion.selectors.events import list_events
from infusion.services import (
    cycles,
    discharging,
    events,
    hanging,
    interruptions,
    placements,
    scheduling,
    visits,
)
from patients import policy
from patients.policy import Actor


def _cycle(state: CourseState) -> CycleState | None:
    return state.current_cycle


def _cycle_is(*wanted: CycleStatus) -> Callable[[CourseState], bool]:
    def is_open(state: CourseState) -> bool:
        cycle = _cycle(state)
        return cycle is not None and cycle.status in wanted

    return is_open


def _runs(state: CourseState) -> bool:
    cycle = _cycle(state)
    return cycle is not None and cycle.clock.is_running


def _may_resume(state: CourseState) -> bool:
    """Say whether a restart is offered: from four hours on never at home."""
    cycle = _cycle(state)
    if cycle is None or cycle.clock.stopped_since is None:
        return False
    place = state.placement_at(cycle.clock.read_at)
    is_home = place is not None and place.kind == PlacementKind.HOME
    way = cycle.clock.way_on
    return way == WayOn.RESUME or (way == WayOn.SUPERVISED and not is_home)


def _may_hang(state: CourseState) -> bool:
    return _started(state) and state.open_check is None


def _may_go_on(state: CourseState) -> bool:
    over = {CycleStatus.COMPLETED, CycleStatus.STOPPED}
    cycle = _cycle(state)
    return (
        cycle is not None
        and cycle.status in over
        and state.status == CourseStatus.ACTIVE
        and cycle.number < state.cycles_planned
    )


_started = _cycle_is(CycleStatus.STARTED)


def _last_place(state: CourseState) -> PlacementKind:
    places = sorted(state.placements, key=lambda place: place.from_at)
    return places[-1].kind if places else PlacementKind.WARD


def _may_leave(state: CourseState) -> bool:
    return _runs(state) and _last_place(state) == PlacementKind.WARD


def _may_come_back(state: CourseState) -> bool:
    return _started(state) and _last_place(state) != PlacementKind.WARD


STEPS: tuple[Step, ...] = (
    Step(
        key="start",
        action="cycle.start",
        form=forms.StartCycle,
        service=cycles.start_cycle,
        title=_("Start the cycle"),
        done=_("The cycle has its go."),
        is_open=_cycle_is(CycleStatus.PLANNED),
        template="board/courses/start.html",
        is_main=True,
    ),
    Step(
        key="move",
        action="cycle.move",
        form=forms.MoveStart,
        service=scheduling.move_start,
        title=_("Move the start"),
        done=_("The start is moved."),
        is_open=_cycle_is(CycleStatus.PLANNED),
        template="board/courses/move.html",
    ),
    Step(
        key="cancel",
        action="cycle.cancel",
        form=forms.CancelCycle,
        service=scheduling.cancel_cycle,
        title=_("Cancel the order"),
        done=_("The order is taken back."),
        is_open=_cycle_is(CycleStatus.PLANNED),
        template="board/courses/cancel.html",
        is_grave=True,
    ),
    Step(
        key="confirm",
        action="bag.confirm",
        form=forms.Confirm,
        service=hanging.confirm_hang,
        title=_("Confirm the pump"),
        done=_("Confirmed: both readings agree."),
        is_open=lambda state: state.open_check is not None,
        of="check",
        template="board/courses/confirm.html",
        is_main=True,
    ),
    Step(
        key="withdraw",
        action="bag.hang",
        form=forms.Withdraw,
        service=hanging.withdraw_hang,
        title=_("Take back the first reading"),
        done=_("The first reading is taken back."),
        is_open=lambda state: state.open_check is not None,
        of="check",
    ),
    Step(
        key="hang",
        action="bag.hang",
        form=forms.Hang,
        service=hanging.enter_hang,
        title=_("Hang or change the bag"),
        done=_("The reading is stored. A second person must confirm it now."),
        is_open=_may_hang,
        template="board/courses/hang.html",
        is_main=True,
    ),
    Step(
        key="resume",
        action="infusion.resume",
        form=forms.Resume,
        service=interruptions.resume,
        title=_("Resume"),
        done=_("The infusion runs again."),
        is_open=_may_resume,
        template="board/courses/resume.html",
        is_main=True,
    ),
    Step(
        key="pause",
        action="infusion.pause",
        form=forms.Pause,
        service=interruptions.pause,
        title=_("Pause"),
        done=_("The pause is recorded."),
        is_open=_runs,
    ),
    Step(
        key="event",
        action="event.record_any",
        form=event_forms.TellEvent,
        service=events.record_event,
        title=_("Record an event"),
        done=_("The event is recorded. The clock is read again."),
        is_open=_started,
    ),
    Step(
        key="correct",
        action="event.correct",
        form=event_forms.CorrectEvent,
        service=events.correct_event,
        title=_("Correct the event"),
        done=_("The correction is recorded. The first entry stays."),
        is_open=_started,
        of="event",
        fits=lambda event: event.may_be_corrected,
    ),
    Step(
        key="undo",
        action="event.correct",
        form=event_forms.WithdrawEvent,
        service=events.withdraw_event,
        title=_("Take the event back"),
        done=_("The event is taken back. The first entry stays."),
        is_open=_started,
        of="event",
        fits=lambda event: event.may_be_corrected,
        is_grave=True,
    ),
    Step(
        key="discharge",
        action="placement.change",
        form=going.Discharge,
        service=discharging.discharge,
        title=_("Discharge home"),
        done=_("The patient is on the way home. Print the hand-over sheet."),
        is_open=_may_leave,
        template="board/readiness/discharge.html",
    ),
    Step(
        key="readmit",
        action="placement.change",
        form=going.Readmit,
        service=discharging.readmit,
        title=_("Back to the ward"),
        done=_("The patient is on the ward. The infusion and its clock run on."),
        is_open=_may_come_back,
    ),
    Step(
        key="placement",
        action="placement.change",
        form=forms.Move,
        service=placements.change_placement,
        title=_("Change of placement"),
        done=_("The placement is changed."),
        is_open=is_running_course,
    ),
    Step(
        key="end",
        action="cycle.end",
        form=forms.EndCycle,
        service=cycles.end_cycle,
        title=_("End the cycle"),
        done=_("The cycle is ended."),
        is_open=_started,
        is_grave=True,
    ),
    Step(
        key="next",
        action="cycle.order",
        form=forms.NextCycle,
        service=cycles.order_next_cycle,
        title=_("Order the next cycle"),
        done=_("The next cycle is ordered."),
        is_open=_may_go_on,
        is_main=True,
    ),
    *BAG_STEPS,
    Step(
        key="assign",
        action="visit.assign",
        form=forms.Assign,
        service=visits.assign_visit,
        title=_("Assign the visit"),
        done=_("The visit is assigned."),
        is_open=is_running_course,
        of="visit",
        fits=lambda visit: visit.status == VisitStatus.BOOKED,
    ),
)
BY_KEY: Mapping[str, Step] = {step.key: step for step in STEPS}


def offered(actor: Actor, state: CourseState) -> list[Step]:
    """Return the steps this person may take with the course as it stands."""
    return [
        step
        for step in STEPS
        if policy.can(actor, step.action, state) and step.is_open(state)
    ]


def target_of(step: Step, state: CourseState, target_id: uuid.UUID | None) -> Any:
    """Return the bag, visit or check a step is taken on; None when there is none."""
    found: list[Any] = []
    if step.of == "check":
        found = [state.open_check] if state.open_check else []
    elif step.of == "bag":
        found = [bag for cycle in state.cycles for bag in cycle.bags]
    elif step.of == "visit":
        found = [visit for cycle in state.cycles for visit in cycle.visits]
    elif step.of == "event":
        found = list_events(state.id)
    return next((item for item in found if item.id == target_id), None)
