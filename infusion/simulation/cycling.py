"""The cycles of a synthetic course: begun on the ward, lived at home, followed by the next."""

import datetime as dt

from infusion.domain.states import PlacementKind
from infusion.selectors.planning import plan_course
from infusion.services.cycles import order_next_cycle
from infusion.simulation import bags, treating
from infusion.simulation.arriving import measure, morning
from infusion.simulation.departure import CriteriaLacking, Departure, go_home
from infusion.simulation.invariants import InvariantBroken
from infusion.simulation.life import DAY, HOUR, Life, Stay
from infusion.simulation.onward import another_cycle_comes
from infusion.simulation.pump import Pump

# How long nothing may have been wrong before anybody leaves the ward; the criteria of the
# site ask for no more. An assumption.
WELL_FOR = DAY
# So many mornings in a row may find a criterion not met: a step of the dose is waited for.
TURNED_BACK_AT_MOST = 10
ORDERED_BEFORE = 3 * DAY
WATCHED_AFTER = DAY


def begin(life: Life) -> None:
    """Give the go at the planned hour and wait for the day on which home is allowed."""
    life.pump = Pump()
    life.pump.go_to(life.now)
    bags.hang_first(life)
    if life.since <= dt.timedelta(0):
        treating.expect_illnesses(life)
        treating.expect_stops(life)
    life.enter(_stay_until(life), "the days on the ward are over", _leave_soon)


def _stay_until(life: Life) -> dt.datetime:
    """Return the end of the days on the ward; only the start where no source has any."""
    planned = plan_course(life.course(), life.now).plan.cycles[-1]
    return planned.inpatient_until or life.now


def _leave_soon(life: Life) -> None:
    life.enter(morning(life), "the way home", leave)


def leave(life: Life) -> None:
    """Go home if all is well and signed; else look again the next morning."""
    if life.cycle() is None or life.place is not PlacementKind.WARD:
        return
    if not _is_well(life):
        _leave_soon(life)
        return
    departure = Departure(
        course=life.course(),
        nurse=life.actors["nurse"],
        physician=life.actors["physician"],
        visitor_id=life.world.ids["home-nurse"],
        caregiver_link_id=life.link_id,
        pump_serial="INVENTED-1",
    )
    try:
        go_home(departure, life.now)
    except CriteriaLacking as lacking:
        # Such as a bag change that is close, or a visit on a day off.
        life.turned_back += 1
        if life.turned_back > TURNED_BACK_AT_MOST:
            message = f"a well patient never gets home: {lacking}"
            raise InvariantBroken(message) from None
        _leave_soon(life)
        return
    life.turned_back = 0
    life.stays.append(Stay(PlacementKind.HOME, life.now))


def _is_well(life: Life) -> bool:
    life.pump.go_to(life.now)
    if not life.pump.is_on or life.pump.still_since is not None:
        return False
    recently = life.since - WELL_FOR
    return not any(
        one.onset <= life.since and one.ended > recently
        for one in life.patient.illnesses
    )


# --- What comes after -----------------------------------------------------------------


def after_cycle(life: Life) -> None:
    """Order the next cycle, or wait for the last questions of the course."""
    if life.ended_at is None or ("ended", life.ended_at) in life.entered:
        return
    life.entered.add(("ended", life.ended_at))
    if another_cycle_comes(life):
        at = _next_start(life)
        life.enter(at - ORDERED_BEFORE, "a cycle is ordered", _order)
    else:
        life.enter(life.now + WATCHED_AFTER, "the last questions", _finish)


def _next_start(life: Life) -> dt.datetime:
    """Return the first workday after the free days, at the hour of the start."""
    planned = plan_course(life.course(), life.now).plan.cycles
    done = life.course().cycles.count()
    after = next((one.ends_on for one in planned if one.number == done), None)
    last = life.local(life.now).date() if after is None else after
    day = max(last, life.local(life.now).date() + ORDERED_BEFORE) + DAY
    while day.weekday() > 4:  # noqa: PLR2004 - Saturday and Sunday
        day += DAY
    wall = dt.datetime.combine(day, dt.time(10), tzinfo=life.world.zone)
    return wall.astimezone(dt.UTC)


def _order(life: Life) -> None:
    start = life.now + ORDERED_BEFORE
    measure(life)
    order_next_cycle(
        actor=life.actors["physician"],
        course_id=life.course_id,
        start_at=start,
        now=life.now,
    )
    life.ended_at = None
    life.enter(start - HOUR, "the way back to the ward", bags.come_back)
    life.enter(start, "a cycle begins", begin)


def _finish(life: Life) -> None:
    """End the story once nobody is asked and nobody has anything in hand."""
    if life.has_loose_ends():
        life.enter(life.now + WATCHED_AFTER, "the last questions", _finish)
    else:
        life.is_over = True
