"""Draw a regimen as one SVG.

Presentation attributes only, as in the ribbon: the picture needs no style sheet, passes a
strict content security policy and prints. What a shape or a colour says is also said by a
word. Blocks and ways are lists, so the picture is a group and never a single image.
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from infusion.domain.flowcharts.layout import (
    PAD,
    lay_out,
    tag_lines,
    text_lines,
    title_lines,
)
from infusion.domain.flowcharts.shapes import inset_of, look_of
from infusion.domain.flowcharts.texts import LEADING, SMALL, TITLE, wrap
from infusion.domain.flowcharts.values import (
    WIDE,
    Bend,
    Box,
    Form,
    Graph,
    Layout,
    Node,
    Standing,
    Tone,
    Way,
)

_INK = "#1b1b1b"
_QUIET = "#474d55"
_RED = "#a4001d"
_INKS = {
    Tone.PLAIN: _INK,
    Tone.GATE: "#6b4a00",
    Tone.WAY: "#0b4a8f",
    Tone.MISSING: _RED,
}
_FONT = "system-ui, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
_BOLD = ' font-weight="bold"'


def draw(graph: Graph, form: Form = WIDE) -> str:
    """Return the graph as SVG text."""
    return "\n".join(_lines(graph, lay_out(graph, form), form)) + "\n"


def _lines(graph: Graph, layout: Layout, form: Form) -> Iterator[str]:
    key = _safe(graph.key)
    size = f'width="{layout.width}" height="{layout.height}"'
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {layout.width} {layout.height}" {size} role="group" '
        f'aria-labelledby="{key}-title {key}-desc" font-family="{_FONT}" '
        f'font-size="{SMALL:g}" fill="{_INK}">'
    )
    yield f'<title id="{key}-title">{_safe(graph.title)}</title>'
    yield f'<desc id="{key}-desc">{_safe(graph.description)}</desc>'
    yield f'<rect {size} fill="#ffffff"/>'
    yield from _list(graph.ways, _ways(graph, layout, form))
    yield from _list(
        graph.blocks,
        (_block(node, layout.boxes[node.key], form) for node in graph.nodes),
    )
    yield "</svg>"


def _safe(text: str) -> str:
    """Escape a text and leave out what XML cannot hold."""
    return escape("".join(letter for letter in text if letter >= " "))


def _list(name: str, items: Iterable[str]) -> Iterator[str]:
    found = list(items)
    if found:
        yield f'<g role="list" aria-label="{_safe(name)}">'
        yield from found
        yield "</g>"


def _ways(graph: Graph, layout: Layout, form: Form) -> Iterator[str]:
    for at, (way, bends) in enumerate(zip(graph.edges, layout.lines, strict=True)):
        tag = layout.tags.get(at)
        words = "".join(_tag(way.text, tag, form)) if tag else ""
        label = _safe(way.label)
        yield (
            f'<g role="listitem" class="way" aria-label="{label}">'
            f"<title>{label}</title>{_line(way, bends)}{words}</g>"
        )


def _line(way: Way, bends: Sequence[Bend]) -> str:
    dash = ' stroke-dasharray="6 4"' if way.is_optional else ""
    path = "".join(_bend(bend) for bend in bends)
    end = bends[-1]
    return (
        f'<path d="{path}" fill="none" stroke="{_QUIET}" stroke-width="1.75"{dash}/>'
        f'<path d="M{end.to_x} {end.to_y}l-5 -9h10z" fill="{_QUIET}"/>'
    )


def _bend(bend: Bend) -> str:
    if bend.x == bend.to_x:
        return f"M{bend.x} {bend.y}V{bend.to_y}"
    middle = (bend.y + bend.to_y) // 2
    return (
        f"M{bend.x} {bend.y}C{bend.x} {middle} {bend.to_x} {middle} "
        f"{bend.to_x} {bend.to_y}"
    )


def _tag(text: str, box: Box, form: Form) -> Iterator[str]:
    """Write the conditions of a way on its line."""
    yield (
        f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" '
        f'rx="4" fill="#ffffff" stroke="#9aa1aa"/>'
    )
    middle = box.x + box.width // 2
    for at, line in enumerate(tag_lines(text, form), start=1):
        yield _text(
            middle, box.y + at * LEADING - 1, line, ' text-anchor="middle"', size=SMALL
        )


def _text(x: int, y: int, text: str, extra: str = "", *, size: float) -> str:
    return f'<text x="{x}" y="{y}" font-size="{size:g}"{extra}>{_safe(text)}</text>'


def _block(node: Node, box: Box, form: Form) -> str:
    label = _safe(node.label)
    inside = f"<title>{label}</title>" + "".join(_box(node, box, form))
    frame = f'role="listitem" class="block kind-{node.kind.lower()}"'
    if not node.href:
        return f'<g {frame} aria-label="{label}">{inside}</g>'
    link = f'<a href="{_safe(node.href)}" aria-label="{label}">{inside}</a>'
    return f"<g {frame}>{link}</g>"


def _box(node: Node, box: Box, form: Form) -> Iterator[str]:
    look = look_of(node.kind)
    is_now = node.standing == Standing.NOW
    holes = any(line.tone == Tone.MISSING for line in node.lines)
    dash = ' stroke-dasharray="5 3"' if holes else ""
    fill = "#ffffff" if node.standing == Standing.ASIDE else look.fill
    yield (
        f'<path d="{look.outline(box)}" fill="{fill}" stroke="{look.line}" '
        f'stroke-width="{4 if is_now else 1.75}"{dash}/>'
    )
    yield from _words(node, box, form)


def _words(node: Node, box: Box, form: Form) -> Iterator[str]:
    x = box.x + PAD + inset_of(node.kind)
    y = box.y + PAD - 4
    for line in title_lines(node, form):
        y += LEADING
        yield _text(x, y, line, _BOLD, size=TITLE)
    line_colour = look_of(node.kind).line
    room = form.box - 2 * (PAD + inset_of(node.kind))
    for line in wrap(node.word, room, SMALL):
        y += LEADING
        yield _text(x, y, line, f' fill="{line_colour}"', size=SMALL)
    for each in node.lines:
        weight = _BOLD if each.tone == Tone.MISSING else ""
        for line in text_lines(node, each, form):
            y += LEADING
            extra = f' fill="{_INKS[each.tone]}"{weight}'
            yield _text(x, y, line, extra, size=SMALL)
