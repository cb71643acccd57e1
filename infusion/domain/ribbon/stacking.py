"""Several cycles in one picture, one below the other."""

from collections.abc import Sequence

from infusion.domain.ribbon.drawing import draw, size_of
from infusion.domain.ribbon.values import Ribbon

_GAP = 16


def draw_all(ribbons: Sequence[Ribbon]) -> str:
    """Return one SVG: the ribbon itself, or all of them stacked."""
    if len(ribbons) == 1:
        return draw(ribbons[0])
    sizes = [size_of(ribbon) for ribbon in ribbons]
    width = max((size[0] for size in sizes), default=0)
    height = sum(size[1] + _GAP for size in sizes)
    frame = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" {frame} role="group">']
    top = 0
    for ribbon, size in zip(ribbons, sizes, strict=True):
        lines.append(draw(ribbon).replace("<svg ", f'<svg y="{top}" ', 1))
        top += size[1] + _GAP
    return "\n".join([*lines, "</svg>", ""])
