"""The graph of a regimen as lines of text, for a terminal."""

from collections.abc import Iterator

from django.utils import translation

from infusion.domain.blocks import After, Block, Successor
from infusion.domain.regimens import Regimen
from infusion.wording.blocks import BLOCKS
from infusion.wording.regimens import length_of, read, rounds_of, way_text

_LANGUAGES = {"en": "en", "zh": "zh-hans"}


def outline(regimen: Regimen, language: str) -> list[str]:
    """Return a line for each block and, below it, one for each way out."""
    with translation.override(_LANGUAGES[language]):
        return [line for block in regimen.blocks for line in _lines(block, regimen)]


def _lines(block: Block, regimen: Regimen) -> Iterator[str]:
    said = (
        block.key,
        read(block.title),
        str(BLOCKS[block.kind]),
        rounds_of(block),
        length_of(block, regimen),
    )
    yield " · ".join(part for part in said if part)
    if block.gate is not None:
        yield f"    ⏸ {read(block.gate.text)}"
    for way in block.successors:
        yield f"    {_way(way)}"


def _way(way: Successor) -> str:
    arrow = "⇢" if way.optional else "→"
    each = " ↻" if way.after == After.EACH else ""
    text = way_text(way)
    return f"{arrow} {way.to}{each}" + (f": {text}" if text else "")
