"""What a regimen calls the words of its facts, such as its risk groups."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from infusion.catalogue import files
from infusion.domain.blocks import Block, Successor
from infusion.domain.conditions import FactKind
from infusion.domain.courses import Text

Names = Mapping[FactKind, Mapping[str, Text]]


def read_names(data: Mapping[str, Any]) -> Names:
    """Return what the words are called, by kind of fact; empty where nothing is said."""
    return {
        FactKind(kind): {word: files.text(text) for word, text in said.items()}
        for kind, said in data.get("words", {}).items()
    }


def with_names(blocks: Iterable[Block], names: Names) -> tuple[Block, ...]:
    """Return the blocks with the names beside the words their ways out ask for."""
    return tuple(
        replace(block, successors=tuple(_named(way, names) for way in block.successors))
        for block in blocks
    )


def _named(way: Successor, names: Names) -> Successor:
    when = (replace(one, names=names.get(one.kind, {})) for one in way.when)
    return replace(way, when=tuple(when))
