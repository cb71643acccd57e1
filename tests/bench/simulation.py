"""Synthetic courses through the real services: how many of their days in a second.

``BENCH_LIVED=20`` sets how many courses are lived, one after the other.
"""

import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from tests.bench.rows import Row, alone, beside

COURSES = int(os.environ.get("BENCH_LIVED", "4"))
SEED = 7
REGIMEN = "us-label-mrd"
PATIENTS = 1000
CORES = 2
METHOD = f"""
Courses of {REGIMEN}, one cycle each, in one process: ordered, bags made and hung, home,
check-ins, alerts, illnesses. Triage and cadence alone are the pure functions inside of it.
{PATIENTS} patients: on {CORES} cores that do nothing else; the database shares them.
"""


def run() -> list[Row]:
    """Measure in a scratch database."""
    from django.db import connection

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        return list(_measure())
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _measure() -> Iterator[Row]:
    from infusion.services import checkins_planning, checkins_triage
    from infusion.simulation.world import make_world

    world = make_world(weeks=20)
    # The first one reads every file of the catalogue.
    _live(world, COURSES)
    spent: dict[str, float] = defaultdict(float)
    _time(checkins_triage, "assess", "triage", spent)
    _time(checkins_planning, "check_ins_of", "cadence", spent)
    begun = time.perf_counter()
    days = sum(_live(world, index) for index in range(COURSES))
    took = time.perf_counter() - begun
    yield alone("course-days a second, one process", days / took, "1/s")
    yield alone("a course-day", 1000 * took / days, "ms")
    yield alone("a course", took / COURSES, "s")
    for name in ("triage", "cadence"):
        yield alone(f"{name} alone, a course-day", 1000 * spent[name] / days, "ms")
    hours = PATIENTS * took / COURSES / CORES / 3600
    yield beside(f"{PATIENTS} patients, {CORES} processes", hours, "h", 1)


def _live(world: Any, index: int) -> float:
    from infusion.catalogue.simulation import shipped_numbers
    from infusion.simulation.life import Plot
    from infusion.simulation.people import person
    from infusion.simulation.running import live
    from infusion.simulation.staff import OnDuty

    numbers = shipped_numbers()
    story = live(
        world,
        person(SEED, index, numbers),
        OnDuty(seed=SEED, numbers=numbers),
        Plot(seed=SEED, regimen=REGIMEN, cycles=1, days=100),
    )
    return story.days


def _time(module: Any, function: str, name: str, spent: dict[str, float]) -> None:
    """Add up what a function of a module takes."""
    work: Callable[..., Any] = getattr(module, function)

    def timed(*args: Any, **more: Any) -> Any:
        begun = time.perf_counter()
        try:
            return work(*args, **more)
        finally:
            spent[name] += time.perf_counter() - begun

    setattr(module, function, timed)
