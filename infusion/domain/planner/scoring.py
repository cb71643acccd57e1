"""What a chain of bags costs, worked out from its bags alone."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from infusion.domain.bags import PlannedBag
from infusion.domain.planner.outcomes import ZERO, Score
from infusion.domain.planner.requests import ChainRequest
from infusion.domain.planner.setting import Setting, made_bags
from infusion.domain.planner.timeline import off_hour

DAY = dt.timedelta(days=1)


def score(setting: Setting, bags: Sequence[PlannedBag]) -> Score:
    """Count what a chain costs, wish by wish."""
    request = setting.request
    if not bags:
        return Score()
    visits = visits_of(bags)
    rated = [setting.timeline.at(setting.axis.tick(at)) for at in visits]
    off_plan = (
        [setting.off_plan(setting.axis.tick(at)) for at in visits]
        if request.kept
        else []
    )
    thrown = [*_left_over(request, bags), *_unused(request, bags)]
    return Score(
        outside=sum(outside for _, outside, _ in rated),
        off_days=sum(off_day for *_, off_day in rated),
        moved=sum(off is None for off in off_plan),
        nudged=setting.axis.length(sum(off or 0 for off in off_plan)),
        discarded=sum(1 for _ in _unused(request, bags)),
        changes=sum(not bag.is_hanging for bag in bags),
        vials=sum(_vials(request, bags)),
        waste=sum((span for span, _ in thrown), ZERO),
        waste_mcg=sum((dose * _days(span) for span, dose in thrown), Decimal(0)),
        unsteady=_unsteady(setting, visits),
        unaligned=_unaligned(request, bags, visits),
        shortened=_shortened(request, bags),
    )


def visits_of(bags: Sequence[PlannedBag]) -> list[dt.datetime]:
    """Return when somebody must be there: to hang each bag, and to disconnect."""
    hangs = [bag.hang_at for bag in bags if not bag.is_hanging]
    return [*hangs, bags[-1].take_down_at]


def _days(span: dt.timedelta) -> Decimal:
    """Return a span in days, exactly."""
    return Decimal(span // dt.timedelta(microseconds=1)) / (
        DAY // dt.timedelta(microseconds=1)
    )


def _left_over(
    request: ChainRequest, bags: Sequence[PlannedBag]
) -> Iterable[tuple[dt.timedelta, Decimal]]:
    """Return what is thrown away with each bag that comes down."""
    for bag in bags:
        dry_at = bag.hang_at + bag.recipe.life
        if bag.is_hanging and request.hanging:
            dry_at = request.hanging.dry_at
        yield dry_at - bag.take_down_at, bag.daily_dose_mcg


def _unused(
    request: ChainRequest, bags: Sequence[PlannedBag]
) -> Iterable[tuple[dt.timedelta, Decimal]]:
    """Return what is thrown away with bags that exist and are not used."""
    used = {bag.id for bag in bags}
    for bag in made_bags(request.waiting):
        if bag.id not in used:
            yield bag.recipe.life, bag.daily_dose_mcg


def _vials(request: ChainRequest, bags: Sequence[PlannedBag]) -> Iterable[int]:
    """Return the vials of each bag still to be made."""
    made = {bag.id for bag in made_bags(request.waiting)}
    for bag in bags:
        if not bag.is_hanging and (bag.id is None or bag.id not in made):
            yield bag.recipe.vials(bag.daily_dose_mcg)


def _unsteady(setting: Setting, visits: Sequence[dt.datetime]) -> dt.timedelta:
    usual = setting.request.steady_at
    if usual is None:
        return ZERO
    ticks = [setting.axis.tick(at) for at in visits]
    far = off_hour(ticks, setting.timeline.shifts, setting.usual_tick, setting.day)
    return setting.axis.length(sum(far))


def _unaligned(
    request: ChainRequest, bags: Sequence[PlannedBag], visits: Sequence[dt.datetime]
) -> int:
    """Count the needle windows of the chain that no change falls in."""
    since, until = bags[0].hang_at, bags[-1].take_down_at
    # What went by before the plan begins is nobody's choice any more.
    begins = request.line.instant(request.stretches[0].start)
    changes = (since, *visits)
    return sum(
        since < start
        and begins <= end < until
        and not any(start <= at <= end for at in changes)
        for start, end in request.needle_windows
    )


def _shortened(request: ChainRequest, bags: Sequence[PlannedBag]) -> dt.timedelta:
    end = request.line.instant(request.stretches[-1].end)
    early = end - bags[-1].take_down_at
    return early if early <= request.end_tolerance else ZERO
