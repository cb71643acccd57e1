"""How one need is answered by the facts at one instant.

Three values: met, not met, or not known; what was known and has grown too old is
"expired", which is a way of not knowing. Nothing is ever assumed.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from infusion.domain.readiness.criteria import Check, Need
from infusion.domain.readiness.facts import Fact

ZERO = dt.timedelta(0)


class State(StrEnum):
    """How a criterion stands; from worst to best."""

    NOT_MET = "NOT_MET"
    NOT_KNOWN = "NOT_KNOWN"
    EXPIRED = "EXPIRED"
    WAIVED = "WAIVED"
    MET = "MET"


RANK = {state: number for number, state in enumerate(State)}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """How one need stands, the fact that decided it, and why in a code.

    ``could_at`` is the earliest instant at which it could be met, whatever is recorded
    until then.
    """

    need: Need
    state: State
    fact: Fact | None
    reason: str
    could_at: dt.datetime


class Series:
    """The facts that count at one instant, by kind and part, oldest first."""

    def __init__(self, records: Sequence[Fact], now: dt.datetime) -> None:
        self.now = now
        self._by: dict[tuple[str, str], list[Fact]] = {}
        for fact in sorted(records, key=_age_order):
            if fact.taken_at is None or fact.taken_at <= now:
                self._by.setdefault((fact.kind, fact.item), []).append(fact)

    def of(self, kind: str, item: str = "") -> Sequence[Fact]:
        """Return the facts of a kind, oldest first."""
        return self._by.get((kind, item), ())

    def last(self, kind: str, item: str = "") -> Fact | None:
        """Return the latest fact; of several at one instant, the later recorded one."""
        rows = self.of(kind, item)
        return rows[-1] if rows else None


def _age_order(fact: Fact) -> tuple[object, ...]:
    taken = fact.taken_at.timestamp() if fact.taken_at else float("inf")
    recorded = fact.recorded_at.timestamp() if fact.recorded_at else 0.0
    # The rest makes the order one and the same, whatever order they came in.
    return (taken, recorded, str(fact.id), repr(fact))


def find(need: Need, facts: Series) -> Finding:
    """Say how a need stands now."""
    if need.check is Check.FREE_SINCE:
        return _free_since(need, facts)
    if need.check is Check.COVERS:
        return _covers(need, facts)
    fact = facts.last(need.fact, need.item)
    if fact is None:
        return _finding(need, facts, State.NOT_KNOWN, None, "not_recorded")
    if is_expired(need, fact, facts.now):
        return _finding(need, facts, State.EXPIRED, fact, "too_old")
    return _judged(need, facts, fact)


def is_expired(need: Need, fact: Fact, now: dt.datetime) -> bool:
    """Say whether a fact has grown too old for a need."""
    if need.max_age is None or fact.taken_at is None:
        return False
    return now >= fact.taken_at + need.max_age


def breakpoints(need: Need, records: Sequence[Fact]) -> Iterator[dt.datetime]:
    """Yield every instant at which the answer to a need may change by itself."""
    kinds = {need.fact, need.other} - {""}
    for fact in records:
        if fact.kind not in kinds:
            continue
        for instant in (fact.taken_at, fact.from_at, fact.until_at):
            if instant is not None:
                yield instant
                yield from (instant + shift for shift in _shifts(need))


def _shifts(need: Need) -> Iterator[dt.timedelta]:
    if need.max_age is not None:
        yield need.max_age
    if need.span is not None:
        yield need.span
        # A period still covers at its last instant: the change comes right after.
        yield dt.timedelta.resolution - need.span


def _finding(
    need: Need,
    facts: Series,
    state: State,
    fact: Fact | None,
    reason: str = "",
    could_at: dt.datetime | None = None,
) -> Finding:
    could = max(could_at or facts.now, facts.now)
    return Finding(need=need, state=state, fact=fact, reason=reason, could_at=could)


def _judged(need: Need, facts: Series, fact: Fact) -> Finding:
    """Judge a fact that is there and fresh."""
    verdict = _JUDGES[need.check](need, fact, facts)
    if verdict is None:
        reason = "site_value_missing" if need.limit is None else "not_recorded"
        if need.other:
            reason = "not_recorded"
        return _finding(need, facts, State.NOT_KNOWN, fact, reason)
    if verdict:
        return _finding(need, facts, State.MET, fact)
    could = fact.from_at if need.check is Check.REACHED else None
    return _finding(need, facts, State.NOT_MET, fact, "outside", could)


def _at_least(need: Need, fact: Fact, _facts: Series) -> bool | None:
    if need.limit is None or fact.number is None:
        return None
    return fact.number >= need.limit


def _at_most(need: Need, fact: Fact, _facts: Series) -> bool | None:
    if need.limit is None or fact.number is None:
        return None
    return fact.number <= need.limit


def _below(need: Need, fact: Fact, _facts: Series) -> bool | None:
    if need.limit is None or fact.number is None:
        return None
    return fact.number < need.limit


def _upper_limits(need: Need, fact: Fact, _facts: Series) -> bool | None:
    if need.limit is None or fact.number is None or fact.upper_limit is None:
        return None
    return fact.number <= need.limit * fact.upper_limit


def _compared(
    number_ok: Callable[[Decimal, Decimal], bool],
) -> Callable[[Need, Fact, Series], bool | None]:
    def judge(need: Need, fact: Fact, facts: Series) -> bool | None:
        other = facts.last(need.other)
        if other is None or other.number is None or fact.number is None:
            return None
        return number_ok(fact.number, other.number)

    return judge


def _not_before(need: Need, fact: Fact, facts: Series) -> bool | None:
    other = facts.last(need.other)
    if other is None or other.from_at is None or fact.from_at is None:
        return None
    return fact.from_at >= other.from_at


_JUDGES: Mapping[Check, Callable[[Need, Fact, Series], bool | None]] = {
    Check.AT_LEAST: _at_least,
    Check.AT_MOST: _at_most,
    Check.BELOW: _below,
    Check.UPPER_LIMITS: _upper_limits,
    Check.AT_LEAST_ONE: lambda _need, fact, _facts: bool(fact.number),
    Check.NONE_LEFT: lambda _need, fact, _facts: fact.number == 0,
    Check.NOT_BELOW: _compared(lambda number, other: number >= other),
    Check.NOT_ABOVE: _compared(lambda number, other: number <= other),
    Check.NOT_BEFORE: _not_before,
    Check.YES: lambda _need, fact, _facts: fact.answer,
    Check.RECORDED: lambda _need, fact, _facts: (
        bool(fact.text) or fact.answer is not None
    ),
    Check.REACHED: lambda _need, fact, facts: (
        fact.from_at is not None and fact.from_at <= facts.now
    ),
}


def _free_since(need: Need, facts: Series) -> Finding:
    """Say whether a series has been free of high values for a span, without holes.

    A high value within the span decides, however old the last reading is.
    """
    rows = facts.of(need.fact, need.item)
    limit, span = need.limit, need.span or ZERO
    if limit is None:
        return _finding(need, facts, State.NOT_KNOWN, None, "site_value_missing")
    if not rows:
        at_best = facts.now + span
        return _finding(need, facts, State.NOT_KNOWN, None, "not_recorded", at_best)
    high = [row for row in rows if row.number is not None and row.number >= limit]
    if high and (again := _taken(high[-1]) + span) > facts.now:
        # Only readings without a hole since then show that it stayed away.
        at_best = max(again, _series_start(need, rows, facts.now) + span)
        return _finding(need, facts, State.NOT_MET, high[-1], "high", at_best)
    if is_expired(need, rows[-1], facts.now):
        at_best = facts.now + span
        return _finding(need, facts, State.EXPIRED, rows[-1], "too_old", at_best)
    full_at = _series_start(need, rows, facts.now) + span
    if full_at > facts.now:
        return _finding(need, facts, State.NOT_KNOWN, rows[-1], "series_short", full_at)
    return _finding(need, facts, State.MET, rows[-1])


def _taken(fact: Fact) -> dt.datetime:
    return fact.taken_at or dt.datetime.max.replace(tzinfo=dt.UTC)


def _series_start(need: Need, rows: Sequence[Fact], now: dt.datetime) -> dt.datetime:
    """Return since when readings follow one another without too long a hole."""
    start = now
    for row in reversed(rows):
        if need.max_age is not None and start - _taken(row) >= need.max_age:
            break
        start = _taken(row)
    return start


def _covers(need: Need, facts: Series) -> Finding:
    """Say whether somebody is there from now on for a span, and after each step."""
    rows = facts.of(need.fact, need.item)
    if not rows:
        return _finding(need, facts, State.NOT_KNOWN, None, "not_recorded")
    span = need.span or ZERO
    periods = _joined(rows)
    steps = [row.from_at for row in facts.of(need.other) if row.from_at]
    if not all(_is_covered(periods, step, span) for step in steps):
        return _finding(need, facts, State.NOT_MET, rows[-1], "step_not_covered")
    if _is_covered(periods, facts.now, span):
        return _finding(need, facts, State.MET, rows[-1])
    begins = [
        start for start, end in periods if start >= facts.now and end - start >= span
    ]
    could = min(begins, default=None)
    return _finding(need, facts, State.NOT_MET, rows[-1], "not_covered", could)


def _joined(rows: Sequence[Fact]) -> list[tuple[dt.datetime, dt.datetime]]:
    """Return the periods, those that touch made one."""
    spans = sorted(
        (row.from_at, row.until_at) for row in rows if row.from_at and row.until_at
    )
    found: list[tuple[dt.datetime, dt.datetime]] = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _is_covered(
    periods: Sequence[tuple[dt.datetime, dt.datetime]],
    at: dt.datetime,
    span: dt.timedelta,
) -> bool:
    return any(start <= at and at + span <= end for start, end in periods)
