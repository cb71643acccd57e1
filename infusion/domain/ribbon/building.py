"""Lay a cycle out as a ribbon: elapsed hours to the right, wall clocks as labels.

The axis is elapsed time, so a day on which the clocks change is 23 or 25 hours wide. Days
of infusion are counted in delivered hours: a pause moves every later one to the right.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from infusion.domain.courses import BagState, CycleState, PlacementState
from infusion.domain.ribbon.values import Block, Mark, Ribbon, Rows, Span
from infusion.domain.ribbon.words import Labels

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
_SATURDAY = 5
# A shorter first day has no room for its date.
_READABLE_HOURS = 22
_NOT_PLANNED = frozenset({"CANCELLED", "DISCARDED"})

Link = Callable[[BagState], str]


@dataclass(frozen=True)
class Axis:
    """Where the ribbon begins, in which zone it is read, and in which words."""

    origin: dt.datetime
    zone: dt.tzinfo
    labels: Labels

    def hours(self, at: dt.datetime) -> float:
        """Return the elapsed hours at an instant."""
        return (at - self.origin) / HOUR

    def words(self, at: dt.datetime) -> str:
        """Write an instant."""
        return self.labels.instant_of(at, self.zone)


def ribbon_of(
    cycle: CycleState,
    *,
    now: dt.datetime,
    zone: dt.tzinfo,
    labels: Labels,
    placements: tuple[PlacementState, ...] = (),
    link: Link = lambda _bag: "",
) -> Ribbon:
    """Build the ribbon of a cycle as it is planned and as it went."""
    axis = Axis(cycle.clock.started_at or cycle.starts_at, zone, labels)
    end = _end_of(cycle, now)
    levels = _levels(step.daily_dose_mcg for step in cycle.steps)
    planned = [bag for bag in cycle.bags if bag.status not in _NOT_PLANNED]
    actual = [bag for bag in cycle.bags if bag.hung_at]
    return Ribbon(
        **_frame(axis, cycle.number, end),
        key=f"cycle-{cycle.number}",
        days=_infusion_days(axis, cycle.clock.total_hours, _stops(cycle, now), end),
        planned=tuple(_planned(axis, bag, levels, link) for bag in planned),
        actual=tuple(_actual(axis, bag, levels, link, now) for bag in actual),
        placements=(
            *_places(axis, placements, min(max(now, axis.origin), end)),
            *_required(axis, cycle.inpatient_until, max(now, axis.origin), end),
        ),
        gaps=tuple(
            _gap(axis, gap.paused_at, gap.resumed_at, now) for gap in cycle.clock.gaps
        ),
        steps=tuple(_step(axis, s.at, s.daily_dose_mcg) for s in cycle.steps),
        visits=_visits(axis, cycle),
        now=_now(axis, now, end),
        below=_below(axis, cycle.clock.dry_at, end),
    )


def ribbon_of_preview(
    cycle: Mapping[str, Any], *, zone: dt.tzinfo, labels: Labels
) -> Ribbon:
    """Build the ribbon of a cycle of a plan preview, from its JSON."""
    axis = Axis(_instant(cycle["starts_at"]), zone, labels)
    end = _instant(cycle["infusion_ends_at"])
    steps = [(_instant(s["at"]), _dose(s)) for s in cycle["steps"]]
    levels = _levels(dose for _at, dose in steps)
    until = cycle.get("inpatient_until")
    return Ribbon(
        **_frame(axis, cycle["number"], end),
        key=f"cycle-{cycle['number']}",
        days=_infusion_days(axis, round((end - axis.origin) / HOUR), [], end),
        planned=tuple(
            _previewed(axis, bag, number, levels)
            for number, bag in enumerate(cycle["bags"], start=1)
        ),
        placements=_required(
            axis, _instant(until) if until else None, axis.origin, end
        ),
        steps=tuple(_step(axis, at, dose) for at, dose in steps),
        visits=tuple(
            _visit(axis, visit["kind"], _instant(visit["at"]), done=False)
            for visit in cycle["visits"]
        ),
        below=_below(axis, None, end),
    )


def plain(number: Decimal) -> str:
    """Write a number without trailing zeros and never without its leading zero."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def dose_text(daily_dose_mcg: Decimal) -> str:
    """Write a daily dose with its unit."""
    return f"{plain(daily_dose_mcg)} µg/d"


def _instant(text: Any) -> dt.datetime:
    return text if isinstance(text, dt.datetime) else dt.datetime.fromisoformat(text)


def _dose(row: Mapping[str, Any]) -> Decimal:
    return Decimal(str(row["daily_dose_mcg"]))


def _end_of(cycle: CycleState, now: dt.datetime) -> dt.datetime:
    """Return the last instant worth drawing: the projected end, else the plan's."""
    end = cycle.clock.projected_end_at or cycle.infusion_ends_at
    hung = [bag.taken_down_at or bag.hung_at for bag in cycle.bags]
    known = [at for at in (*hung, cycle.clock.stopped_since) if at]
    if cycle.clock.stopped_since:
        known.append(min(now, end + DAY))
    return max([end, *known])


def _stops(
    cycle: CycleState, now: dt.datetime
) -> list[tuple[dt.datetime, dt.datetime]]:
    """Return from when to when the pump stood still; an open stop lasts until now."""
    return [
        (gap.paused_at, gap.resumed_at or max(now, gap.paused_at))
        for gap in cycle.clock.gaps
    ]


def _frame(axis: Axis, number: int, end: dt.datetime) -> dict[str, Any]:
    labels = axis.labels
    words = {"number": number, "start": axis.words(axis.origin), "end": axis.words(end)}
    return {
        "title": labels.title.format(**words),
        "description": labels.description.format(**words),
        "hours": axis.hours(end),
        "rows": Rows(
            placements=labels.placements,
            planned=labels.planned,
            actual=labels.actual,
            visits=labels.visits,
        ),
        "dates": _dates(axis, end),
    }


def _dates(axis: Axis, end: dt.datetime) -> tuple[Span, ...]:
    """Return the calendar days from midnight to midnight of the zone."""
    found: list[Span] = []
    start = axis.origin
    while start < end:
        local = start.astimezone(axis.zone)
        stop = min(_next_midnight(local, axis.zone), end)
        found.append(
            Span(
                start=axis.hours(start),
                end=axis.hours(stop),
                text=axis.labels.weekdays[local.weekday()],
                title=_day_text(axis, local, with_month=not _names_month(found)),
                kind="weekend" if local.weekday() >= _SATURDAY else "",
            )
        )
        start = stop
    return tuple(found)


def _next_midnight(local: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    day = local.date() + DAY
    return dt.datetime.combine(day, dt.time(), tzinfo=zone).astimezone(dt.UTC)


def _names_month(found: list[Span]) -> bool:
    """Say whether an earlier day, wide enough to be read, already names the month."""
    return any(day.end - day.start >= _READABLE_HOURS for day in found)


def _day_text(axis: Axis, local: dt.datetime, *, with_month: bool) -> str:
    named = with_month or local.day == 1
    return axis.labels.day_of(local) if named else str(local.day)


def _infusion_days(
    axis: Axis,
    total_hours: int,
    gaps: list[tuple[dt.datetime, dt.datetime]],
    end: dt.datetime,
) -> tuple[Mark, ...]:
    """Return where each infusion day begins: after so many delivered hours."""
    found = []
    for day in range(1, total_hours // 24 + 1):
        at = axis.origin + (day - 1) * DAY
        for paused, resumed in gaps:
            if paused <= at:
                at += resumed - paused
        if at < end:
            found.append(Mark(at=axis.hours(at), text=f"D{day}"))
    return tuple(found)


def _levels(doses: Iterable[Decimal]) -> dict[Decimal, int]:
    """Number the doses from the highest, the full dose, downwards."""
    ordered = sorted(set(doses), reverse=True)
    return {dose: level for level, dose in enumerate(ordered)}


def _planned(
    axis: Axis, bag: BagState, levels: Mapping[Decimal, int], link: Link
) -> Block:
    return Block(
        start=max(0, axis.hours(bag.hang_at)),
        end=axis.hours(bag.take_down_at),
        dose=dose_text(bag.daily_dose_mcg),
        hours=f"{bag.hours} h",
        level=levels.get(bag.daily_dose_mcg, 0),
        title=axis.labels.planned_bag.format(
            number=bag.sequence,
            start=axis.words(bag.hang_at),
            end=axis.words(bag.take_down_at),
            hours=f"{bag.hours} h",
            dose=dose_text(bag.daily_dose_mcg),
        ),
        href=link(bag),
        key=f"planned-{bag.sequence}",
    )


def _previewed(
    axis: Axis, bag: Mapping[str, Any], number: int, levels: Mapping[Decimal, int]
) -> Block:
    start, end = _instant(bag["hang_at"]), _instant(bag["take_down_at"])
    dose = _dose(bag)
    hours = f"{bag['hours']} h"
    return Block(
        start=axis.hours(start),
        end=axis.hours(end),
        dose=dose_text(dose),
        hours=hours,
        level=levels.get(dose, 0),
        title=axis.labels.planned_bag.format(
            number=number,
            start=axis.words(start),
            end=axis.words(end),
            hours=hours,
            dose=dose_text(dose),
        ),
        key=f"planned-{number}",
    )


def _actual(
    axis: Axis,
    bag: BagState,
    levels: Mapping[Decimal, int],
    link: Link,
    now: dt.datetime,
) -> Block:
    start = bag.hung_at or bag.hang_at
    end = max(bag.taken_down_at or now, start)
    return Block(
        start=max(0, axis.hours(start)),
        end=axis.hours(end),
        dose=dose_text(bag.daily_dose_mcg),
        hours="",
        level=levels.get(bag.daily_dose_mcg, 0),
        title=axis.labels.actual_bag.format(
            number=bag.sequence,
            start=axis.words(start),
            end=axis.words(end),
            dose=dose_text(bag.daily_dose_mcg),
        ),
        href=link(bag),
        key=f"actual-{bag.sequence}",
    )


def _places(
    axis: Axis, placements: tuple[PlacementState, ...], end: dt.datetime
) -> tuple[Span, ...]:
    ordered = sorted(placements, key=lambda place: place.from_at)
    ends = [*(place.from_at for place in ordered[1:]), end]
    found = []
    # Without a placement there is still an end, and nothing that lasts until then.
    for place, until in zip(ordered, ends, strict=False):
        start, stop = max(place.from_at, axis.origin), min(until, end)
        if start < stop:
            found.append(_place(axis, place.kind, start, stop))
    return tuple(found)


def _place(axis: Axis, kind: str, start: dt.datetime, stop: dt.datetime) -> Span:
    name = axis.labels.places.get(kind, kind)
    title = f"{name}: {axis.words(start)} – {axis.words(stop)}"
    return Span(
        start=axis.hours(start),
        end=axis.hours(stop),
        text=name,
        title=title,
        kind=kind,
    )


def _required(
    axis: Axis, until: dt.datetime | None, since: dt.datetime, end: dt.datetime
) -> tuple[Span, ...]:
    """Return the days on the ward that the label still asks for."""
    if until is None or until <= since or since >= end:
        return ()
    return (
        Span(
            start=axis.hours(since),
            end=axis.hours(min(until, end)),
            text=axis.labels.places["WARD"],
            title=axis.labels.required.format(when=axis.words(until)),
            kind="REQUIRED",
        ),
    )


def _gap(
    axis: Axis, paused: dt.datetime, resumed: dt.datetime | None, now: dt.datetime
) -> Span:
    stop = resumed or max(now, paused)
    hours = plain(Decimal(round((stop - paused) / HOUR, 1)).quantize(Decimal("0.1")))
    pattern = axis.labels.gap if resumed else axis.labels.gap_open
    title = pattern.format(hours=hours, start=axis.words(paused), end=axis.words(stop))
    return Span(
        start=axis.hours(paused), end=axis.hours(stop), text=f"{hours} h", title=title
    )


def _step(axis: Axis, at: dt.datetime, daily_dose_mcg: Decimal) -> Mark:
    dose = dose_text(daily_dose_mcg)
    title = axis.labels.step.format(when=axis.words(at), dose=dose)
    return Mark(at=axis.hours(at), text=dose, title=title)


def _visit(axis: Axis, kind: str, at: dt.datetime, *, done: bool) -> Mark:
    labels = axis.labels
    name = labels.visit_kinds.get(kind.upper(), kind)
    title = labels.visit.format(kind=name, when=axis.words(at))
    return Mark(
        at=axis.hours(at),
        text="",
        title=f"{title}, {labels.done}" if done else title,
        kind="done" if done else "",
    )


def _visits(axis: Axis, cycle: CycleState) -> tuple[Mark, ...]:
    return tuple(
        _visit(axis, visit.kind, visit.planned_at, done=visit.done_at is not None)
        for visit in cycle.visits
        if visit.status != "CANCELLED"
    )


def _now(axis: Axis, now: dt.datetime, end: dt.datetime) -> Mark | None:
    if not axis.origin <= now <= end:
        return None
    text = axis.labels.now.format(time=f"{now.astimezone(axis.zone):%H:%M}")
    return Mark(at=axis.hours(now), text=text, title=text, kind="now")


def _below(
    axis: Axis, dry_at: dt.datetime | None, end: dt.datetime
) -> tuple[Mark, ...]:
    marks = [("end", end, axis.labels.end)]
    if dry_at:
        marks.insert(0, ("dry", dry_at, axis.labels.dry))
    return tuple(
        Mark(at=axis.hours(at), text=text.format(when=axis.words(at)), kind=kind)
        for kind, at, text in marks
    )
