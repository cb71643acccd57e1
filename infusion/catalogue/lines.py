"""Finds the line of a place in a TOML text, so that an editor can jump to it."""

import re
from collections import Counter
from collections.abc import Iterator

_HEADER = re.compile(r"\[(\[)?\s*([\w.\"'-]+)\s*\]?\]")
_KEY = re.compile(r"([\w.\"'-]+)\s*=")
_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_SYNTAX = re.compile(r"at line (\d+)")

Place = tuple[str | int, ...]


def line_of(text: str, place: str) -> int | None:
    """Return the line, from one, nearest to a place such as ``cycles[1].steps``.

    The line of the longest known beginning of the place; None when nothing of it is
    there.
    """
    wanted = parts(place)
    best, found = 0, None
    for line, known in _places(text):
        if len(known) > best and wanted[: len(known)] == known:
            best, found = len(known), line
    return found


def line_of_syntax_error(message: str) -> int | None:
    """Return the line a TOML error names, or None."""
    match = _SYNTAX.search(message)
    return int(match.group(1)) if match else None


def parts(place: str) -> Place:
    """Part ``cycles[1].steps`` into ("cycles", 1, "steps")."""
    return tuple(
        int(number) if number else name for name, number in _PART.findall(place)
    )


def _places(text: str) -> Iterator[tuple[int, Place]]:
    """Return the place that each line of a TOML text begins."""
    table: Place = ()
    seen: Counter[Place] = Counter()
    for line, written in enumerate(text.splitlines(), 1):
        header = _HEADER.match(written)
        if header:
            table = _names(header.group(2))
            if header.group(1):
                seen[table] += 1
                table = (*table, seen[table])
            yield line, table
            continue
        key = _KEY.match(written)
        if key:
            yield line, (*table, *_names(key.group(1)))


def _names(dotted: str) -> Place:
    return tuple(name.strip("\"' ") for name in dotted.split("."))
