"""Whether blocks make a graph that can be walked, and what is wrong with it if not."""

from collections.abc import Iterator, Sequence

from infusion.domain.blocks import Block, BlockKind, RegimenNotSane


def graph_problems(blocks: Sequence[Block]) -> Iterator[RegimenNotSane]:
    """Return everything that is wrong, in the order of the blocks.

    Each names the block as ``place`` and, as ``part``, where in it.
    """
    if not blocks:
        yield RegimenNotSane(field="no_blocks", place="", part="")
        return
    yield from _keys(blocks)
    broken = list(_edges(blocks))
    yield from broken
    yield from _loops(blocks)
    # A way that leads nowhere leaves the rest out of reach; it is said once.
    if not any(problem.field == "unknown_block" for problem in broken):
        yield from _unreachable(blocks)
    yield from _anchors(blocks)


def in_order(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks that can be reached, each before those that follow it."""
    known = {block.key: block for block in blocks}
    order: list[Block] = []
    seen: set[str] = set()

    def visit(block: Block) -> None:
        if block.key in seen:
            return
        seen.add(block.key)
        for way in block.successors:
            if way.to in known:
                visit(known[way.to])
        order.append(block)

    visit(blocks[0])
    return order[::-1]


def _keys(blocks: Sequence[Block]) -> Iterator[RegimenNotSane]:
    seen: set[str] = set()
    for block in blocks:
        if block.key in seen:
            yield RegimenNotSane(field="block_twice", place=block.key, part="key")
        seen.add(block.key)


def _edges(blocks: Sequence[Block]) -> Iterator[RegimenNotSane]:
    keys = {block.key for block in blocks}
    for block in blocks:
        for index, way in enumerate(block.successors, 1):
            if way.to not in keys:
                part = f"next[{index}].to"
                yield RegimenNotSane(
                    field="unknown_block", place=block.key, part=part, to=way.to
                )
        if block.kind == BlockKind.EXIT and block.successors:
            yield RegimenNotSane(field="exit_goes_on", place=block.key, part="next")
        if block.kind == BlockKind.DECISION and not block.successors:
            yield RegimenNotSane(field="decides_nothing", place=block.key, part="kind")


def _loops(blocks: Sequence[Block]) -> Iterator[RegimenNotSane]:
    """Find the ways back: repetition is ``times``, never a loop."""
    known = {block.key: block for block in blocks}
    done: set[str] = set()

    def visit(key: str, path: tuple[str, ...]) -> Iterator[RegimenNotSane]:
        for index, way in enumerate(known[key].successors, 1):
            if way.to in (*path, key):
                walked = (*path, key)
                loop = " → ".join((*walked[walked.index(way.to) :], way.to))
                part = f"next[{index}].to"
                yield RegimenNotSane(
                    field="cycle_in_graph", place=key, part=part, loop=loop
                )
            elif way.to in known and way.to not in done:
                yield from visit(way.to, (*path, key))
        done.add(key)

    for block in blocks:
        if block.key not in done:
            yield from visit(block.key, ())


def _unreachable(blocks: Sequence[Block]) -> Iterator[RegimenNotSane]:
    reached = {block.key for block in in_order(blocks)}
    for block in blocks:
        if block.key not in reached:
            yield RegimenNotSane(field="unreachable", place=block.key, part="key")


def _anchors(blocks: Sequence[Block]) -> Iterator[RegimenNotSane]:
    """Find lengths counted from a block that does not come before on every path."""
    keys = {block.key for block in blocks}
    for block in blocks:
        if block.until is None:
            continue
        anchor = block.until.anchor
        if anchor not in keys:
            why = "unknown_block"
        elif anchor == block.key or block.key in _reached_without(blocks, anchor):
            why = "anchor_not_before"
        else:
            continue
        yield RegimenNotSane(field=why, place=block.key, part="until.anchor", to=anchor)


def _reached_without(blocks: Sequence[Block], closed: str) -> set[str]:
    """Return the blocks that can be reached without going through one of them."""
    known = {block.key: block for block in blocks}
    reached: set[str] = set()
    waiting = [blocks[0].key]
    while waiting:
        key = waiting.pop()
        if key == closed or key in reached or key not in known:
            continue
        reached.add(key)
        waiting.extend(way.to for way in known[key].successors)
    return reached
