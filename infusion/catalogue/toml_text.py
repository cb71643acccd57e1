"""Writes a document of a site as the TOML that people edit.

Only what such documents hold is written: texts, whole numbers, lists and tables.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

# The order in which the shipped files name things; a database keeps none.
_ORDER = (
    "schema",
    "kind",
    "key",
    "version",
    "title",
    "follow_up",
    "ambers_that_make_red",
    "unanswered",
    "topic",
    "colour",
    "rule",
    "when",
    "trend",
    "code",
    "is",
    "maybe",
    "change",
    "by",
    "within_hours",
    "text",
    "value",
    "unit",
    "mark",
    "sources",
    "note",
    "en",
    "zh",
)
_RANK = {name: rank for rank, name in enumerate(_ORDER)}


def toml_of(document: Mapping[str, Any]) -> str:
    """Return a document as TOML; its ``rules`` are written one below the other."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    for name, value in _ordered(document):
        if name != "rules":
            yield f"{name} = {_value(value)}"
    for rule in document.get("rules", ()):
        yield ""
        yield "[[rules]]"
        for name, value in _ordered(rule):
            if name == "when":
                yield "when = ["
                yield from (f"  {_value(way)}," for way in value)
                yield "]"
            else:
                yield f"{name} = {_value(value)}"


def _ordered(table: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(
        table.items(), key=lambda pair: (_RANK.get(pair[0], len(_RANK)), pair[0])
    )


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f"{name} = {_value(one)}" for name, one in _ordered(value))
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    # Escapes of JSON are escapes of TOML.
    return json.dumps(value, ensure_ascii=False)
