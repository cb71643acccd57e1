"""Where a course stands on its way through the graph, and which ways are open to it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from infusion.domain.blocks import Block, BlockKind, Successor
from infusion.domain.conditions import FactKind, KnownFact
from infusion.domain.regimens import Regimen
from infusion.domain.walks import (
    Branch,
    RoundStatus,
    Verdict,
    WalkedRound,
    branches,
    needs_decision,
)


class Due(StrEnum):
    """What a course waits for."""

    BLOCK_START = "BLOCK_START"
    BLOCK_END = "BLOCK_END"
    CYCLE_ORDER = "CYCLE_ORDER"
    CYCLE_START = "CYCLE_START"
    CYCLE_END = "CYCLE_END"
    DECISION = "DECISION"
    LEAVE = "LEAVE"
    NOTHING = "NOTHING"


# What is planned or runs has to end before a way leads on from it.
OPEN = frozenset({RoundStatus.PLANNED, RoundStatus.STARTED})

_BEST = (Verdict.OPEN, Verdict.UNKNOWN, Verdict.CLOSED)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A way a physician may take now, and the round it leads on from.

    ``is_going_on`` is the next round of the same block. ``is_off_path`` is an exit to
    which the regimen draws no way from here.
    """

    from_block: str
    from_ordinal: int
    branch: Branch
    is_optional: bool
    is_going_on: bool
    is_exit: bool
    is_off_path: bool = False

    @property
    def to(self) -> str:
        """Return the block it leads to."""
        return self.branch.to

    @property
    def needed(self) -> tuple[FactKind, ...]:
        """Return the kinds of fact it asks for."""
        kinds = [answer.condition.kind for answer in self.branch.answers]
        return tuple(dict.fromkeys(kinds))


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the course waits for, and which ways may be taken.

    ``block`` and ``ordinal`` are the round that runs, is planned or comes next; of a
    decision the block that is the fork. ``needed`` are the kinds of fact a decision asks
    for. ``choices`` also hold ways out that may be taken instead of going on.
    """

    due: Due
    block: Block | None = None
    ordinal: int = 0
    needs_gate: bool = False
    choices: tuple[Choice, ...] = ()
    needed: tuple[FactKind, ...] = ()

    def choice(self, to: str) -> Choice | None:
        """Return the way to a block, if it may be taken now.

        Several ways may lead to one block, each on other facts: the one they leave open
        counts, else one they do not settle.
        """
        ways = [one for one in self.choices if one.to == to]
        return min(ways, key=lambda one: _BEST.index(one.branch.verdict), default=None)


def standing(
    regimen: Regimen, walked: Sequence[WalkedRound], facts: Iterable[KnownFact] = ()
) -> Standing:
    """Say where a course stands after what was walked.

    :raises BlockUnknown: when a walked block is not in the regimen.
    """
    known = tuple(facts)
    if not walked:
        return _coming(regimen, regimen.start, 1, known, ())
    last = walked[-1]
    block = regimen.block(last.block)
    if last.status in OPEN:
        return _running(block, last)
    if last.moved_on_to is not None:
        is_same = last.moved_on_to == block.key
        ordinal = last.ordinal + 1 if is_same else 1
        return _coming(regimen, regimen.block(last.moved_on_to), ordinal, known, ())
    return _after(regimen, block, last.ordinal, known)


def leaving(
    regimen: Regimen,
    walked: Sequence[WalkedRound],
    facts: Iterable[KnownFact] = (),
    *,
    was_stopped: bool,
) -> Standing:
    """Say by which exits a course that has ended may still be left.

    After the last block those the regimen leads to. A course that was stopped may be left
    by every exit of the regimen: a transplant can follow wherever the stop fell, so those
    without a way from there are off the path and wait for a reason.

    :raises BlockUnknown: when a walked block is not in the regimen.
    """
    if not walked:
        return Standing(due=Due.NOTHING)
    # What had been decided before the stop did not come to pass.
    last = replace(walked[-1], moved_on_to=None) if was_stopped else walked[-1]
    place = standing(regimen, (*walked[:-1], last), facts)
    exits = tuple(one for one in place.choices if one.is_exit)
    if was_stopped:
        exits = (*exits, *_off_path(regimen, last, {one.to for one in exits}))
    return Standing(due=Due.NOTHING, choices=exits)


def _off_path(
    regimen: Regimen, last: WalkedRound, on_path: set[str]
) -> Iterator[Choice]:
    for block in regimen.blocks:
        if block.kind == BlockKind.EXIT and block.key not in on_path:
            way = _leaving(block)
            branch = replace(way.branch, verdict=Verdict.UNKNOWN)
            yield replace(
                way,
                from_block=last.block,
                from_ordinal=last.ordinal,
                branch=branch,
                is_optional=True,
                is_off_path=True,
            )


def _after(
    regimen: Regimen, block: Block, ordinal: int, facts: tuple[KnownFact, ...]
) -> Standing:
    """Say what follows a round that is over, before anybody has decided."""
    is_last = ordinal >= block.times
    choices = tuple(_choices(regimen, block, ordinal, facts))
    if needs_decision(block, is_last_round=is_last):
        return _deciding(block, ordinal, choices)
    optional = tuple(one for one in choices if one.is_optional)
    asked = [one for one in choices if not one.is_optional]
    if not asked:
        return Standing(due=Due.NOTHING, choices=optional)
    ordinal = 1 if is_last else ordinal + 1
    return _coming(regimen, regimen.block(asked[0].to), ordinal, facts, optional)


def _running(block: Block, last: WalkedRound) -> Standing:
    is_planned = last.status == RoundStatus.PLANNED
    due = Due.BLOCK_START if is_planned else Due.BLOCK_END
    if block.is_cycle:
        due = Due.CYCLE_START if is_planned else Due.CYCLE_END
    return Standing(
        due=due,
        block=block,
        ordinal=last.ordinal,
        needs_gate=is_planned and block.gate is not None and not last.gate_passed,
    )


def _coming(
    regimen: Regimen,
    block: Block,
    ordinal: int,
    facts: tuple[KnownFact, ...],
    optional: tuple[Choice, ...],
) -> Standing:
    """Say what the next block asks for."""
    if block.kind == BlockKind.DECISION:
        choices = (*_choices(regimen, block, ordinal, facts), *optional)
        return _deciding(block, ordinal, choices)
    due = Due.CYCLE_ORDER if block.is_cycle else Due.BLOCK_START
    if block.kind == BlockKind.EXIT:
        due = Due.LEAVE
        optional = (_leaving(block), *optional)
    return Standing(
        due=due,
        block=block,
        ordinal=ordinal,
        needs_gate=block.gate is not None,
        choices=optional,
    )


def _deciding(block: Block, ordinal: int, choices: tuple[Choice, ...]) -> Standing:
    kinds = [kind for one in choices if not one.is_optional for kind in one.needed]
    return Standing(
        due=Due.DECISION,
        block=block,
        ordinal=ordinal,
        choices=choices,
        needed=tuple(dict.fromkeys(kinds)),
    )


def _choices(
    regimen: Regimen, block: Block, ordinal: int, facts: tuple[KnownFact, ...]
) -> Iterator[Choice]:
    is_last = ordinal >= block.times
    if not is_last:
        yield _choice(regimen, block, ordinal, _unconditional(block.key))
    for branch in branches(block, facts, is_last_round=is_last):
        yield _choice(regimen, block, ordinal, branch)


def _choice(regimen: Regimen, block: Block, ordinal: int, branch: Branch) -> Choice:
    return Choice(
        from_block=block.key,
        from_ordinal=ordinal,
        branch=branch,
        is_optional=branch.successor.optional,
        is_going_on=branch.to == block.key,
        is_exit=regimen.block(branch.to).kind == BlockKind.EXIT,
    )


def _leaving(block: Block) -> Choice:
    """Return the way into an exit that nothing else follows."""
    return Choice(
        from_block=block.key,
        from_ordinal=1,
        branch=_unconditional(block.key),
        is_optional=False,
        is_going_on=False,
        is_exit=True,
    )


def _unconditional(to: str) -> Branch:
    way = Successor(to=to)
    return Branch(to=to, verdict=Verdict.OPEN, answers=(), successor=way)
