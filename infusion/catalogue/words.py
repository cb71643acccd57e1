"""What a regimen calls the words of its facts, such as its risk groups."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.drafts import Draft
from infusion.domain.blocks import Block, Successor
from infusion.domain.conditions import WORDS, FactKind
from infusion.domain.courses import Text

Names = Mapping[FactKind, Mapping[str, Text]]


def read_names(data: Mapping[str, Any]) -> Names:
    """Return what the words are called, by kind of fact; empty where nothing is said."""
    return {
        FactKind(kind): {word: files.text(text) for word, text in said.items()}
        for kind, said in data.get("words", {}).items()
    }


def check_names(draft: Draft, data: Mapping[str, Any]) -> None:
    """Refuse a name of a word that no way out asks for: most likely it is misspelt.

    Only files are held to it: a document that a course keeps is read as it was ordered.
    """
    for kind, said in data.get("words", {}).items():
        known = dict.fromkeys((*_asked(data, kind), *WORDS.get(FactKind(kind), ())))
        for word in said:
            if word not in known:
                place = f"words.{kind}.{word}"
                draft.refuse(place, "word_not_asked", key=word, known=", ".join(known))


def _asked(data: Mapping[str, Any], kind: str) -> Iterator[str]:
    """Return the words of a fact that the ways out of the file ask for."""
    for row in data["blocks"]:
        for way in row.get("next", ()):
            for one in way.get("when", ()):
                if one["fact"] == kind:
                    yield from one.get("is", ())


def with_names(blocks: Iterable[Block], names: Names) -> tuple[Block, ...]:
    """Return the blocks with the names beside the words their ways out ask for."""
    return tuple(
        replace(block, successors=tuple(_named(way, names) for way in block.successors))
        for block in blocks
    )


def _named(way: Successor, names: Names) -> Successor:
    when = (replace(one, names=names.get(one.kind, {})) for one in way.when)
    return replace(way, when=tuple(when))
