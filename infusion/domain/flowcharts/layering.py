"""Rows for the blocks: each below everything that leads to it, with few crossings.

Longest-path layers, then at most ``columns`` boxes to a row. A way past a row runs in a
lane of its own; ways to the same block share one.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from infusion.domain.flowcharts.values import Graph

_SWEEPS = 12


def tag_key(index: int) -> str:
    """Return the key of the vertex that holds the words of a way."""
    return f"tag:{index}"


def is_lane(key: str) -> bool:
    """Say whether a vertex only leads a way past a row."""
    return key.startswith("lane:")


@dataclass
class Web:
    """The rows with everything in them, the links between neighbours, and each way."""

    rows: list[list[str]]
    links: set[tuple[str, str]] = field(default_factory=set)
    routes: list[list[str]] = field(default_factory=list)

    def below(self) -> dict[str, list[str]]:
        """Return what each vertex leads to in the next row."""
        return _grouped(sorted(self.links))

    def above(self) -> dict[str, list[str]]:
        """Return what leads to each vertex from the row above."""
        return _grouped(sorted((end, start) for start, end in self.links))


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def weave(graph: Graph, columns: int) -> Web:
    """Return the rows of a graph, ordered so that few ways cross."""
    paths = [_stations(graph, index) for index in range(len(graph.edges))]
    steps = [pair for path in paths for pair in itertools.pairwise(path)]
    order = _reading_order(graph, steps)
    layers = _layers(order, steps)
    web = Web(rows=_rows(order, layers, columns))
    for path, way in zip(paths, graph.edges, strict=True):
        web.routes.append(_route(web, path, is_optional=way.is_optional))
    if columns > 1:
        _untangle(web)
    return web


def _stations(graph: Graph, index: int) -> list[str]:
    way = graph.edges[index]
    between = [tag_key(index)] if way.text else []
    return [way.start, *between, way.end]


def _reading_order(graph: Graph, steps: Sequence[tuple[str, str]]) -> list[str]:
    """Return every vertex before those that follow it, the first way out first."""
    below = _in_file_order(steps)
    order: list[str] = []
    seen: set[str] = set()

    def visit(key: str) -> None:
        if key in seen:
            return
        seen.add(key)
        for each in reversed(below.get(key, [])):
            visit(each)
        order.append(key)

    for node in reversed(graph.nodes):
        visit(node.key)
    return order[::-1]


def _in_file_order(steps: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    return _grouped(dict.fromkeys(steps))


def _layers(order: Sequence[str], steps: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return how many steps the longest way to each vertex has."""
    below = _in_file_order(steps)
    layers = dict.fromkeys(order, 0)
    for key in order:
        for each in below.get(key, []):
            layers[each] = max(layers[each], layers[key] + 1)
    return layers


def _rows(
    order: Sequence[str], layers: Mapping[str, int], columns: int
) -> list[list[str]]:
    rows: list[list[str]] = []
    for layer in sorted(set(layers.values())):
        found = [key for key in order if layers[key] == layer]
        rows.extend(found[at : at + columns] for at in range(0, len(found), columns))
    return rows


def _route(web: Web, path: Sequence[str], *, is_optional: bool) -> list[str]:
    """Lead a way through every row between its stations."""
    row_of = {key: at for at, row in enumerate(web.rows) for key in row}
    route = [path[0]]
    for start, end in itertools.pairwise(path):
        for at in range(row_of[start] + 1, row_of[end]):
            lane = f"lane:{end}:{int(is_optional)}:{at}"
            if lane not in row_of:
                web.rows[at].append(lane)
                row_of[lane] = at
            route.append(lane)
        route.append(end)
    web.links.update(itertools.pairwise(route))
    return route


def _untangle(web: Web) -> None:
    """Order each row by its neighbours', down and up, and keep the best seen."""
    best, fewest = [list(row) for row in web.rows], crossings(web)
    above, below = web.above(), web.below()
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        numbers = range(1, len(web.rows)) if down else range(len(web.rows) - 2, -1, -1)
        for at in numbers:
            beside = web.rows[at - 1] if down else web.rows[at + 1]
            _sort(web.rows[at], beside, above if down else below)
        found = crossings(web)
        if found < fewest:
            best, fewest = [list(row) for row in web.rows], found
    web.rows = best


def _sort(
    row: list[str], beside: Sequence[str], neighbours: Mapping[str, list[str]]
) -> None:
    places = {key: at for at, key in enumerate(beside)}
    present = {key: at for at, key in enumerate(row)}

    def wish(key: str) -> float:
        found = [places[each] for each in neighbours.get(key, []) if each in places]
        # Scaled to this row, where it has no neighbour.
        scale = len(beside) / max(len(row), 1)
        return sum(found) / len(found) if found else present[key] * scale

    row.sort(key=lambda key: (wish(key), present[key]))


def slots(web: Web) -> dict[str, int]:
    """Number the lanes beside a single column from the inside: the shortest first.

    A lane keeps its number from row to row, so that it runs straight.
    """
    rows_of: dict[str, set[int]] = {}
    for at, row in enumerate(web.rows):
        for key in row[1:]:
            rows_of.setdefault(key.rpartition(":")[0], set()).add(at)
    taken: dict[str, int] = {}
    for lane in sorted(rows_of, key=lambda each: (max(rows_of[each]), each)):
        used = {taken[other] for other in taken if rows_of[other] & rows_of[lane]}
        taken[lane] = next(at for at in range(len(used) + 1) if at not in used)
    return {key: taken[key.rpartition(":")[0]] for row in web.rows for key in row[1:]}


def crossings(web: Web) -> int:
    """Count the pairs of links that cross between neighbouring rows."""
    below = web.below()
    total = 0
    for row, following in zip(web.rows, web.rows[1:], strict=False):
        places = {key: at for at, key in enumerate(following)}
        ends = [
            places[end]
            for key in row
            for end in sorted(below.get(key, []), key=places.__getitem__)
        ]
        total += sum(
            later < earlier for at, earlier in enumerate(ends) for later in ends[at:]
        )
    return total
