"""A course's way through the graph: what was given, what is open, what is expected.

Every date after a gate, a decision or a missing length is provisional or unknown and says
why (regimen report, part 0 point 4: block starts are gated on counts, not dates).
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from infusion.domain.blocks import TIMELESS, Block, BlockKind, Edge, Successor
from infusion.domain.conditions import Condition, FactKind, KnownFact, all_hold
from infusion.domain.regimens import Regimen


class RoundStatus(StrEnum):
    """What became of one round of a block."""

    EXPECTED = "EXPECTED"
    PLANNED = "PLANNED"
    STARTED = "STARTED"
    COMPLETED = "COMPLETED"
    STOPPED = "STOPPED"
    # Given somewhere else, before this service knew the patient.
    ELSEWHERE = "ELSEWHERE"
    # Left out by a physician: over, and nothing was given.
    OMITTED = "OMITTED"


class Firmness(StrEnum):
    """How far a date can be relied upon; of what is only expected none is firm."""

    FIRM = "FIRM"
    PROVISIONAL = "PROVISIONAL"
    UNKNOWN = "UNKNOWN"


class Why(StrEnum):
    """Why a date is not firm."""

    GATE = "GATE"
    DECISION = "DECISION"
    LENGTH = "LENGTH"
    NOT_STARTED = "NOT_STARTED"


class Verdict(StrEnum):
    """What the facts say of a way out."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One condition of a branch and whether the facts meet it; None is not known."""

    condition: Condition
    holds: bool | None


@dataclass(frozen=True, kw_only=True)
class Branch:
    """One way out of a block with what the facts say of it."""

    to: str
    verdict: Verdict
    answers: tuple[Answer, ...]
    successor: Successor


@dataclass(frozen=True, kw_only=True)
class WalkedRound:
    """A round that was given, runs or is planned; dates are days at the patient.

    ``ended_on`` is the last day with the free interval. ``moved_on_to`` is the block that
    was decided or opened after it, None while that is open. What was given elsewhere may
    have no dates.
    """

    block: str
    ordinal: int
    status: RoundStatus
    starts_on: dt.date | None
    ended_on: dt.date | None = None
    gate_passed: bool = True
    moved_on_to: str | None = None
    cycle: int | None = None


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a date is not firm, and the block it hangs on."""

    why: Why
    block: str


@dataclass(frozen=True, kw_only=True)
class OutlookItem:
    """One round on the way to the end: what, when, and how sure.

    ``ends_on`` is its last day, the free interval included; dates are None where they
    can't be known. ``branches`` are the ways out when the block is a fork.
    """

    block: Block
    ordinal: int
    cycle: int | None
    status: RoundStatus
    starts_on: dt.date | None
    ends_on: dt.date | None
    firmness: Firmness
    reasons: tuple[Reason, ...] = ()
    branches: tuple[Branch, ...] = ()


def branches(
    block: Block, facts: Iterable[KnownFact], *, is_last_round: bool = True
) -> tuple[Branch, ...]:
    """Return each way out of a block with what the facts say of it."""
    known = tuple(facts)
    return tuple(
        Branch(
            to=way.to,
            verdict=_verdict(way, known),
            answers=tuple(
                Answer(condition=one, holds=one.holds(known)) for one in way.when
            ),
            successor=way,
        )
        for way in block.ways_out(is_last_round=is_last_round)
    )


def _verdict(way: Successor, facts: Sequence[KnownFact]) -> Verdict:
    holds = all_hold(way.when, facts)
    if holds is None:
        return Verdict.UNKNOWN
    return Verdict.OPEN if holds else Verdict.CLOSED


def facts_needed(block: Block, *, is_last_round: bool = True) -> tuple[FactKind, ...]:
    """Return the kinds of fact that the ways out ask for, in file order, once each."""
    kinds = [
        condition.kind
        for way in block.ways_out(is_last_round=is_last_round)
        for condition in way.when
    ]
    return tuple(dict.fromkeys(kinds))


def needs_decision(block: Block, *, is_last_round: bool) -> bool:
    """Say whether a person must choose: more than one way, or one with conditions.

    A round before the last goes on to the next one by itself; optional ways wait to be
    taken and ask for nothing.
    """
    ways = block.ways_out(is_last_round=is_last_round)
    asked = [way for way in ways if not way.optional]
    goes_on = 0 if is_last_round else 1
    return len(asked) + goes_on > 1 or any(way.when for way in asked)


def is_fork(block: Block, *, is_last_round: bool) -> bool:
    """Say whether another way than going on can be taken, optional or not."""
    ways = list(block.ways_out(is_last_round=is_last_round))
    goes_on = 0 if is_last_round else 1
    # To end instead is another way, too.
    has_choice = any(way.when or way.optional for way in ways)
    return len(ways) + goes_on > 1 or has_choice


@dataclass
class _Path:
    """The state of looking ahead: the day reached and what makes it unsure."""

    day: dt.date | None
    reasons: dict[Reason, None] = field(default_factory=dict)
    starts: dict[str, dt.date | None] = field(default_factory=dict)
    ends: dict[str, dt.date | None] = field(default_factory=dict)
    cycles: int = 0

    def doubt(self, why: Why, block: str) -> None:
        self.reasons[Reason(why=why, block=block)] = None

    @property
    def firmness(self) -> Firmness:
        if self.day is None:
            return Firmness.UNKNOWN
        return Firmness.PROVISIONAL if self.reasons else Firmness.FIRM


def outlook(
    regimen: Regimen,
    walked: Sequence[WalkedRound] = (),
    *,
    starts_on: dt.date | None = None,
    start_block: str | None = None,
    facts: Iterable[KnownFact] = (),
    not_before: dt.date | None = None,
) -> tuple[OutlookItem, ...]:
    """Return every round from the first to the end of the regimen, with dates.

    What was walked comes first, as it was; then the expected path: the way that was
    decided, else the first one that is not closed. A start of a course that is not
    ordered is ``starts_on``, at ``start_block`` (the regimen's first when left out). What
    has not begun begins on ``not_before``, such as today, at the earliest.

    :raises BlockUnknown: when a block is not in the regimen.
    """
    known = tuple(facts)
    path = _Path(day=starts_on)
    items = [_as_walked(regimen, round_, path) for round_ in walked]
    follow = _onward(regimen, walked[-1], known, path) if walked else None
    if walked:
        items[-1] = replace(items[-1], branches=_fork(regimen, walked[-1], known))
        _wait(path, follow, not_before)
    else:
        path.doubt(Why.NOT_STARTED, (start_block or regimen.start.key))
        follow = (regimen.block(start_block or regimen.start.key), 1)
    return (*items, *_ahead(regimen, follow, known, path))


def _wait(
    path: _Path, follow: tuple[Block, int] | None, not_before: dt.date | None
) -> None:
    """Let no day lie behind us on which nothing began."""
    if not follow or not not_before or path.day is None or path.day >= not_before:
        return
    path.day = not_before
    is_decision = follow[0].kind == BlockKind.DECISION
    path.doubt(Why.DECISION if is_decision else Why.NOT_STARTED, follow[0].key)


def _fork(
    regimen: Regimen, last: WalkedRound, facts: Sequence[KnownFact]
) -> tuple[Branch, ...]:
    block = regimen.block(last.block)
    is_last = last.ordinal >= block.times
    if last.moved_on_to or not is_fork(block, is_last_round=is_last):
        return ()
    return branches(block, facts, is_last_round=is_last)


def _as_walked(regimen: Regimen, round_: WalkedRound, path: _Path) -> OutlookItem:
    block = regimen.block(round_.block)
    if round_.status == RoundStatus.OMITTED:
        return _left_out(block, round_.ordinal)
    if round_.cycle is not None:
        path.cycles = round_.cycle
    is_open = round_.status in {RoundStatus.PLANNED, RoundStatus.STARTED}
    if is_open and not round_.gate_passed:
        path.doubt(Why.GATE, block.key)
    if round_.status == RoundStatus.PLANNED and round_.gate_passed:
        path.doubt(Why.NOT_STARTED, block.key)
    path.starts.setdefault(block.key, round_.starts_on)
    _reach(path, block, round_)
    firmness, reasons = path.firmness, tuple(path.reasons)
    ends_on = _walked_end(block, round_, path)
    path.ends[block.key] = ends_on
    if block.kind not in TIMELESS and round_.starts_on is not None:
        path.day = _day_after(ends_on)
        if ends_on is None:
            path.doubt(Why.LENGTH, block.key)
    known = Firmness.FIRM if round_.starts_on else Firmness.UNKNOWN
    return OutlookItem(
        block=block,
        ordinal=round_.ordinal,
        cycle=round_.cycle,
        status=round_.status,
        starts_on=round_.starts_on,
        ends_on=ends_on,
        firmness=firmness if is_open else known,
        reasons=reasons if is_open else (),
    )


def _left_out(block: Block, ordinal: int) -> OutlookItem:
    """Show a round that takes no time: the path stays where it was."""
    return OutlookItem(
        block=block,
        ordinal=ordinal,
        cycle=None,
        status=RoundStatus.OMITTED,
        starts_on=None,
        ends_on=None,
        firmness=Firmness.UNKNOWN,
    )


def _reach(path: _Path, block: Block, round_: WalkedRound) -> None:
    """Go to the day a round began; a decision never brings a later day back."""
    if round_.starts_on is None:
        return
    if block.kind in TIMELESS and path.day is not None:
        path.day = max(path.day, round_.starts_on)
    else:
        path.day = round_.starts_on


def _walked_end(block: Block, round_: WalkedRound, path: _Path) -> dt.date | None:
    if block.kind in TIMELESS:
        return round_.starts_on
    return round_.ended_on or _last_day(block, round_.starts_on, path)


def _onward(
    regimen: Regimen, last: WalkedRound, facts: Sequence[KnownFact], path: _Path
) -> tuple[Block, int] | None:
    """Return the block and round that follow what was walked."""
    block = regimen.block(last.block)
    if last.moved_on_to is not None:
        is_same = last.moved_on_to == block.key
        return regimen.block(last.moved_on_to), last.ordinal + 1 if is_same else 1
    return _next(regimen, block, last.ordinal, facts, path)


def _next(
    regimen: Regimen,
    block: Block,
    ordinal: int,
    facts: Sequence[KnownFact],
    path: _Path,
) -> tuple[Block, int] | None:
    is_last = ordinal >= block.times
    if needs_decision(block, is_last_round=is_last):
        path.doubt(Why.DECISION, block.key)
    if not is_last:
        return block, ordinal + 1
    ways = [way for way in branches(block, facts) if not way.successor.optional]
    open_ = [way for way in ways if way.verdict == Verdict.OPEN]
    possible = [way for way in ways if way.verdict != Verdict.CLOSED]
    taken = next(iter(open_ or possible or ways), None)
    return (regimen.block(taken.to), 1) if taken else None


def _ahead(
    regimen: Regimen,
    follow: tuple[Block, int] | None,
    facts: Sequence[KnownFact],
    path: _Path,
) -> Iterator[OutlookItem]:
    """Go along the expected path to its end."""
    while follow is not None:
        block, ordinal = follow
        item = _expected(block, ordinal, path)
        is_last = ordinal >= block.times
        if is_fork(block, is_last_round=is_last):
            found = branches(block, facts, is_last_round=is_last)
            item = replace(item, branches=found)
        yield item
        follow = _next(regimen, block, ordinal, facts, path)


def _expected(block: Block, ordinal: int, path: _Path) -> OutlookItem:
    if block.gate is not None:
        path.doubt(Why.GATE, block.key)
    if not path.reasons:
        # Sourced lengths alone make no date firm: nobody has planned this round yet.
        path.doubt(Why.NOT_STARTED, block.key)
    if block.is_cycle:
        path.cycles += 1
    starts_on = path.day
    firmness, reasons = path.firmness, tuple(path.reasons)
    path.starts.setdefault(block.key, starts_on)
    ends_on = _last_day(block, starts_on, path)
    if block.kind in TIMELESS:
        ends_on = starts_on
    else:
        path.day = _day_after(ends_on)
        if starts_on is not None and ends_on is None:
            path.doubt(Why.LENGTH, block.key)
    path.ends[block.key] = ends_on
    return OutlookItem(
        block=block,
        ordinal=ordinal,
        cycle=path.cycles if block.is_cycle else None,
        status=RoundStatus.EXPECTED,
        starts_on=starts_on,
        ends_on=ends_on,
        firmness=firmness,
        reasons=reasons,
    )


def _last_day(block: Block, starts_on: dt.date | None, path: _Path) -> dt.date | None:
    if block.until is not None:
        of = path.starts if block.until.edge == Edge.START else path.ends
        anchor = of.get(block.until.anchor)
        return anchor + dt.timedelta(days=block.until.days - 1) if anchor else None
    if starts_on is None or block.length_days is None:
        return None
    return starts_on + dt.timedelta(days=max(block.length_days, 1) - 1)


def _day_after(day: dt.date | None) -> dt.date | None:
    return day + dt.timedelta(days=1) if day else None
