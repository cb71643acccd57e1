"""Where a course may enter a regimen, and what was given before it then."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from infusion.domain.blocks import TIMELESS, Block, BlockKind, Successor
from infusion.domain.refusals import Refusal
from infusion.domain.regimens import Regimen, Round


class BlockNotEnterable(Refusal):
    """No course begins at this block, or with this round of it."""

    code = "block_not_enterable"


def check_entry(block: Block, ordinal: int) -> None:
    """Refuse to begin at a decision or a way out, or with a round there is not.

    :raises BlockNotEnterable: naming the field.
    """
    if block.kind in TIMELESS:
        raise BlockNotEnterable(field="from_block")
    if not 1 <= ordinal <= block.times:
        raise BlockNotEnterable(field="from_round")


def rounds_before(regimen: Regimen, key: str, ordinal: int = 1) -> tuple[Round, ...]:
    """Return what comes before a round: on the expected path, else on the shortest.

    A block on the way is taken to have been given as often as the regimen says.

    :raises BlockUnknown: when there is no such block.
    """
    regimen.block(key)
    found: list[Round] = []
    for block in _path(regimen, key):
        for number in range(1, block.times + 1):
            if block.key == key and number >= ordinal:
                return tuple(_numbered(found))
            found.append(Round(block=block, ordinal=number, cycle=None))
    return tuple(_numbered(found))


def _path(regimen: Regimen, key: str) -> list[Block]:
    expected = list(dict.fromkeys(one.block.key for one in regimen.rounds()))
    keys = expected if key in expected else _shortest(regimen, key)
    return [regimen.block(one) for one in keys]


def _shortest(regimen: Regimen, key: str) -> list[str]:
    waiting = deque([[regimen.start.key]])
    seen = {regimen.start.key}
    while waiting:
        path = waiting.popleft()
        if path[-1] == key:
            return path
        for way in regimen.block(path[-1]).successors:
            if way.to not in seen:
                seen.add(way.to)
                waiting.append([*path, way.to])
    return [key]


def _numbered(rounds: list[Round]) -> Iterator[Round]:
    cycle = 0
    for one in rounds:
        cycle += one.block.is_cycle
        yield Round(
            block=one.block,
            ordinal=one.ordinal,
            cycle=cycle if one.block.is_cycle else None,
        )


def opened_with(regimen: Regimen, opening: Block) -> Regimen:
    """Return the regimen with a pre-phase before its first block.

    :raises RegimenNotSane: when a block of that key is there already.
    """
    first = Successor(to=regimen.start.key)
    opening = replace(opening, kind=BlockKind.PREPHASE, successors=(first,))
    return replace(regimen, blocks=(opening, *regimen.blocks))
