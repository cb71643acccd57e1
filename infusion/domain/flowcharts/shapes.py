"""The shape and the colours of each kind of block; its word stands beside them."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from infusion.domain.blocks import BlockKind
from infusion.domain.flowcharts.values import Box

_CUT = 12


class Look(NamedTuple):
    """Outline, fill and line of a kind."""

    outline: Callable[[Box], str]
    fill: str
    line: str
    # Pixels on each side that the shape takes from the text.
    inset: int = 0


def look_of(kind: BlockKind) -> Look:
    """Return how a kind of block is drawn."""
    return _LOOKS[kind]


def inset_of(kind: BlockKind) -> int:
    """Return how many pixels on each side the shape takes from the text."""
    return _LOOKS[kind].inset


def _corners(box: Box) -> tuple[int, int, int, int]:
    return box.x, box.y, box.x + box.width, box.y + box.height


def _plain(box: Box) -> str:
    return f"M{box.x} {box.y}h{box.width}v{box.height}h-{box.width}z"


def _barred(box: Box) -> str:
    """Draw a box with a second line on its left: a cycle of the infusion."""
    return f"{_plain(box)}M{box.x + 6} {box.y}v{box.height}"


def _double(box: Box) -> str:
    """Draw a box with two lines on both sides: the infusion and something else."""
    right = box.x + box.width - 6
    return f"{_barred(box)}M{right} {box.y}v{box.height}"


def _cut(box: Box) -> str:
    """Draw a box with its corners cut."""
    left, top, right, bottom = _corners(box)
    return (
        f"M{left + _CUT} {top}H{right - _CUT}L{right} {top + _CUT}V{bottom - _CUT}"
        f"L{right - _CUT} {bottom}H{left + _CUT}L{left} {bottom - _CUT}V{top + _CUT}z"
    )


def _hexagon(box: Box) -> str:
    left, top, right, bottom = _corners(box)
    middle = (top + bottom) // 2
    return (
        f"M{left + _CUT} {top}H{right - _CUT}L{right} {middle}L{right - _CUT} {bottom}"
        f"H{left + _CUT}L{left} {middle}z"
    )


def _slanted(box: Box) -> str:
    left, top, right, bottom = _corners(box)
    return f"M{left + _CUT} {top}H{right}L{right - _CUT} {bottom}H{left}z"


def _trapezium(box: Box) -> str:
    left, top, right, bottom = _corners(box)
    return f"M{left + _CUT} {top}H{right - _CUT}L{right} {bottom}H{left}z"


def _rounded(box: Box, radius: int) -> str:
    left, top, right, bottom = _corners(box)
    turn = f"a{radius} {radius} 0 0 1"
    return (
        f"M{left + radius} {top}H{right - radius}{turn} {radius} {radius}"
        f"V{bottom - radius}{turn} -{radius} {radius}H{left + radius}"
        f"{turn} -{radius} -{radius}V{top + radius}{turn} {radius} -{radius}z"
    )


def _soft(box: Box) -> str:
    return _rounded(box, _CUT)


def _pill(box: Box) -> str:
    return _rounded(box, min(box.height // 2, 22))


def _notched(box: Box) -> str:
    """Draw a box that is wavy on its sides: something that goes on for long."""
    left, top, right, bottom = _corners(box)
    third = (bottom - top) // 3
    return (
        f"M{left} {top}H{right}l-8 {third}l8 {third}L{right} {bottom}H{left}"
        f"L{left} {top + 2 * third}l8 -{third}z"
    )


_LOOKS: Mapping[BlockKind, Look] = {
    BlockKind.PREPHASE: Look(_trapezium, "#f5effb", "#5b3a8c", _CUT),
    BlockKind.CHEMOTHERAPY: Look(_cut, "#fdf0e2", "#804600", 4),
    BlockKind.IMMUNOTHERAPY: Look(_soft, "#e6f4f1", "#0b5c4d", 2),
    BlockKind.TARGETED: Look(_slanted, "#f4f6df", "#4d5810", _CUT),
    BlockKind.BLINATUMOMAB: Look(_barred, "#dcebf9", "#1f4e79", 6),
    BlockKind.COMBINED: Look(_double, "#dcebf9", "#1f4e79", 6),
    BlockKind.MAINTENANCE: Look(_notched, "#eef1f4", "#474d55", 8),
    BlockKind.DECISION: Look(_hexagon, "#fff4d6", "#6b4a00", _CUT),
    BlockKind.EXIT: Look(_pill, "#ffffff", "#1b1b1b", 10),
}
