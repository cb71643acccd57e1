"""What really flowed: the facts about the pump, less what a bag could not have given.

A pump that runs on an empty bag, on one past its use-by or on none delivers nothing,
whatever was recorded. When a fact arrives late, the bags that hung since are counted again.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from infusion.domain.clock import Event, EventKind, Ledger, PauseReason, Run
from infusion.domain.instants import keep_in_utc


@dataclass(frozen=True, kw_only=True)
class HungBag:
    """A bag that came down again: for how long it could run, and when it hung."""

    hung_at: dt.datetime
    down_at: dt.datetime
    life: dt.timedelta
    use_by: dt.datetime

    def __post_init__(self) -> None:
        """Keep instants in UTC.

        :raises NaiveTime: when one has no offset.
        """
        keep_in_utc(self, "hung_at", "down_at", "use_by")

    def gives_until(self, told: Ledger) -> dt.datetime:
        """Return when nothing could flow from it any more: empty, expired or down."""
        dry_at = told.instant_of(told.delivered(self.hung_at) + self.life)
        ends = min(self.use_by, self.down_at)
        return ends if dry_at is None else min(ends, dry_at)


@dataclass(frozen=True)
class _Span:
    """Nothing flows from ``start`` on, until ``end`` or for good."""

    start: dt.datetime
    end: dt.datetime | None


def flowing(
    told: Ledger, gone: Iterable[HungBag], hangs_since: dt.datetime | None
) -> Ledger:
    """Return the ledger without the hours that no bag could have given.

    ``gone`` are the bags that came down, ``hangs_since`` when the present one went up;
    what that one can give is not bounded here.
    """
    bags = sorted(gone, key=lambda bag: bag.hung_at)
    runs: list[Run] = list(told.runs)
    for span in _dry_spans(told, bags, hangs_since):
        runs = [left for run in runs for left in _cut(run, span)]
    if not runs or runs == list(told.runs):
        return told
    return Ledger(tuple(_events(told, runs)))


def _dry_spans(
    told: Ledger, bags: Sequence[HungBag], hangs_since: dt.datetime | None
) -> Iterator[_Span]:
    """Yield for each bag the time from its last drop until the next one went up."""
    following = [*(bag.hung_at for bag in bags[1:]), hangs_since]
    for bag, next_up in zip(bags, following, strict=False):
        ends = bag.gives_until(told)
        if next_up is None or ends < next_up:
            yield _Span(ends, next_up)


def _cut(run: Run, span: _Span) -> Iterator[Run]:
    """Yield what is left of a run without a span."""
    if span.start > run.start:
        end = span.start if run.end is None else min(run.end, span.start)
        yield Run(run.start, end)
    elif span.end is None:
        return
    if span.end is not None and (run.end is None or run.end > span.end):
        yield Run(max(run.start, span.end), run.end)


def _events(told: Ledger, runs: Sequence[Run]) -> Iterator[Event]:
    """Tell the runs as events again, each stop with the reason that was told for it."""
    last = told.events[-1]
    end = last.at if last.kind == EventKind.STOP else None
    for number, run in enumerate(runs):
        yield Event(run.start, EventKind.RESUME if number else EventKind.START)
        if run.end is not None and run.end != end:
            until = runs[number + 1].start if number + 1 < len(runs) else None
            yield Event(run.end, EventKind.PAUSE, _reason(told, run.end, until))
    if end is not None:
        yield last


def _reason(told: Ledger, start: dt.datetime, end: dt.datetime | None) -> str:
    """Return why nothing flows in a gap: an adverse event first, then what began it."""
    found = [
        gap.reason
        for gap in told.gaps()
        if (end is None or gap.start < end) and (gap.end is None or gap.end > start)
    ]
    if PauseReason.ADVERSE_EVENT in found:
        return PauseReason.ADVERSE_EVENT.value
    return found[0] if found else PauseReason.BAG_EMPTY.value
