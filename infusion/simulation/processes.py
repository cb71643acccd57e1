"""Many synthetic courses beside each other: a process each, with a database of its own.

Which process lives a course changes nothing: each is drawn from the seed and its number,
and meets the same site. A process is pointed at its own database before it opens one.
"""

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue

from infusion.simulation.scratch import PREFIX, Scratch
from infusion.simulation.stories import CourseStory


@dataclass(frozen=True, kw_only=True)
class Run:
    """What every process is told: nothing else decides how a course goes.

    ``cycles`` is None for whole courses. ``group`` is ADULT or CHILD, empty for both. ``rules`` is a rule set of triage as the
    text of its document, empty for the shipped one.
    """

    seed: int
    regimen: str
    cycles: int | None
    days: int
    group: str = ""
    rules: str = ""


class ProcessLost(Exception):
    """A process of the simulation has died."""


def stories_of(
    run: Run, indices: Sequence[int], scratch: Scratch
) -> Iterator[CourseStory]:
    """Live these courses and yield their stories as they are told, in any order.

    :raises CourseBroken: of the first course that breaks.
    :raises ProcessLost: when a process dies.
    """
    scratch.make_first()
    _prepare(run, scratch)
    scratch.copy()
    names = _CONTEXT.SimpleQueue()
    for name in scratch.names:
        names.put(name)
    with _pool(len(scratch.names), names) as pool:
        yield from _told([pool.submit(_live, run, index) for index in indices])


_CONTEXT = multiprocessing.get_context("spawn")


def _told(found: Sequence["Future[CourseStory]"]) -> Iterator[CourseStory]:
    try:
        for future in as_completed(found):
            yield future.result()
    except BrokenProcessPool:
        message = "A process of the simulation has died."
        raise ProcessLost(message) from None


@contextmanager
def _pool(count: int, names: "SimpleQueue[str]") -> Iterator[ProcessPoolExecutor]:
    """Open processes; whatever goes wrong, also Ctrl-C, ends them where they are."""
    pool = ProcessPoolExecutor(
        count, mp_context=_CONTEXT, initializer=_begin, initargs=(names,)
    )
    try:
        yield pool
    except BaseException:
        for child in multiprocessing.active_children():
            child.terminate()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _prepare(run: Run, scratch: Scratch) -> None:
    """Fill the first database in a process that is gone before it is copied."""
    names = _CONTEXT.SimpleQueue()
    names.put(scratch.first)
    with _pool(1, names) as pool:
        future = pool.submit(_fill, run)
        try:
            future.result()
        except BrokenProcessPool:
            message = "The process that makes the tables has died."
            raise ProcessLost(message) from None


# --- In the other process -------------------------------------------------------------


def _begin(names: "SimpleQueue[str]") -> None:
    """Set Django up on a database of the simulation; Ctrl-C is for who started it."""
    import gc
    import logging

    import django
    from django.conf import settings

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settings.DATABASES["default"]["NAME"] = names.get()
    django.setup()
    logging.disable(logging.INFO)
    check_ours()
    # What is loaded by now stays: it need not be looked through again and again.
    gc.freeze()


def check_ours() -> None:
    """Refuse to go on anywhere else, whatever the settings say.

    :raises ProcessLost: when the database is not one of the simulation.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        (name,) = cursor.fetchone()
    if not name.startswith(PREFIX):
        message = "The simulation only writes to databases of its own."
        raise ProcessLost(message)


def _fill(run: Run) -> None:
    from django.core.management import call_command

    from infusion.catalogue import all_regimens
    from infusion.simulation.onward import weeks_of
    from infusion.simulation.rules import put_in_force, read_rules
    from infusion.simulation.world import WEEKS, make_world

    call_command("migrate", verbosity=0, skip_checks=True)
    regimen = all_regimens()[run.regimen]
    # The rota may not end before the last course does.
    world = make_world(weeks=WEEKS + weeks_of(regimen, run.cycles))
    if run.rules:
        put_in_force(world, read_rules(run.rules))


def _live(run: Run, index: int) -> CourseStory:
    from infusion.catalogue.simulation import shipped_numbers
    from infusion.simulation.life import Plot
    from infusion.simulation.people import person
    from infusion.simulation.running import live
    from infusion.simulation.staff import OnDuty
    from infusion.simulation.world import load_world

    numbers = shipped_numbers().of_regimen(run.regimen)
    plot = Plot(seed=run.seed, regimen=run.regimen, cycles=run.cycles, days=run.days)
    return live(
        load_world(),
        person(run.seed, index, numbers, run.group),
        OnDuty(seed=run.seed, numbers=numbers),
        plot,
    )
