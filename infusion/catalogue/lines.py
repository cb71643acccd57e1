"""Finds the line of a place in a TOML text, so that an editor can jump to it."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

_HEADER = re.compile(r"\[(\[)?\s*((?:\"[^\"]*\"|'[^']*'|[\w.-])+)\s*\]?\]")
_KEY = re.compile(r"([\w.\"'-]+)\s*=\s*(.*)")
_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_SYNTAX = re.compile(r"at line (\d+)")
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^.\"']+)")
_NAME = re.compile(r"[\"']([a-z0-9-]+)[\"']")

Place = tuple[str | int, ...]


def line_of(text: str, place: str) -> int | None:
    """Return the line, from one, nearest to a place such as ``blocks.c1.infusion.hours``.

    Tables of a list are named by their ``key`` or counted from one, as in
    ``blocks[2].next[1]``. It is the line of the longest known beginning of the place;
    None when nothing of it is there.
    """
    listed = list(_places(text))
    named = {name: place[:-1] for _, place, name in listed if name}
    wanted = _counted(parts(place), named)
    best, found = 0, None
    for line, known, _ in listed:
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


def _counted(wanted: Place, named: Mapping[Place, Place]) -> Place:
    """Put the number of a table for its key: ("blocks", "c1") is ("blocks", 1)."""
    found: Place = ()
    for part in wanted:
        found = named.get((*found, part), (*found, part))
    return found


def _places(text: str) -> Iterator[tuple[int, Place, Place]]:
    """Return the place that each line begins, and its name if it gives a table one.

    The name of the table ("blocks", 1) that has ``key = "c1"`` is ("blocks", "c1").
    """
    table: Place = ()
    counts: Counter[Place] = Counter()
    listing: Place = ()
    for line, written in enumerate(text.splitlines(), 1):
        header, key = _HEADER.match(written), _KEY.match(written)
        if header:
            table, listing = _table(header, counts), ()
            yield line, table, ()
        elif key:
            place = (*table, *_names(key.group(1)))
            listing = place if key.group(2).strip() in {"[", ""} else ()
            counts[listing] = 0
            yield line, place, _named(place, key.group(2))
        elif listing and written.strip().startswith("{"):
            counts[listing] += 1
            yield line, (*listing, counts[listing]), ()


def _table(header: re.Match[str], counts: Counter[Place]) -> Place:
    """Return the table of a header; below a list it is that of the last item."""
    found: Place = ()
    *above, last = _names(header.group(2))
    for name in above:
        found = (*found, name)
        found = (*found, counts[found]) if counts[found] else found
    found = (*found, last)
    if header.group(1):
        counts[found] += 1
        found = (*found, counts[found])
    return found


def _named(place: Place, written: str) -> Place:
    name = _NAME.match(written)
    is_name = place[-1] == "key" and len(place) > 1 and isinstance(place[-2], int)
    return (*place[:-2], name.group(1)) if name and is_name else ()


def _names(dotted: str) -> Place:
    """Part a dotted name; a quoted one is a place itself, as in an overlay."""
    return tuple(
        part for found in _QUOTED.findall(dotted) for part in parts("".join(found))
    )
