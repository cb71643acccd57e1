"""The planner beside a constraint solver and a plain search, on the same requests.

Every request is a cycle of 28 days with a dose step, on a grid of 15 minutes, with the full
objective: visit windows, weekends and a holiday, pharmacy slots, needle days, a usual
hour, all bags of the label. Times are of the processor, so that a busy machine does not
count against anybody; each optimum is compared.
"""

import datetime as dt
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from infusion import catalogue
from infusion.domain.adviser import Cycle, advise, starts_of
from infusion.domain.bags import Line, Stretch
from infusion.domain.calendars import VisitCalendar, Window, week_of
from infusion.domain.planner import ChainRequest, Outcome, plan_chain
from infusion.domain.states import PlacementKind
from infusion.domain.visits import Whereabouts
from infusion.domain.wishes import NeedleDays, PharmacyRounds, Wishes
from tests.bench.rows import Row, alone

ZONE = ZoneInfo("America/New_York")
# The clocks change in the middle of it.
FIRST = dt.datetime(2026, 3, 1, 9, tzinfo=ZONE).astimezone(dt.UTC)
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
ZERO = dt.timedelta(0)
HOURS = (dt.time(9), dt.time(11), dt.time(13), dt.time(15))
ROUNDS = 10
# The solver and the plain search take seconds for each.
SOLVED, SEARCHED = 6, 1
REPEATS = 3
METHOD = (
    f"Beside CP-SAT ({SOLVED} requests) and the naive search ({SEARCHED}): both sides solve one "
    f"request untimed to warm up, then each request {REPEATS} times; the least processor time "
    "of each counts. That of CP-SAT has the building of its model in it, one worker; it is "
    "told how many bags are enough. Every optimum is compared."
)
Other = Callable[[ChainRequest, Outcome], int | None]
LIMITS = {"p50": 3.0, "p99": 10.0, "adviser": 200.0, "solver": 500.0}


def stretches() -> tuple[Stretch, ...]:
    """Return 7 days at 9 and 21 days at 28 mcg."""
    return (
        Stretch(start=ZERO, end=7 * DAY, level="low", daily_dose_mcg=Decimal(9)),
        Stretch(start=7 * DAY, end=28 * DAY, level="full", daily_dose_mcg=Decimal(28)),
    )


def wishes() -> Wishes:
    """Return a site that works on weekdays and wants everything."""
    office = (Window(from_minute=8 * 60, to_minute=17 * 60),)
    week = week_of(dict.fromkeys(range(5), office))
    return Wishes(
        calendar=VisitCalendar(
            zone=ZONE,
            windows={PlacementKind.HOME: week, PlacementKind.CLINIC: week},
            holidays=frozenset({dt.date(2026, 3, 17)}),
        ),
        pharmacy=PharmacyRounds(
            times=(dt.time(14),), workdays_only=True, lead=3 * HOUR
        ),
        needle=NeedleDays(first=6, last=8),
        keeps_hour=True,
    )


def requests() -> list[ChainRequest]:
    """Return one request for each of 14 days and 4 hours; half go home after 3 days."""
    starts = [
        FIRST + day * DAY + 2 * hour * HOUR for day in range(14) for hour in range(4)
    ]
    return [_request(start, (9, 3)[n % 2]) for n, start in enumerate(starts)]


def _request(start: dt.datetime, stay: int) -> ChainRequest:
    return wishes().chain_request(
        line=Line(at=start, delivered=ZERO),
        stretches=stretches(),
        recipes=catalogue.recipes_of(catalogue.get_regimen("us-label-rr")),
        places=(Whereabouts(from_at=start + stay * DAY, kind=PlacementKind.HOME),),
        start_at=start,
        made_from=start - 4 * DAY,
    )


def run() -> list[Row]:
    """Measure the planner, then the others on the same requests."""
    asked = requests()
    spent = sorted(_ms(lambda one=one: plan_chain(one)) for one in asked * ROUNDS)
    p50, p99 = spent[len(spent) // 2], spent[len(spent) * 99 // 100]
    return [
        _limited("plan of 28 days, 15-minute grid, p50", p50, "ms", LIMITS["p50"]),
        _limited("plan of 28 days, 15-minute grid, p99", p99, "ms", LIMITS["p99"]),
        alone("a new plan around the visits of the last, p50", _again(asked), "ms"),
        *_beside_solver(asked),
        *_beside_search(asked),
        _limited("adviser, 14 days x 4 hours", _adviser(), "ms", LIMITS["adviser"]),
        alone("memory at the height of one plan", _memory_kb(asked[0]), "kB"),
    ]


def _again(asked: list[ChainRequest]) -> float:
    """Plan once more, every visit of the first plan being one to keep."""
    kept = []
    for one in asked:
        bags = plan_chain(one).bags
        visits = (*(bag.hang_at for bag in bags), bags[-1].take_down_at)
        kept.append(replace(one, kept=visits))
    spent = sorted(_ms(lambda one=one: plan_chain(one)) for one in kept * 2)
    return spent[len(spent) // 2]


def _limited(name: str, value: float, unit: str, limit: float) -> Row:
    return Row(name, value, unit, limit, value / limit)


def _ms(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1000


def _beside_solver(asked: list[ChainRequest]) -> list[Row]:
    """Let CP-SAT prove the optimum; it is told how many bags are enough."""
    from tests.properties.planner_cpsat import best_cost

    def prove(one: ChainRequest, outcome: Outcome) -> int | None:
        return best_cost(one, 300, len(outcome.bags) + 1)

    some = asked[:: len(asked) // SOLVED][:SOLVED]
    return _compared("CP-SAT, same optimum", _pairs(some, prove), LIMITS["solver"])


def _beside_search(asked: list[ChainRequest]) -> list[Row]:
    """Try every pair of changes on the whole grid."""
    from tests.properties.planner_oracle import Oracle

    some = asked[:: len(asked) // SEARCHED][:SEARCHED]
    found = _pairs(some, lambda one, _outcome: Oracle(one).best())
    return _compared("naive search of the whole grid", found, None)


def _pairs(asked: list[ChainRequest], other: Other) -> list[tuple[float, float]]:
    """Return the least time of the other and of the planner for each request.

    Both are warmed up and repeated alike.
    """
    other(asked[0], plan_chain(asked[0]))
    return [_pair(one, other) for one in asked]


def _pair(one: ChainRequest, other: Other) -> tuple[float, float]:
    outcome = plan_chain(one)
    cost = outcome.score.cost(one.weights)
    slow = _least(lambda: _same(other(one, outcome), cost))
    return slow, _least(lambda: plan_chain(one))


def _least(work: Callable[[], object]) -> float:
    return min(_ms(work) for _ in range(REPEATS))


def _compared(
    name: str, found: list[tuple[float, float]], limit: float | None
) -> list[Row]:
    slow, fast = (sum(column) / len(found) for column in zip(*found, strict=True))
    return [
        Row(f"{name} (ratio: times the planner)", slow, "ms", None, slow / fast),
        Row(f"{name}: slower than the planner, at least", min(one / other for one, other
            in found), "times", limit, None),
    ]  # fmt: skip


def _same(found: int | None, cost: int) -> None:
    if found != cost:
        message = f"another optimum: {found}, the planner has {cost}"
        raise AssertionError(message)


def _adviser() -> float:
    """Advise on a start twice; the second is what a warm process takes."""
    asked = wishes()
    now = FIRST - DAY
    cycle = Cycle(
        stretches=stretches(),
        recipes=catalogue.recipes_of(catalogue.get_regimen("us-label-rr")),
        wishes=asked,
        now=now,
        stay=3 * DAY,
    )
    starts = starts_of(now, FIRST.date(), HOURS, asked.calendar)
    return min(_ms(lambda: advise(cycle, starts)) for _ in range(2))


def _memory_kb(asked: ChainRequest) -> float:
    tracemalloc.start()
    plan_chain(asked)
    _, height = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return height / 1024
