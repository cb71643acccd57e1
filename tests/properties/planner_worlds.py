"""Random chains to plan: everything that a request may hold, small enough to try out."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from infusion import catalogue
from infusion.domain.bags import Line, OnPump, Stretch, WaitingBag
from infusion.domain.calendars import VisitCalendar, Window, week_of
from infusion.domain.planner import (
    ChainRequest,
    ChainRules,
    RecipeRule,
    Supply,
    Weights,
)
from infusion.domain.recipes import Recipe, use_by
from infusion.domain.states import PlacementKind
from infusion.domain.visits import Whereabouts

T = TypeVar("T")
Pick = Callable[[Sequence[T]], T]

HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
ZERO = dt.timedelta(0)
HOME, CLINIC = PlacementKind.HOME, PlacementKind.CLINIC
# Days before a night when clocks change, in either direction, and one in between.
PLACES = (
    ("Europe/London", dt.date(2026, 3, 25)),
    ("Europe/London", dt.date(2026, 10, 21)),
    ("America/New_York", dt.date(2026, 3, 5)),
    ("America/New_York", dt.date(2026, 10, 29)),
    ("Asia/Shanghai", dt.date(2026, 9, 29)),
    ("Australia/Lord_Howe", dt.date(2026, 4, 2)),
    ("Australia/Lord_Howe", dt.date(2026, 10, 1)),
)
DOSES = (Decimal(9), Decimal(28), Decimal("15.5"))


def recipe(hours: int, **changes: object) -> Recipe:
    """Return a recipe of any length at 2 mL/h."""
    values: dict[str, object] = {
        "key": f"test-{hours}h",
        "hours": hours,
        "rate_ml_h": Decimal(2),
        "volume_ml": Decimal(2) * hours,
        "min_weight_kg": None,
        "room_hours": max(hours, 96),
        "cold_hours": max(hours, 192),
        "vial_mcg": Decimal(35),
        **changes,
    }
    return replace(catalogue.get_recipe("us-24h"), **values)  # type: ignore[arg-type]


def weights(pick: Pick) -> Weights:
    """Return the usual order of wishes, or any other weights: the best is the best."""
    if pick([True, True, False]):
        return Weights()
    return Weights(
        outside=pick([0, 1000, 40_000]),
        off_day=pick([0, 700, 20_000]),
        moved=pick([0, 300, 9_000]),
        discarded=pick([0, 4_000]),
        change=pick([0, 500, 10_000]),
        vial=pick([0, 90]),
        waste_minute=pick([0, 1, 7]),
        unsteady_minute=pick([0, 1, 5]),
        unaligned=pick([0, 2_000, 30_000]),
    )


def calendar(pick: Pick, zone: str, day: dt.date, grid: int) -> VisitCalendar:
    """Return a calendar with any windows on the grid, holidays, workdays and moves."""
    opens = pick([0, 8 * 60 - grid, 8 * 60, 9 * 60])
    closes = pick([12 * 60, 16 * 60 + grid, 17 * 60, 24 * 60])
    usual = (Window(from_minute=opens, to_minute=closes),)
    evening = (*usual, Window(from_minute=24 * 60 - 60, to_minute=24 * 60))
    week = week_of(
        {
            number: pick([usual, usual, usual, evening, ()])
            for number in range(pick([5, 5, 7]))
        }
    )
    start = dt.datetime.combine(day, dt.time(), tzinfo=ZoneInfo(zone))
    moves = [
        Whereabouts(from_at=start + pick([0, 25, 60, 96]) * HOUR, kind=HOME),
        Whereabouts(from_at=start + pick([100, 130]) * HOUR, kind=CLINIC),
    ]
    return VisitCalendar(
        zone=ZoneInfo(zone),
        places=tuple(moves[: pick([0, 1, 1, 2])]),
        windows=pick([{HOME: week, CLINIC: week}, {HOME: week}, {}]),
        holidays=frozenset(pick([[], [day + 2 * DAY], [day + DAY, day + 4 * DAY]])),
        workdays=frozenset(pick([[], [day + 3 * DAY]])),
        weekend=pick([frozenset({5, 6}), frozenset({5, 6}), frozenset({4})]),
    )


def stretches(pick: Pick, hours: int) -> tuple[Stretch, ...]:
    """Cut some hours at no, one or two steps of the dose."""
    cuts = pick([(), (), (48,), (30,), (36, 60)])
    bounds = [0, *(cut for cut in cuts if cut < hours), hours]
    return tuple(
        Stretch(
            start=bounds[number] * HOUR,
            end=bounds[number + 1] * HOUR,
            level=f"level-{number}",
            daily_dose_mcg=DOSES[number],
        )
        for number in range(len(bounds) - 1)
    )


def waiting(pick: Pick, start: dt.datetime, recipes: Sequence[Recipe]):
    """Return bags that were made before, warm or cold, and one only planned."""
    for number in range(pick([0, 0, 1, 2, 3])):
        made = start - pick([0, 5, 24, 90]) * HOUR
        warm = pick([None, made, start])
        yield WaitingBag(
            id=uuid.UUID(int=number + 1),
            recipe=pick(recipes),
            daily_dose_mcg=pick(DOSES[:2]),
            prepared_at=pick([made, made, None]),
            out_of_cold_at=warm,
        )


def on_pump(pick: Pick, start: dt.datetime, choice: Sequence[Recipe]) -> OnPump | None:
    """Return a bag that hangs, or none."""
    if pick([True, True, False]):
        return None
    one = pick(choice)
    hung = start - pick([0, 1, one.hours // 2]) * HOUR
    return OnPump(
        id=uuid.UUID(int=99),
        recipe=one,
        level="level-0",
        daily_dose_mcg=DOSES[0],
        hung_at=hung,
        use_by=use_by(one, hang_at=hung) - pick([0, 0, 60]) * HOUR,
        dry_at=hung + one.life + pick([0, 3]) * HOUR,
        free_from=start + pick([0, 0, 9, 30]) * HOUR,
    )


def supply(pick: Pick, start: dt.datetime) -> Supply:
    """Return no slots, one a day but for some days, or so few that bags run out."""
    if pick([True, True, False]):
        return Supply()
    first = start - pick([1, 2]) * DAY + pick([0, 4, 7]) * HOUR
    left_out = pick([(), (2, 3), (1, 2, 3, 4), range(10)])
    days = [number for number in range(10) if number not in left_out]
    slots = tuple(first + number * DAY for number in days)
    return Supply(ready_slots=slots, lead=pick([0, 2, 6]) * HOUR)


def rules(pick: Pick) -> ChainRules:
    return ChainRules(
        run_pattern_hours=pick([(), (), (), (24, 48), (36,), (12, 24, 36)]),
        one_rate=pick([False, False, True]),
        strict_windows=pick([False, False, False, True]),
        shortest_run=pick([24, 24, 12, 6]) * HOUR,
    )


def recipes(pick: Pick) -> tuple[Recipe, ...]:
    """Return some recipes, few of them stopped on purpose or at another rate."""
    lives = pick([(24, 48), (24, 48, 72, 96), (36, 72), (12, 60), (48,), (24,)])
    chosen = [recipe(hours) for hours in lives]
    chosen[-1] = pick(
        [
            chosen[-1],
            chosen[-1],
            replace(chosen[-1], run_hours=(12, lives[-1])),
            replace(chosen[-1], cold_hours=lives[-1]),
            recipe(lives[-1], rate_ml_h=Decimal(1), volume_ml=Decimal(lives[-1])),
        ]
    )
    return tuple(chosen)


def fixed(request: ChainRequest, pick: Pick) -> ChainRequest:
    """Return a request in which people fixed some changes and some recipes."""
    start = request.line.at
    musts = pick([(), (7,), (30,), (26, 55), (20, 44, 68), (1, 100)])
    first, long = pick([0, 10, 26, 50]), pick([1, 12, 30, 200])
    rule = RecipeRule(
        from_at=start + first * HOUR,
        until=start + (first + long) * HOUR,
        recipe_key=pick(request.recipes).key,
    )
    return replace(
        request,
        must_change=tuple(start + hours * HOUR for hours in musts),
        recipe_rules=pick([(), (rule,), (rule,)]),
    )


def world(pick: Pick, *, most_hours: int = 190, grids=(60, 30)) -> ChainRequest:
    """Return any request whose every instant lies on its grid."""
    zone, day = pick(PLACES)
    grid = pick([30] if "Lord_Howe" in zone else grids)
    hour = pick([0, 8, 10, 15, 20])
    start = dt.datetime.combine(day, dt.time(hour), tzinfo=ZoneInfo(zone))
    start = (start + pick(range(7)) * DAY).astimezone(dt.UTC)
    hours = pick([one for one in (20, 60, 75, 96, 130, 168, 190) if one <= most_hours])
    choice = recipes(pick)
    usual = pick([None, dt.time(10), dt.time(16), dt.time(23)])
    needles = [start + pick([5, 24]) * HOUR, start + pick([70, 95]) * HOUR]
    kept = [start + number * HOUR for number in pick([(), (24, 60), (0, 26, 49, 97)])]
    return ChainRequest(
        line=Line(at=start, delivered=ZERO),
        stretches=stretches(pick, hours),
        recipes=choice,
        calendar=calendar(pick, zone, day, grid),
        hanging=on_pump(pick, start, choice),
        waiting=tuple(waiting(pick, start, choice)),
        supply=supply(pick, start),
        needle_windows=tuple(
            (at, at + pick([0, 8, 26, 40]) * HOUR) for at in needles[: pick([0, 1, 2])]
        ),
        kept=tuple(kept),
        weights=weights(pick),
        rules=rules(pick),
        grid=grid * MINUTE,
        steady_at=usual,
    )


@st.composite
def worlds(draw, **limits: object) -> ChainRequest:
    """Draw a request."""
    return world(lambda choices: draw(st.sampled_from(list(choices))), **limits)


def moved_by(request: ChainRequest, shift: dt.timedelta) -> ChainRequest:
    """Return the request with everything that has happened later, off the grid."""
    hanging = request.hanging
    return replace(
        request,
        line=replace(request.line, at=request.line.at + shift),
        kept=tuple(at + shift for at in request.kept),
        waiting=tuple(_later(bag, shift) for bag in request.waiting),
        hanging=hanging
        and replace(
            hanging,
            hung_at=hanging.hung_at + shift,
            use_by=hanging.use_by + shift,
            dry_at=hanging.dry_at + shift,
            free_from=hanging.free_from + shift,
        ),
    )


def _later(bag: WaitingBag, shift: dt.timedelta) -> WaitingBag:
    made, warm = bag.prepared_at, bag.out_of_cold_at
    return replace(
        bag,
        prepared_at=made and made + shift,
        out_of_cold_at=warm and warm + shift,
    )
