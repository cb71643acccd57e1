"""What a chain of bags is asked for: hours to cover, bags to choose from, and wishes.

Everything a person may set is here; the search itself has no setting of its own.
"""

import datetime as dt
from dataclasses import dataclass, field, fields

from infusion.domain.bags import Line, OnPump, Stretch, WaitingBag
from infusion.domain.calendars import VisitCalendar
from infusion.domain.instants import keep_in_utc
from infusion.domain.recipes import Recipe
from infusion.domain.refusals import Refusal

ZERO = dt.timedelta(0)
MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)

Span = tuple[dt.datetime, dt.datetime]


class ChainNotSane(Refusal):
    """A chain was asked for with values that contradict each other."""

    code = "chain_not_sane"


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What each wish is worth; the site sets them.

    The defaults make the sum lexicographic for a cycle of up to 60 visits on a grid of 15
    minutes, in this order: visits outside the hours of the place, visits on weekends and
    holidays, bags hung, visits that move, drug and vials wasted, minutes off the usual
    hour, needle days that no change falls on. They are ints, and the sum of any cycle
    stays below 2**63. Throwing away a bag that is already made counts as one change: it
    is used, with a change more if need be, wherever that saves drug. A visit that moves
    counts less than a bag: after an hour's pause all later visits are an hour late, and
    keeping them would take one more bag for the hour that is missing at the end.
    """

    outside: int = 2**52
    off_day: int = 2**46
    discarded: int = 2**40
    change: int = 2**40
    moved: int = 2**34
    vial: int = 2**24
    waste_minute: int = 2**15
    unsteady_minute: int = 16
    unaligned: int = 8

    def __post_init__(self) -> None:
        """Refuse a wish that would be a reward for its opposite.

        :raises ChainNotSane: when one is below zero.
        """
        if any(getattr(self, one.name) < 0 for one in fields(self)):
            raise ChainNotSane(field="weights")

    @property
    def nudged_minute(self) -> int:
        """Return what a minute costs by which a visit moves within a step of the grid.

        Little beside a visit that moves, and more than the usual hour can offer: else
        each new plan would creep a step nearer to it.
        """
        return self.moved >> 12


@dataclass(frozen=True, kw_only=True)
class Supply:
    """When a new bag can have been made.

    A bag hung at ``t`` was prepared at the latest slot at or before ``t - lead``, and its
    cold clock runs from there. None stands for a pharmacy that makes a bag whenever it is
    needed, and no slots for one that makes none.
    """

    ready_slots: tuple[dt.datetime, ...] | None = None
    lead: dt.timedelta = ZERO

    def __post_init__(self) -> None:
        """Put the slots in order, in UTC.

        :raises ChainNotSane: when the way takes less than no time.
        :raises NaiveTime: when a slot has no offset.
        """
        if self.lead < ZERO:
            raise ChainNotSane(field="lead")
        if self.ready_slots is not None:
            object.__setattr__(self, "ready_slots", _in_order(self.ready_slots))


@dataclass(frozen=True, kw_only=True)
class ChainRules:
    """How a site runs its bags.

    ``run_pattern_hours`` are runs that follow one another in a circle, from any of them
    on, as Japan changes its cassettes after 3 and 4 days. ``one_rate`` keeps the pump at
    one rate for all new bags. ``strict_windows`` plans no visit outside the hours of a
    place unless the plan can't be had without; it then says so. ``shortest_run`` is the
    shortest a new bag runs unless a step, the end or a use-by comes first: 24 h, because
    no published bag runs shorter and more than one change a day helps nobody.
    """

    run_pattern_hours: tuple[int, ...] = ()
    one_rate: bool = False
    strict_windows: bool = False
    shortest_run: dt.timedelta = DAY

    def __post_init__(self) -> None:
        """Refuse runs of no length.

        :raises ChainNotSane: when a run of the pattern, or the shortest, is not above zero.
        """
        if any(hours <= 0 for hours in self.run_pattern_hours):
            raise ChainNotSane(field="run_pattern_hours")
        if self.shortest_run <= ZERO:
            raise ChainNotSane(field="shortest_run")


@dataclass(frozen=True, kw_only=True)
class RecipeRule:
    """Whatever is hung from an instant on, and before another, is of this recipe."""

    from_at: dt.datetime
    until: dt.datetime
    recipe_key: str

    def __post_init__(self) -> None:
        """Keep instants in UTC.

        :raises NaiveTime: when one has no offset.
        """
        keep_in_utc(self, "from_at", "until")


@dataclass(frozen=True, kw_only=True)
class ChainRequest:
    """One chain of bags to plan.

    ``recipes`` are those the patient and the site may have; ``out_of_stock`` those that
    the jurisdiction knows and this plan may not use: they are only ever named as what
    would help. ``waiting`` bags that are made come before new ones, in the order given;
    those only planned lend their identity. ``kept`` are the visits of the plan in force;
    one that moves by a step of the grid at the most does not count as moved. ``needle_windows`` are spans in which one change should fall. ``steady_at`` is
    the usual hour on the wall clock. The last stretch may end ``end_tolerance`` early if
    that saves a bag.

    At each instant of ``must_change`` within the hours a bag is changed: none hangs across
    it. The one that comes down there may be stopped after any run, though a new one not
    before the shortest.
    ``recipe_rules`` say which recipe is hung when, made bags included.
    """

    line: Line
    stretches: tuple[Stretch, ...]
    recipes: tuple[Recipe, ...]
    calendar: VisitCalendar
    hanging: OnPump | None = None
    waiting: tuple[WaitingBag, ...] = ()
    supply: Supply = field(default_factory=Supply)
    needle_windows: tuple[Span, ...] = ()
    kept: tuple[dt.datetime, ...] = ()
    weights: Weights = field(default_factory=Weights)
    rules: ChainRules = field(default_factory=ChainRules)
    grid: dt.timedelta = 15 * MINUTE
    steady_at: dt.time | None = None
    end_tolerance: dt.timedelta = ZERO
    out_of_stock: tuple[Recipe, ...] = ()
    must_change: tuple[dt.datetime, ...] = ()
    recipe_rules: tuple[RecipeRule, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what can't be planned; keep instants in UTC and in order.

        :raises ChainNotSane: when the grid does not divide an hour, the stretches leave a
            hole, or needle windows overlap.
        :raises NaiveTime: when an instant has no offset.
        """
        if self.grid < MINUTE or 60 * MINUTE % self.grid or self.grid % MINUTE:
            raise ChainNotSane(field="grid")
        if self.end_tolerance < ZERO:
            raise ChainNotSane(field="end_tolerance")
        object.__setattr__(self, "kept", _in_order(self.kept))
        object.__setattr__(self, "must_change", _in_order(self.must_change))
        self._check_stretches()
        self._check_needle_windows()

    def _check_stretches(self) -> None:
        reached = self.stretches[0].start if self.stretches else ZERO
        for stretch in self.stretches:
            if stretch.start != reached or stretch.end <= stretch.start:
                raise ChainNotSane(field="stretches")
            reached = stretch.end

    def _check_needle_windows(self) -> None:
        windows = sorted(_in_utc(window) for window in self.needle_windows)
        object.__setattr__(self, "needle_windows", tuple(windows))
        ends = [end for _, end in windows]
        if any(start > end for start, end in windows):
            raise ChainNotSane(field="needle_windows")
        if any(windows[n + 1][0] <= end for n, end in enumerate(ends[:-1])):
            raise ChainNotSane(field="needle_windows")


@dataclass(frozen=True)
class _At:
    """An instant on its way into UTC."""

    at: dt.datetime

    def __post_init__(self) -> None:
        keep_in_utc(self, "at")


def _in_order(instants: tuple[dt.datetime, ...]) -> tuple[dt.datetime, ...]:
    return tuple(sorted({_At(at).at for at in instants}))


def _in_utc(window: Span) -> Span:
    return _At(window[0]).at, _At(window[1]).at
