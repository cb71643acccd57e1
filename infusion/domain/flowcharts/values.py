"""What the picture of a regimen shows, and where; every text is in the reader's language."""

from dataclasses import dataclass, replace
from enum import StrEnum

from infusion.domain.blocks import BlockKind


class Tone(StrEnum):
    """How a line of a box is meant."""

    PLAIN = "PLAIN"
    GATE = "GATE"
    WAY = "WAY"
    MISSING = "MISSING"


class Standing(StrEnum):
    """Where a course stands with a block; NONE in the picture of a regimen alone."""

    NONE = "NONE"
    DONE = "DONE"
    NOW = "NOW"
    AHEAD = "AHEAD"
    ASIDE = "ASIDE"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One text of a box; it is wrapped when it is drawn."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, kw_only=True)
class Node:
    """A block. ``word`` names its kind, so that shape and colour never say it alone.

    ``label`` is the whole block in one sentence, for those who do not see the picture.
    """

    key: str
    kind: BlockKind
    title: str
    word: str
    label: str
    lines: tuple[Line, ...] = ()
    href: str = ""
    standing: Standing = Standing.NONE


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way from one block to another; ``text`` is its conditions in words."""

    start: str
    end: str
    label: str
    text: str = ""
    is_optional: bool = False


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A regimen as a picture."""

    key: str
    title: str
    description: str
    blocks: str
    ways: str
    nodes: tuple[Node, ...]
    edges: tuple[Way, ...]


@dataclass(frozen=True, kw_only=True)
class Form:
    """How wide the picture may be: boxes side by side and their width in pixels."""

    columns: int
    box: int
    tag: int


WIDE = Form(columns=3, box=230, tag=210)
# One block to a row: what a phone of 360 pixels shows without scrolling sideways.
NARROW = Form(columns=1, box=252, tag=252)


@dataclass(frozen=True, kw_only=True)
class Box:
    """Where a block or the words of a way stand, in pixels from the top left."""

    x: int
    y: int
    width: int
    height: int

    def overlaps(self, other: "Box") -> bool:
        """Say whether two boxes cover a common point."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


@dataclass(frozen=True, kw_only=True)
class Bend:
    """One stretch of a way: straight down, or a curve to another column."""

    x: int
    y: int
    to_x: int
    to_y: int


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where everything stands: by block key, and by the position of a way."""

    width: int
    height: int
    boxes: dict[str, Box]
    tags: dict[int, Box]
    lines: tuple[tuple[Bend, ...], ...]


def folded(graph: Graph) -> Graph:
    """Return the graph with the words of its ways inside the boxes they leave."""
    titles = {node.key: node.title for node in graph.nodes}

    def with_ways(node: Node) -> Node:
        ways = [way for way in graph.edges if way.start == node.key]
        told = [way for way in ways if way.text]
        if not told:
            return node
        lines = (_way_line(titles[way.end], way.text) for way in ways)
        return replace(node, lines=(*node.lines, *lines))

    return replace(
        graph,
        nodes=tuple(with_ways(node) for node in graph.nodes),
        edges=tuple(replace(way, text="") for way in graph.edges),
    )


def _way_line(title: str, text: str) -> Line:
    return Line(text=f"→ {title}: {text}" if text else f"→ {title}", tone=Tone.WAY)
