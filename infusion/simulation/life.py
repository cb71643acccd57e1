"""One synthetic course under way: what is known of it between two acts."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from infusion import models
from infusion.domain.calendars import VisitCalendar
from infusion.domain.states import (
    AlertStatus,
    BagStatus,
    CheckInStatus,
    CycleStatus,
    PlacementKind,
)
from infusion.simulation.behaving import Patient, Staff
from infusion.simulation.pump import Pump
from infusion.simulation.stories import ChangeTold, Ending, Illness
from infusion.simulation.timetable import Timetable
from infusion.simulation.world import World
from patients.policy import Actor

HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR
ZERO = dt.timedelta(0)


@dataclass(frozen=True, kw_only=True)
class Plot:
    """What a course is asked to be: the regimen and at most so many of its cycles.

    ``cycles`` is None for all of them.
    """

    seed: int
    regimen: str
    cycles: int | None
    # Nothing is simulated beyond so many days of the course.
    days: int


@dataclass
class Stay:
    """Where the patient is from an instant on."""

    kind: PlacementKind
    from_at: dt.datetime


@dataclass
class Life:
    """A course that is being lived, from the order to its last question.

    ``database_now`` is the instant of the transaction in which all of it happens: what is
    due by the clock of the database is due by that and the offset.
    """

    plot: Plot
    world: World
    patient: Patient
    staff: Staff
    begins_at: dt.datetime
    database_now: dt.datetime
    timetable: Timetable
    actors: dict[str, Actor] = field(default_factory=dict)
    patient_id: uuid.UUID = field(default_factory=uuid.uuid4)
    course_id: uuid.UUID = field(default_factory=uuid.uuid4)
    link_id: uuid.UUID = field(default_factory=uuid.uuid4)
    pump: Pump = field(default_factory=Pump)
    stays: list[Stay] = field(default_factory=list)
    changes: list[ChangeTold] = field(default_factory=list)
    stops: list[dt.timedelta] = field(default_factory=list)
    # Adverse events in the record, by illness, with the last grade that was written.
    recorded: dict[Illness, tuple[uuid.UUID, int]] = field(default_factory=dict)
    # A physician holds the infusion for this illness.
    held_for: Illness | None = None
    # How many mornings in a row found a criterion for home not met.
    turned_back: int = 0
    ended_at: dt.datetime | None = None
    ended_why: Ending = Ending.OUT_OF_TIME
    is_over: bool = False
    # Acts that are entered already: nothing is entered twice.
    entered: set[object] = field(default_factory=set)
    # When the bag on the pump is to come down, by the last plan; None without a bag.
    take_down_at: dt.datetime | None = None
    # Since when that is planned: a plan may say it of an instant that is over.
    take_down_since: dt.datetime | None = None
    calendar: VisitCalendar | None = None
    # What is being done, for whoever reads of a failure.
    act: str = ""
    # The version of the course by which everything was entered.
    version: int = 0

    @property
    def now(self) -> dt.datetime:
        """Return the simulated instant."""
        return self.timetable.now

    @property
    def offset(self) -> dt.timedelta:
        """Return how far the simulated clock is ahead of that of the database."""
        return self.now - self.database_now

    @property
    def since(self) -> dt.timedelta:
        """Return how long ago the infusion was to begin."""
        return self.now - self.begins_at

    @property
    def place(self) -> PlacementKind:
        """Return where the patient is now."""
        return self.place_at(self.now)

    @property
    def is_attended(self) -> bool:
        """Say whether somebody stands beside the patient."""
        return self.place is not PlacementKind.HOME

    @property
    def family(self) -> Actor:
        """Return who answers at home."""
        return self.actors["family"]

    def place_at(self, at: dt.datetime) -> PlacementKind:
        """Return where the patient was at an instant: at first on the ward."""
        kinds = [stay.kind for stay in self.stays if stay.from_at <= at]
        return kinds[-1] if kinds else PlacementKind.WARD

    def local(self, at: dt.datetime) -> dt.datetime:
        """Return an instant on the clock of the ward."""
        return at.astimezone(self.world.zone)

    def at_hour(self, day: dt.datetime, hour: int) -> dt.datetime:
        """Return an hour of the day on which an instant lies."""
        local = self.local(day).date()
        wall = dt.datetime.combine(local, dt.time(hour), tzinfo=self.world.zone)
        return wall.astimezone(dt.UTC)

    def enter(self, at: dt.datetime, name: str, act: Callable[["Life"], None]) -> None:
        """Do something at an instant, unless the course is over by then."""

        def do() -> None:
            self.act = name
            act(self)

        self.timetable.enter(at, do)

    def once(
        self, key: object, at: dt.datetime, name: str, act: Callable[["Life"], None]
    ) -> None:
        """Enter an act under a key; the same key enters nothing any more."""
        if key not in self.entered:
            self.entered.add(key)
            self.enter(at, name, act)

    # --- What is stored -------------------------------------------------------------

    def course(self) -> models.Course:
        """Return the course as it is stored now."""
        return models.Course.objects.select_related("site", "patient").get(
            id=self.course_id
        )

    def course_version(self) -> int:
        """Return the version of the course: every plan gives it a new one."""
        rows = models.Course.objects.filter(id=self.course_id)
        return rows.values_list("version", flat=True).first() or 0

    def cycle(self) -> models.Cycle | None:
        """Return the cycle that runs, or None."""
        rows = models.Cycle.objects.filter(
            course_id=self.course_id, status=CycleStatus.STARTED
        )
        return rows.first()

    def hanging(self) -> models.Bag | None:
        """Return the bag on the pump."""
        rows = models.Bag.objects.filter(course_id=self.course_id)
        return rows.filter(status=BagStatus.HUNG).first()

    def has_loose_ends(self) -> bool:
        """Say whether somebody is asked or an alert is open."""
        asked = models.CheckIn.objects.filter(
            course_id=self.course_id, status=CheckInStatus.DUE
        )
        alerts = models.Alert.objects.filter(course_id=self.course_id)
        still = alerts.exclude(status=AlertStatus.RESOLVED)
        return asked.exists() or still.exists()

    def worst_grade(self) -> int:
        """Return the worst grade of what the patient truly has now."""
        return max((self.patient.grade(one, self.since) for one in Illness), default=0)
