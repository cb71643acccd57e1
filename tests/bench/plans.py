"""How long one plan takes, and how much memory it holds."""

import datetime as dt
import statistics
import time
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from zoneinfo import ZoneInfo

from infusion import catalogue
from infusion.domain.doses import DosingWeight
from infusion.domain.plans import CycleFacts, PlanRequest, make_plan
from tests.bench.rows import Row, alone, beside

START = dt.datetime(2026, 6, 1, 14, tzinfo=dt.UTC)


def request(weight_kg: str = "70") -> PlanRequest:
    """Return one cycle of the label use with the most parts."""
    regimen = catalogue.get_regimen("us-label-rr")
    return PlanRequest(
        regimen=regimen,
        recipes=catalogue.recipes_of(regimen),
        rules=catalogue.reminder_rules(catalogue.site_policy({})),
        zone=ZoneInfo("America/New_York"),
        now=START,
        cycles=(
            CycleFacts(
                number=1,
                starts_at=START,
                weight=DosingWeight(
                    weight_kg=Decimal(weight_kg), height_cm=Decimal("60")
                ),
            ),
        ),
        last_cycle=1,
        dose_step_mcg=Decimal("0.01"),
    )


def run() -> list[Row]:
    """Measure a plan of four bags and one of fourteen, warm and cold."""
    few, many = request(), request("5")
    limit = median_ms(lambda: _bare_chain(few))
    return [
        beside("make_plan, 4 bags (limit: bare tuples)", _warm(few), "ms", limit),
        alone("make_plan, 14 bags", _warm(many), "ms"),
        alone("memory of one plan of 14 bags", _memory_kb(many), "kB"),
    ]


def median_ms(function: Callable[[], object], times: int = 200) -> float:
    """Return the median time of a call in ms."""
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        function()
        spent.append(time.perf_counter() - begun)
    return statistics.median(spent) * 1000


def _warm(asked: PlanRequest) -> float:
    return median_ms(lambda: make_plan(asked))


def _memory_kb(asked: PlanRequest) -> float:
    tracemalloc.start()
    kept = make_plan(asked)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept.cycles
    return size / 1024


def _bare_chain(asked: PlanRequest) -> list[tuple[object, ...]]:
    """Lay out the same bags, visits and messages as tuples, without any rule."""
    start = asked.cycles[0].starts_at
    week = dt.timedelta(days=7)
    bags_ = [(start + n * week, start + (n + 1) * week) for n in range(4)]
    visits = [(one[0],) for one in bags_] + [(bags_[-1][1],)]
    offsets = [rule.offset for rule in asked.rules]
    owed = [
        (one[1] + offset, who) for one in bags_ for offset in offsets for who in "pcn"
    ]
    return [*bags_, *visits, *owed]
