"""Where each block stands and how each way runs, in whole pixels."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infusion.domain.flowcharts.layering import (
    Web,
    is_lane,
    slots,
    tag_key,
    weave,
)
from infusion.domain.flowcharts.shapes import inset_of
from infusion.domain.flowcharts.texts import BOLD, LEADING, SMALL, TITLE, width_of, wrap
from infusion.domain.flowcharts.values import (
    Bend,
    Box,
    Form,
    Graph,
    Layout,
    Line,
    Node,
    Tone,
)

MARGIN = 12
PAD = 8
GAP = 34
_BESIDE = 14
_LANE = 2
_SWEEPS = 24
# A lane holds its column more than a box does, so that long ways run straight.
_STIFF = 4.0
# Blocks line up with blocks and lanes with lanes, rather than with each other.
_WEAK = 0.005
# Less than half of the gap beside, so that two neighbours may both move.
_ALMOST = 6


@dataclass(frozen=True)
class Size:
    """The room something takes."""

    width: int
    height: int


def title_lines(node: Node, form: Form) -> list[str]:
    """Return the title of a block in lines."""
    return wrap(node.title, _room(node, form), TITLE * BOLD)


def text_lines(node: Node, line: Line, form: Form) -> list[str]:
    """Return one text of a block in lines."""
    size = SMALL * BOLD if line.tone == Tone.MISSING else SMALL
    return wrap(line.text, _room(node, form), size)


def tag_lines(text: str, form: Form) -> list[str]:
    """Return the words of a way in lines."""
    return wrap(text, form.tag - 2 * PAD, SMALL)


def _room(node: Node, form: Form) -> float:
    return form.box - 2 * (PAD + inset_of(node.kind))


def lay_out(graph: Graph, form: Form) -> Layout:
    """Return where everything stands; the same graph always stands the same."""
    web = weave(graph, form.columns)
    sizes = _sizes(graph, web, form)
    single = form.columns == 1
    columns = _single_column(web, form) if single else _columns(web, sizes)
    rows = _row_tops(web, sizes)
    left = min(columns[key] - sizes[key].width / 2 for row in web.rows for key in row)
    centres = {key: round(x - left) + MARGIN for key, x in columns.items()}
    _straighten(web, centres)
    boxes = _boxes(web, sizes, centres, rows)
    lines = tuple(_bends(web, route, centres, boxes, rows) for route in web.routes)
    tagged = [at for at, way in enumerate(graph.edges) if way.text]
    return Layout(
        width=max(box.x + box.width for box in boxes.values()) + MARGIN,
        height=rows[-1][1] + MARGIN,
        boxes={node.key: boxes[node.key] for node in graph.nodes},
        tags={at: boxes[tag_key(at)] for at in tagged},
        lines=lines,
    )


def _sizes(graph: Graph, web: Web, form: Form) -> dict[str, Size]:
    nodes = {node.key: _node_size(node, form) for node in graph.nodes}
    tags = {
        tag_key(at): _tag_size(way.text, form)
        for at, way in enumerate(graph.edges)
        if way.text
    }
    known = nodes | tags
    lane = Size(_LANE, 0)
    return {key: known.get(key, lane) for row in web.rows for key in row}


def _node_size(node: Node, form: Form) -> Size:
    lines = len(title_lines(node, form)) + len(
        wrap(node.word, _room(node, form), SMALL)
    )
    lines += sum(len(text_lines(node, line, form)) for line in node.lines)
    return Size(form.box, LEADING * lines + 2 * PAD)


def _tag_size(text: str, form: Form) -> Size:
    lines = tag_lines(text, form)
    width = max(width_of(line, SMALL) for line in lines) + 2 * PAD
    return Size(min(round(width), form.tag), LEADING * len(lines) + 6)


def _row_tops(web: Web, sizes: Mapping[str, Size]) -> list[tuple[int, int]]:
    """Return the top and the bottom of every row."""
    found: list[tuple[int, int]] = []
    top = MARGIN
    for row in web.rows:
        bottom = top + max(sizes[key].height for key in row)
        found.append((top, bottom))
        top = bottom + GAP
    return found


def _single_column(web: Web, form: Form) -> dict[str, float]:
    """Return the middle of everything: the blocks, and the lanes on their right."""
    lanes = slots(web)
    beside = form.box / 2 + _BESIDE
    boxes = {row[0]: 0.0 for row in web.rows}
    return boxes | {key: beside + slot * _BESIDE for key, slot in lanes.items()}


def _columns(web: Web, sizes: Mapping[str, Size]) -> dict[str, float]:
    """Return the middle of everything: close to its neighbours, in order, apart."""
    columns: dict[str, float] = {}
    for row in web.rows:
        _settle(row, [0.0] * len(row), sizes, columns)
    above, below = web.above(), web.below()
    for sweep in range(_SWEEPS):
        rows = web.rows if sweep % 2 == 0 else web.rows[::-1]
        beside = above if sweep % 2 == 0 else below
        for row in rows:
            wishes = [_wish(key, beside, columns) for key in row]
            _settle(row, wishes, sizes, columns)
    return columns


def _straighten(web: Web, centres: dict[str, int]) -> None:
    """Put what stands almost below a neighbour right below it; the gaps allow for it."""
    above = web.above()
    for row in web.rows[1:]:
        for key in row:
            near = [
                centres[each]
                for each in above.get(key, [])
                if is_lane(each) == is_lane(key)
                and abs(centres[each] - centres[key]) <= _ALMOST
            ]
            centres[key] = near[0] if near else centres[key]


def _wish(
    key: str, beside: Mapping[str, list[str]], columns: Mapping[str, float]
) -> float:
    found = beside.get(key, [])
    if not found:
        return columns[key]
    weights = [1.0 if is_lane(each) == is_lane(key) else _WEAK for each in found]
    total = sum(columns[each] * w for each, w in zip(found, weights, strict=True))
    return total / sum(weights)


def _settle(
    row: Sequence[str],
    wishes: Sequence[float],
    sizes: Mapping[str, Size],
    columns: dict[str, float],
) -> None:
    """Give each its wish as far as all stay apart: least squares in order."""
    offsets = [0.0]
    for left, right in itertools.pairwise(row):
        half = (sizes[left].width + sizes[right].width) / 2
        offsets.append(offsets[-1] + half + _BESIDE)
    # Pools of neighbours that would overlap: (sum of weight x place, weight, members).
    pools: list[tuple[float, float, int]] = []
    for key, wish, offset in zip(row, wishes, offsets, strict=True):
        weight = 1.0 if sizes[key].height else _STIFF
        pools.append((weight * (wish - offset), weight, 1))
        while len(pools) > 1 and _mean(pools[-2]) > _mean(pools[-1]):
            last, before = pools.pop(), pools.pop()
            pools.append(
                (before[0] + last[0], before[1] + last[1], before[2] + last[2])
            )
    places = [_mean(pool) for pool in pools for _member in range(pool[2])]
    for key, place, offset in zip(row, places, offsets, strict=True):
        columns[key] = place + offset


def _mean(pool: tuple[float, float, int]) -> float:
    return pool[0] / pool[1]


def _boxes(
    web: Web,
    sizes: Mapping[str, Size],
    centres: Mapping[str, int],
    rows: Sequence[tuple[int, int]],
) -> dict[str, Box]:
    found: dict[str, Box] = {}
    for row, (top, bottom) in zip(web.rows, rows, strict=True):
        for key in row:
            size = sizes[key]
            # A lane is as high as its row, so that its way runs straight through.
            height = size.height or bottom - top
            y = top + (bottom - top - height) // 2
            x = centres[key] - size.width // 2
            found[key] = Box(x=x, y=y, width=size.width, height=height)
    return found


def _bends(
    web: Web,
    route: Sequence[str],
    centres: Mapping[str, int],
    boxes: Mapping[str, Box],
    rows: Sequence[tuple[int, int]],
) -> tuple[Bend, ...]:
    """Return the stretches of a way, from the bottom of a box to the top of another."""
    row_of = {key: at for at, row in enumerate(web.rows) for key in row}
    below, above = web.below(), web.above()
    found: list[Bend] = []
    for start, end in itertools.pairwise(route):
        x = _port(start, end, below, centres, boxes)
        to_x = _port(end, start, above, centres, boxes)
        leave, arrive = rows[row_of[start]][1], rows[row_of[end]][0]
        bottom = boxes[start].y + boxes[start].height
        found += [
            Bend(x=x, y=bottom, to_x=x, to_y=leave),
            Bend(x=x, y=leave, to_x=to_x, to_y=arrive),
            Bend(x=to_x, y=arrive, to_x=to_x, to_y=boxes[end].y),
        ]
        if is_lane(end):
            lane = boxes[end]
            found.append(Bend(x=to_x, y=lane.y, to_x=to_x, to_y=lane.y + lane.height))
    return tuple(bend for bend in found if (bend.x, bend.y) != (bend.to_x, bend.to_y))


def _port(
    key: str,
    other: str,
    beside: Mapping[str, list[str]],
    centres: Mapping[str, int],
    boxes: Mapping[str, Box],
) -> int:
    """Return where a way leaves or enters: in the order of where it goes."""
    others = sorted(beside[key], key=lambda each: (centres[each], each))
    room = max(boxes[key].width - 80, 0)
    step = min(34, room // max(len(others), 1))
    middle = (len(others) - 1) / 2
    # A neighbour straight above or below keeps the straight line.
    straight = [at for at, each in enumerate(others) if centres[each] == centres[key]]
    if straight:
        middle = straight[0]
        step = min(step, room // 2 // max(middle, len(others) - 1 - middle, 1))
    return round(centres[key] + (others.index(other) - middle) * step)
