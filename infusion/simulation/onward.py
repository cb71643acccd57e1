"""Where a synthetic course goes between its cycles: along the path that is expected."""

import datetime as dt

from infusion.domain.regimens import Regimen
from infusion.domain.standings import Due, Standing
from infusion.domain.states import CourseStatus
from infusion.selectors.walking import load_walk
from infusion.services.deciding import decide
from infusion.services.facts import FactGiven
from infusion.simulation.life import Life

WEEK = dt.timedelta(weeks=1)
# What holds, weekends and mornings without a criterion add to a course. An assumption.
_MARGIN = 10 * WEEK


def another_cycle_comes(life: Life) -> bool:
    """Say whether a cycle can be ordered; at a fork, first take the expected way."""
    if life.course().status not in {CourseStatus.ORDERED, CourseStatus.ACTIVE}:
        return False
    place = load_walk(life.course(), life.now).standing()
    if place.due == Due.DECISION:
        _decide(life, place)
    course = life.course()
    walk = load_walk(course, life.now)
    is_next = walk.standing().due == Due.CYCLE_ORDER
    return is_next and walk.cycles < course.cycles_planned


def _decide(life: Life, place: Standing) -> None:
    """Let the physician take the first way of a fork, with the facts that open it."""
    if place.block is None:
        return
    ways = place.block.ways_out(is_last_round=True)
    way = next(one for one in ways if not one.optional)
    today = life.local(life.now).date()
    decide(
        actor=life.actors["physician"],
        course_id=life.course_id,
        to=way.to,
        facts=[
            FactGiven(kind=one.kind.value, value=one.values[0], taken_on=today)
            for one in way.when
        ],
        now=life.now,
    )


def weeks_of(regimen: Regimen, cycles: int | None) -> int:
    """Return how many weeks the cycles of a regimen take on its expected path, and more."""
    length = dt.timedelta()
    for round_ in regimen.rounds():
        if round_.cycle is None or (cycles is not None and round_.cycle > cycles):
            continue
        pattern = regimen.pattern_of(round_.block.key)
        length += dt.timedelta(
            hours=pattern.infusion_hours, days=pattern.free_days or 0
        )
    return -(-(length + _MARGIN) // WEEK)
