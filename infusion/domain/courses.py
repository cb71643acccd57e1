"""A course as people look at it: one frozen picture for console, REST and print."""

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal

from infusion.domain.bag_life import MADE
from infusion.domain.states import (
    BagStatus,
    CourseStatus,
    CycleStatus,
    PlacementKind,
    VisitStatus,
)
from infusion.domain.timing import VisitTiming


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text in both languages of the service."""

    en: str
    zh: str

    def in_language(self, language: str) -> str:
        """Return the text in a language; English when it is not Chinese."""
        return self.zh if language.lower().startswith("zh") else self.en


@dataclass(frozen=True, kw_only=True)
class Unverified:
    """A value that took part in a plan and still needs local sign-off."""

    path: str
    value: str
    mark: str
    note: Text


@dataclass(frozen=True, kw_only=True)
class Unmet:
    """Why a plan is not complete: a stable code and safe parameters."""

    code: str
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class StepState:
    """From this instant the patient receives this daily dose."""

    at: dt.datetime
    daily_dose_mcg: Decimal
    level: str


@dataclass(frozen=True, kw_only=True)
class BagState:
    """One bag: what it holds, when it is planned, and what became of it.

    ``hang_at`` and ``take_down_at`` are the planned instants; ``hung_at`` and
    ``taken_down_at`` are facts. ``dry_at`` is set while the bag hangs and the pump runs.
    ``next_steps`` is what it may become next at its site; ``left_ml`` what is in the whole
    bag by the clock, the overfill that is known included; None once it is down.
    """

    id: uuid.UUID
    version: int
    sequence: int
    code: str
    status: BagStatus
    recipe_key: str
    recipe_title: Text
    hours: int
    rate_ml_h: Decimal
    volume_ml: Decimal
    daily_dose_mcg: Decimal
    hang_at: dt.datetime
    take_down_at: dt.datetime
    use_by: dt.datetime | None
    prepared_at: dt.datetime | None
    delivered_at: dt.datetime | None
    hung_at: dt.datetime | None
    taken_down_at: dt.datetime | None
    dry_at: dt.datetime | None
    filter_required: bool | None
    diluent: Text
    ordered_at: dt.datetime | None = None
    checked_at: dt.datetime | None = None
    dispatched_at: dt.datetime | None = None
    out_of_cold_at: dt.datetime | None = None
    discarded_at: dt.datetime | None = None
    discard_reason: str = ""
    discard_note: str = ""
    discarded_ml: Decimal | None = None
    compounded_by_id: uuid.UUID | None = None
    next_steps: frozenset[BagStatus] = frozenset()
    left_ml: Decimal | None = None

    @property
    def is_made(self) -> bool:
        """Say whether somebody has it in hand and it does not hang."""
        return self.status in MADE


@dataclass(frozen=True, kw_only=True)
class VisitState:
    """Somebody must be with the patient at this instant."""

    id: uuid.UUID
    version: int
    kind: str
    planned_at: dt.datetime
    placement: PlacementKind
    status: VisitStatus
    done_at: dt.datetime | None
    bag_id: uuid.UUID | None
    assigned_to_id: uuid.UUID | None
    assigned_to_name: str
    timing: VisitTiming | None = None


@dataclass(frozen=True, kw_only=True)
class GapState:
    """The pump stood still; open when ``resumed_at`` is missing."""

    paused_at: dt.datetime
    resumed_at: dt.datetime | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class ClockState:
    """What the ledger of a cycle says at one instant; hours to four places, rounded down."""

    read_at: dt.datetime
    started_at: dt.datetime | None
    is_running: bool
    stopped_since: dt.datetime | None
    # Present while the pump stands still: from then on a restart is a re-initiation.
    restart_limit_at: dt.datetime | None
    delivered_hours: Decimal
    total_hours: int
    infusion_day: int | None
    calendar_day: int | None
    dry_at: dt.datetime | None
    projected_end_at: dt.datetime | None
    gaps: tuple[GapState, ...]
    # How long the pump stood still since the start; what the end has moved by.
    missed_hours: Decimal = Decimal(0)
    # How the infusion may go on while it stands still (``stops.WayOn``), else empty.
    way_on: str = ""
    # Stops of four hours or more whose restart nobody recorded as supervised.
    unsupervised: tuple[GapState, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HangCheckState:
    """A first reading of the pump that waits for the second person.

    The values of the first reading are left out on purpose: the second person must not
    see them.
    """

    id: uuid.UUID
    bag_id: uuid.UUID
    hung_at: dt.datetime
    entered_by_id: uuid.UUID
    entered_by_name: str


@dataclass(frozen=True, kw_only=True)
class PremedicationState:
    """What the regimen asks for before a start, a step or a restart; never given here."""

    trigger: str
    age_band: str
    text: Text


@dataclass(frozen=True, kw_only=True)
class BillState:
    """What the bags still to come cost: those to hang, and what is left of the one hung.

    Visits count hangings and the disconnect. ``vials`` are at least so many, of bags not
    made yet. ``waste`` is infusion time thrown away, ``waste_mcg`` the drug in it.
    """

    bags: int = 0
    outside: int = 0
    off_days: int = 0
    vials: int = 0
    waste: dt.timedelta = dt.timedelta(0)
    waste_mcg: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class HintState:
    """A visit nobody works for, or what would help: a code of the planner."""

    code: str
    at: dt.datetime
    to: dt.datetime | None
    recipe_key: str


@dataclass(frozen=True, kw_only=True)
class CycleState:
    """One cycle with everything planned and done in it."""

    id: uuid.UUID
    number: int
    # Which round of which block of the regimen it is.
    block: str = ""
    ordinal: int = 1
    status: CycleStatus
    starts_at: dt.datetime
    infusion_ends_at: dt.datetime
    # None where no source gives the free days.
    ends_on: dt.date | None
    inpatient_until: dt.datetime | None
    weight_kg: Decimal
    height_cm: Decimal | None
    surface_m2: Decimal | None
    surface_formula: str
    weight_taken_at: dt.datetime
    steps: tuple[StepState, ...]
    bags: tuple[BagState, ...]
    visits: tuple[VisitState, ...]
    premedication: tuple[PremedicationState, ...] = ()
    clock: ClockState
    # None once the cycle is over.
    bill: BillState | None = None
    hints: tuple[HintState, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlacementState:
    """From this instant the patient is there."""

    kind: PlacementKind
    from_at: dt.datetime
    reason: str
    override_reason: str


@dataclass(frozen=True, kw_only=True)
class CourseState:
    """A whole course at one instant."""

    id: uuid.UUID
    version: int
    patient_id: uuid.UUID
    site_id: uuid.UUID
    status: CourseStatus
    regimen_key: str
    regimen_version: str
    regimen_title: Text
    label_id: str
    label_revision: str
    time_zone: str
    cycles_planned: int
    max_cycles: int
    ordered_at: dt.datetime
    plan_number: int
    cycles: tuple[CycleState, ...]
    placements: tuple[PlacementState, ...]
    open_check: HangCheckState | None
    # The way out by which the patient left, or why it was stopped between cycles.
    exit_key: str = ""
    end_reason: str = ""
    unmet: tuple[Unmet, ...]
    unverified: tuple[Unverified, ...]

    @property
    def current_cycle(self) -> CycleState | None:
        """Return the started cycle, else the next planned one, else the last."""
        for status in (CycleStatus.STARTED, CycleStatus.PLANNED):
            for cycle in self.cycles:
                if cycle.status == status:
                    return cycle
        return self.cycles[-1] if self.cycles else None

    @property
    def hanging(self) -> BagState | None:
        """Return the bag on the pump."""
        bags = (bag for cycle in self.cycles for bag in cycle.bags)
        return next((bag for bag in bags if bag.status == BagStatus.HUNG), None)

    def placement_at(self, at: dt.datetime) -> PlacementState | None:
        """Return where the patient is at an instant."""
        past = [place for place in self.placements if place.from_at <= at]
        return max(past, key=lambda place: place.from_at, default=None)
