"""What another version of a regimen would alter of the rounds already given."""

from collections.abc import Iterator, Sequence

from infusion.domain.blocks import Block
from infusion.domain.regimens import Regimen
from infusion.domain.walks import RoundStatus, WalkedRound

# Not given here; of those the block has to be there and nothing more.
_NOT_GIVEN = frozenset(
    {RoundStatus.ELSEWHERE, RoundStatus.OMITTED, RoundStatus.PLANNED}
)


def altered(
    old: Regimen, new: Regimen, walked: Sequence[WalkedRound]
) -> tuple[str, ...]:
    """Return where the new version contradicts what was given, as places of the file.

    A planned round has not been given: it may change, as long as it is still there. Of
    what was given elsewhere only the block must be there, and so must the block that
    was decided upon.
    """
    found: list[str] = []
    for index, round_ in enumerate(walked):
        found.extend(_of_round(old, new, round_))
        if round_.status == RoundStatus.PLANNED:
            continue
        if index + 1 < len(walked):
            found.extend(_of_way(old, new, round_.block, walked[index + 1].block))
        elif round_.moved_on_to is not None:
            found.extend(_of_way(old, new, round_.block, round_.moved_on_to))
    return tuple(dict.fromkeys(found))


def _of_round(old: Regimen, new: Regimen, round_: WalkedRound) -> Iterator[str]:
    place = f"blocks.{round_.block}"
    block = next((one for one in new.blocks if one.key == round_.block), None)
    if block is None:
        yield place
        return
    if round_.ordinal > block.times:
        yield f"{place}.times"
    before = old.block(round_.block)
    if before.is_cycle != block.is_cycle:
        yield f"{place}.kind"
    if round_.status in _NOT_GIVEN:
        return
    if before.kind != block.kind:
        yield f"{place}.kind"
    if before.pattern != block.pattern:
        yield f"{place}.infusion"
    yield from _of_doses(old, new, before)


def _of_doses(old: Regimen, new: Regimen, block: Block) -> Iterator[str]:
    """Name the dose levels of a given cycle that would be others."""
    if block.pattern is None:
        return
    if old.doses.fixed_from_kg != new.doses.fixed_from_kg:
        yield "doses.fixed_from_kg"
    for level in sorted({step.level for step in block.pattern.steps}):
        if old.doses.levels[level] != new.doses.levels.get(level):
            yield f"doses.levels.{level}"


def _of_way(old: Regimen, new: Regimen, start: str, end: str) -> Iterator[str]:
    """Name a way that was taken and would no longer be there."""
    keys = {one.key for one in new.blocks}
    if start == end or start not in keys:
        return
    was_there = _leads(old.block(start), end)
    if was_there and not _leads(new.block(start), end):
        yield f"blocks.{start}.next"
    if end not in keys:
        yield f"blocks.{end}"


def _leads(block: Block, end: str) -> bool:
    return any(way.to == end for way in block.successors)
