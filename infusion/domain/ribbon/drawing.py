"""Draw a ribbon as one SVG.

Presentation attributes only: the picture needs no style sheet, passes a strict content
security policy and prints. What a colour says is also said by a pattern or a word. The
bags are lists of links, so the picture is a group and never a single image.
"""

from collections.abc import Iterable, Iterator
from html import escape

from infusion.domain.ribbon.values import Block, Mark, Ribbon, Span

PX_PER_HOUR = 1.75
GUTTER = 76
RIGHT = 24

_INK = "#1b1b1b"
_QUIET = "#50565e"
_RED = "#b00020"
_PLACE_FILL = {
    "WARD": "#cfe0f2",
    "HOME": "#d6ecd2",
    "CLINIC": "#fbe6c3",
    "REQUIRED": "#f1f6fb",
}
# Row -> top and height in pixels.
_TOP = 18
_PLACES = (18, 22)
_DATES = (42, 30)
_DAYS = (74, 16)
_PLANNED = (94, 44)
_ACTUAL = (144, 44)
_VISITS = (194, 20)
_BELOW = 218
_HEIGHT = 254
_FONT = "system-ui, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
# Narrower than this a text does not fit, and the block's title says it.
_ROOM = 36
_WIDE = 110


def draw(ribbon: Ribbon) -> str:
    """Return the ribbon as SVG text."""
    return "\n".join(_lines(ribbon)) + "\n"


def size_of(ribbon: Ribbon) -> tuple[int, int]:
    """Return the width and the height of the picture in pixels."""
    return round(GUTTER + ribbon.hours * PX_PER_HOUR + RIGHT), _HEIGHT


def _lines(ribbon: Ribbon) -> Iterator[str]:
    width, _ = size_of(ribbon)
    key = _safe(ribbon.key)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" '
        f'width="{width}" height="{_HEIGHT}" role="group" '
        f'aria-labelledby="{key}-title {key}-desc" font-family="{_FONT}" '
        f'font-size="12" fill="{_INK}"{_now_data(ribbon)}>'
    )
    yield f'<title id="{key}-title">{_safe(ribbon.title)}</title>'
    yield f'<desc id="{key}-desc">{_safe(ribbon.description)}</desc>'
    yield from _patterns(key)
    yield f'<rect width="{width}" height="{_HEIGHT}" fill="#ffffff"/>'
    yield from _calendar(ribbon)
    yield from _row_names(ribbon)
    yield from _placements(ribbon)
    yield from _bags(ribbon.planned, ribbon.rows.planned, _PLANNED, key)
    yield from _bags(ribbon.actual, ribbon.rows.actual, _ACTUAL, key)
    yield from _gaps(ribbon, key)
    yield from _steps(ribbon)
    yield from _visits(ribbon)
    yield from _marks(ribbon)
    yield "</svg>"


def _x(hours: float) -> float:
    return round(GUTTER + hours * PX_PER_HOUR, 1)


def _span(start: float, end: float) -> tuple[float, float]:
    """Return the left edge and the width, at least one pixel."""
    return _x(start), max(1.0, round(_x(end) - _x(start), 1))


def _safe(text: str) -> str:
    """Escape a text and leave out what XML cannot hold."""
    return escape("".join(letter for letter in text if letter >= " "))


def _now_data(ribbon: Ribbon) -> str:
    return f' data-now="{_x(ribbon.now.at)}"' if ribbon.now else ""


def _patterns(key: str) -> Iterator[str]:
    yield "<defs>"
    yield (
        f'<pattern id="{key}-low" width="6" height="6" '
        'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="6" height="6" fill="#ffffff"/>'
        '<rect width="3" height="6" fill="#1f4e79"/></pattern>'
    )
    yield (
        f'<pattern id="{key}-stop" width="6" height="6" '
        'patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">'
        '<rect width="6" height="6" fill="#ffffff"/>'
        f'<rect width="2" height="6" fill="{_RED}"/></pattern>'
    )
    yield "</defs>"


def _text(x: float, y: float, text: str, extra: str = "") -> str:
    return f'<text x="{x}" y="{y}"{extra}>{_safe(text)}</text>'


def _calendar(ribbon: Ribbon) -> Iterator[str]:
    """Draw the dates and the infusion days; the tables say the same to a reader."""
    yield '<g aria-hidden="true">'
    for date in ribbon.dates:
        yield from _date(date)
    for day in ribbon.days:
        x = _x(day.at)
        yield f'<path d="M{x} {_DAYS[0]}V{_VISITS[0]}" stroke="#d5d9de"/>'
        yield _text(x + 2, _DAYS[0] + 12, day.text, f' font-size="11" fill="{_QUIET}"')
    yield "</g>"


def _date(date: Span) -> Iterator[str]:
    x, width = _span(date.start, date.end)
    top, height = _DATES
    weekend = date.kind == "weekend"
    fill = "#e3e5ea" if weekend else "#f6f7f9"
    yield (
        f'<rect x="{x}" y="{top}" width="{width}" height="{height}" '
        f'fill="{fill}" stroke="#ffffff"/>'
    )
    if width < _ROOM / 2:
        return
    weight = ' font-weight="bold"' if weekend else ""
    yield _text(x + 2, top + 12, date.text, f' font-size="11"{weight}')
    if width >= _ROOM or date.title.isdigit():
        yield _text(x + 2, top + 26, date.title, f' font-size="11"{weight}')


def _row_names(ribbon: Ribbon) -> Iterator[str]:
    rows = ribbon.rows
    yield f'<g aria-hidden="true" font-weight="bold" fill="{_QUIET}">'
    for name, (top, height) in (
        (rows.placements, _PLACES),
        (rows.planned, _PLANNED),
        (rows.actual, _ACTUAL),
        (rows.visits, _VISITS),
    ):
        yield _text(4, round(top + height / 2 + 4), name)
    yield "</g>"


def _list(name: str, items: Iterable[str]) -> Iterator[str]:
    """Wrap items in a named list; a list without items is left out."""
    found = list(items)
    if found:
        yield f'<g role="list" aria-label="{_safe(name)}">'
        yield from found
        yield "</g>"


def _item(title: str, shapes: Iterable[str]) -> str:
    inside = "".join(shapes)
    label = _safe(title)
    return f'<g role="listitem" aria-label="{label}"><title>{label}</title>{inside}</g>'


def _placements(ribbon: Ribbon) -> Iterator[str]:
    items = (_item(place.title, _place(place)) for place in ribbon.placements)
    yield from _list(ribbon.rows.placements, items)


def _place(place: Span) -> Iterator[str]:
    x, width = _span(place.start, place.end)
    top, height = _PLACES
    fill = _PLACE_FILL.get(place.kind, "#eeeeee")
    dash = ' stroke-dasharray="4 2"' if place.kind == "REQUIRED" else ""
    yield (
        f'<rect x="{x}" y="{top}" width="{width}" height="{height}" '
        f'fill="{fill}" stroke="{_QUIET}"{dash}/>'
    )
    if width >= _ROOM:
        yield _text(x + 4, top + 15, place.text, ' font-weight="bold"')


def _bags(
    blocks: tuple[Block, ...],
    name: str,
    row: tuple[int, int],
    key: str,
) -> Iterator[str]:
    solid = row == _ACTUAL
    items = (_linked(block, _block(block, row, key, solid=solid)) for block in blocks)
    yield from _list(name, items)


def _linked(block: Block, shapes: Iterable[str]) -> str:
    label = _safe(block.title)
    inside = f"<title>{label}</title>" + "".join(shapes)
    if not block.href:
        return f'<g role="listitem" aria-label="{label}">{inside}</g>'
    return (
        f'<g role="listitem"><a id="{_safe(block.key)}" href="{_safe(block.href)}" '
        f'aria-label="{label}">{inside}</a></g>'
    )


def _block(
    block: Block, row: tuple[int, int], key: str, *, solid: bool
) -> Iterator[str]:
    x, width = _span(block.start, block.end)
    top, height = row
    fill, ink = ("#1f4e79", "#ffffff") if solid else ("#ffffff", _INK)
    line = "#ffffff" if solid else '#1f4e79" stroke-dasharray="4 2'
    yield (
        f'<rect x="{x}" y="{top}" width="{width}" height="{height}" rx="3" '
        f'fill="{fill}" stroke-width="1.5" stroke="{line}"/>'
    )
    yield _strip(block, (x, width), top + height - 8, key, solid=solid)
    yield from _block_text(block, (x, width), top, ink)


def _strip(
    block: Block, span: tuple[float, float], top: int, key: str, *, solid: bool
) -> str:
    """Draw the strip that tells the doses apart: hatched below the full dose."""
    full = "#9cc3e6" if solid else "#1f4e79"
    fill = f"url(#{key}-low)" if block.level else full
    x, width = span
    inner = max(1.0, round(width - 2, 1))
    return f'<rect x="{x + 1}" y="{top}" width="{inner}" height="6" fill="{fill}"/>'


def _block_text(
    block: Block, span: tuple[float, float], top: int, ink: str
) -> Iterator[str]:
    x, width = span
    extra = f' font-size="11" fill="{ink}"'
    both = " · ".join(text for text in (block.dose, block.hours) if text)
    if width >= _WIDE:
        yield _text(x + 5, top + 20, both, f' font-size="12" fill="{ink}"')
    elif width >= _ROOM:
        yield _text(x + 3, top + 14, block.dose, extra)
        yield _text(x + 3, top + 28, block.hours, extra)


def _gaps(ribbon: Ribbon, key: str) -> Iterator[str]:
    items = (_item(gap.title, _gap(gap, key)) for gap in ribbon.gaps)
    yield from _list(ribbon.rows.actual, items)


def _gap(gap: Span, key: str) -> Iterator[str]:
    x, width = _span(gap.start, gap.end)
    top, height = _ACTUAL
    yield (
        f'<rect x="{x}" y="{top}" width="{max(3.0, width)}" height="{height}" '
        f'fill="url(#{key}-stop)" stroke="{_RED}"/>'
    )
    # Two bars, as on the pump's pause key, where a thin stop would be overlooked.
    middle = round(x + width / 2, 1)
    yield (
        f'<path d="M{middle - 3} {top + height + 1}v5M{middle + 3} {top + height + 1}v5" '
        f'stroke="{_RED}" stroke-width="3"/>'
    )


def _steps(ribbon: Ribbon) -> Iterator[str]:
    items = (_item(step.title, _step(step)) for step in ribbon.steps[1:])
    yield from _list(ribbon.rows.planned, items)


def _step(step: Mark) -> Iterator[str]:
    x = _x(step.at)
    top = _PLANNED[0]
    yield f'<path d="M{x} {top - 4}v{_PLANNED[1] + 8}" stroke="{_INK}" stroke-width="3"/>'
    yield f'<path d="M{x - 5} {top - 5}h10l-5 7z" fill="{_INK}"/>'


def _visits(ribbon: Ribbon) -> Iterator[str]:
    items = (_item(visit.title, _visit(visit)) for visit in ribbon.visits)
    yield from _list(ribbon.rows.visits, items)


def _visit(visit: Mark) -> Iterator[str]:
    """Draw a diamond: full when the visit is done, hollow before."""
    x, (top, _height) = _x(visit.at), _VISITS
    fill = _INK if visit.kind == "done" else "#ffffff"
    yield (
        f'<path d="M{x} {top + 2}l6 7l-6 7l-6 -7z" fill="{fill}" '
        f'stroke="{_INK}" stroke-width="1.5"/>'
    )


def _marks(ribbon: Ribbon) -> Iterator[str]:
    if ribbon.now:
        x = _x(ribbon.now.at)
        yield f'<path d="M{x} {_TOP}V{_BELOW - 6}" stroke="{_INK}" stroke-width="2"/>'
        yield _text(*_beside(ribbon, ribbon.now, 12), _anchor(ribbon, ribbon.now))
    for line, mark in enumerate(ribbon.below):
        yield from _below(ribbon, mark, _BELOW + 12 + 16 * line)


def _below(ribbon: Ribbon, mark: Mark, y: int) -> Iterator[str]:
    x = _x(mark.at)
    ink = _RED if mark.kind == "dry" else _INK
    dash = ' stroke-dasharray="6 3"' if mark.kind == "dry" else ""
    yield (
        f'<path d="M{x} {_PLANNED[0]}V{y - 10}" stroke="{ink}" stroke-width="2"{dash}/>'
    )
    x_text, y_text, text = _beside(ribbon, mark, y)
    extra = f'{_anchor(ribbon, mark)} fill="{ink}" font-weight="bold"'
    yield _text(x_text, y_text, text, extra)


def _beside(ribbon: Ribbon, mark: Mark, y: int) -> tuple[float, int, str]:
    """Put a text to the right of its line; near the right edge, to the left."""
    shift = -4 if _is_late(ribbon, mark) else 4
    return round(_x(mark.at) + shift, 1), y, mark.text


def _anchor(ribbon: Ribbon, mark: Mark) -> str:
    return ' text-anchor="end"' if _is_late(ribbon, mark) else ""


def _is_late(ribbon: Ribbon, mark: Mark) -> bool:
    return mark.at > ribbon.hours * 0.8
