"""Lives one synthetic course from its order to its last question, and keeps nothing.

Everything goes through the services, inside one transaction that is rolled back: what is
to happen after a commit never does, so no message leaves and every course meets the same
tables.
"""

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from django.db import connection, transaction

from infusion.domain.refusals import Refusal
from infusion.simulation import arriving, bags, cycling
from infusion.simulation.behaving import Patient, Staff
from infusion.simulation.duty import expect_duty, own_visits
from infusion.simulation.family import expect_answers
from infusion.simulation.invariants import InvariantBroken, Invariants
from infusion.simulation.life import DAY, Life, Plot
from infusion.simulation.stories import CourseStory
from infusion.simulation.sweeping import look_ahead
from infusion.simulation.telling import tell
from infusion.simulation.timetable import Act, Timetable
from infusion.simulation.world import World, start_of
from patients.domain.refusals import Refusal as RefusalOfPatients
from patients.policy import NotAllowed


class CourseBroken(Exception):
    """A course of the simulation showed something that must never be.

    It says how to see it again, and nothing of anybody.
    """

    def __init__(self, seed: int, index: int, at: dt.timedelta, what: str) -> None:
        super().__init__(seed, index, at, what)
        self.seed, self.index, self.at, self.what = seed, index, at, what

    def __str__(self) -> str:
        """Say it in one line."""
        return f"seed {self.seed}, patient {self.index}, at {self.at}: {self.what}"


def live(world: World, patient: Patient, staff: Staff, plot: Plot) -> CourseStory:
    """Live one course and return what came of it; the tables are as before.

    :raises CourseBroken: when an invariant does not hold or a service refuses.
    """
    with _rolled_back() as database_now:
        begins_at = start_of(patient.index, world.zone)
        life = Life(
            plot=plot,
            world=world,
            patient=patient,
            staff=staff,
            begins_at=begins_at,
            database_now=database_now,
            timetable=Timetable(begins_at - arriving.ORDERED_BEFORE),
        )
        _live(life)
        return tell(life)


@contextmanager
def _rolled_back() -> Iterator[dt.datetime]:
    """Open a transaction that leaves nothing, and yield its instant in the database."""
    with transaction.atomic():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT now()")
                yield cursor.fetchone()[0]
        finally:
            transaction.set_rollback(True)


def _live(life: Life) -> None:
    invariants = Invariants()
    life.enter(life.now, "the order", arriving.arrive)
    life.enter(life.begins_at, "the infusion begins", cycling.begin)
    life.enter(life.begins_at + DAY, "the sweeps", look_ahead)
    with _warnings() as told:
        while not life.is_over and (due := life.timetable.turn()):
            if life.since.days >= life.plot.days:
                break
            life.pump.go_to(life.now)
            _safely(life, partial(invariants.check_waiting, life))
            _safely(life, partial(_do, life, due.act))
            _safely(life, partial(invariants.check, life, told))
    _safely(life, partial(invariants.check_at_end, life))


def _do(life: Life, act: Act) -> None:
    """Do something and enter what follows from it."""
    act()
    _follow(life)


def _safely(life: Life, act: Act) -> None:
    """Do something; whatever goes wrong is told with the seed and the number.

    :raises CourseBroken: when it does.
    """
    try:
        act()
    except InvariantBroken as error:
        raise broken(life, f"{error} (after: {life.act})") from error
    except (Refusal, RefusalOfPatients) as error:
        what = f"{life.act} was refused: {error.code} {error.field or ''}".strip()
        raise broken(life, what) from error
    except NotAllowed as error:
        raise broken(life, f"{life.act} was not allowed: {error.action}") from error
    except Exception as error:
        what = f"{life.act} failed with {type(error).__name__}"
        raise broken(life, what) from error


def _follow(life: Life) -> None:
    """Enter what follows from what was just done."""
    version = life.course_version()
    if version != life.version:
        if life.cycle() is not None:
            bags.throw_unused(life)
            own_visits(life)
        bags.plan_bags(life)
        life.version = life.course_version()
    expect_answers(life)
    expect_duty(life)
    cycling.after_cycle(life)


def broken(life: Life, what: str) -> CourseBroken:
    """Return what is told of a course that can't go on."""
    return CourseBroken(life.plot.seed, life.patient.index, life.since, what)


@contextmanager
def _warnings() -> Iterator[list[str]]:
    """Yield what the background warns of: it spares the others and goes on itself."""
    told: list[str] = []
    handler = _Keeping(told)
    logger = logging.getLogger("infusion")
    logger.addHandler(handler)
    try:
        yield told
    finally:
        logger.removeHandler(handler)


class _Keeping(logging.Handler):
    """Keeps what is warned of, by its event alone."""

    def __init__(self, told: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._told = told

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one warning."""
        said = record.msg
        self._told.append(said["event"] if isinstance(said, dict) else str(said))
