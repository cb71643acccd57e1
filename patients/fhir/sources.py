"""Reads resources out of files one at a time, whatever the size of the file."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from patients.domain.refusals import Refusal
from patients.fhir.refusals import (
    DuplicateKey,
    FileMissing,
    FileUnreadable,
    NotFhir,
    NotJson,
    TooLarge,
)

SUFFIXES = (".ndjson", ".jsonl", ".json")
LINE_SUFFIXES = (".ndjson", ".jsonl")
# Bytes of one line, and of one document such as a Bundle, that are held at once.
MOST_LINE = 16 * 1024 * 1024
MOST_DOCUMENT = 256 * 1024 * 1024

_BOM = b"\xef\xbb\xbf"
# No JSON key of a resource holds this; it marks an object with a repeated key.
_REPEATED = "\x00repeated"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One resource, or the reason there is none, and where it was found.

    ``line`` counts from 1 and is 1 for a whole document; ``position`` is the place in
    a Bundle, from 0, or nothing outside one; ``kind`` is the resource type as far as it
    could be read.
    """

    path: Path
    line: int
    position: int | None = None
    kind: str = ""
    resource: dict[str, Any] | None = None
    refusal: Refusal | None = None


Advance = Callable[[int], None]
# The number of a line and its text, or why there is none.
_Numbered = tuple[int, bytes | Refusal]


def list_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Name every file, folders in order of name; a path that is missing is named too.

    Nothing is kept: a folder of a million files is walked, not listed.
    """
    for path in paths:
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def read_entries(
    path: Path, wanted: frozenset[str], advance: Advance = lambda _: None
) -> Iterator[Entry]:
    """Read every resource of a file; those of the wanted kinds are read with care.

    ``advance`` is told of bytes as they are read.
    """
    try:
        with path.open("rb") as stream:
            texts = _document if _is_document(path, stream) else _lines
            for line, text in texts(stream, advance):
                yield from _entries(path, line, text, wanted)
    except FileNotFoundError:
        yield Entry(path=path, line=0, refusal=FileMissing())
    except OSError:
        yield Entry(path=path, line=0, refusal=FileUnreadable())


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield Path(root, name)


def _is_document(path: Path, stream: BinaryIO) -> bool:
    """Tell one JSON document over many lines from one resource a line."""
    first, second = _first_lines(stream)
    stream.seek(0)
    if first in {b"{", b"["}:
        return True
    if path.suffix.lower() in LINE_SUFFIXES:
        return False
    return not _is_whole(first) and not _is_whole(second)


def _first_lines(stream: BinaryIO) -> tuple[bytes, bytes]:
    """Return the first two lines that hold something."""
    lines = iter(lambda: stream.readline(MOST_LINE), b"")
    texts = (line.removeprefix(_BOM).strip() for line in lines)
    written = filter(None, texts)
    return next(written, b""), next(written, b"")


def _is_whole(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _document(stream: BinaryIO, advance: Advance) -> Iterator[_Numbered]:
    text = stream.read(MOST_DOCUMENT + 1)
    advance(os.fstat(stream.fileno()).st_size)
    whole = len(text) <= MOST_DOCUMENT
    yield 1, text.removeprefix(_BOM) if whole else TooLarge(most=MOST_DOCUMENT)


def _lines(stream: BinaryIO, advance: Advance) -> Iterator[_Numbered]:
    number = 0
    while line := stream.readline(MOST_LINE + 1):
        number += 1
        advance(len(line))
        if len(line) > MOST_LINE:
            advance(_skip_rest(stream, line))
            yield number, TooLarge(most=MOST_LINE)
            continue
        text = (line.removeprefix(_BOM) if number == 1 else line).strip()
        if text:
            yield number, text


def _skip_rest(stream: BinaryIO, line: bytes) -> int:
    skipped = 0
    while line and not line.endswith(b"\n"):
        line = stream.readline(MOST_LINE)
        skipped += len(line)
    return skipped


def _entries(
    path: Path, line: int, text: bytes | Refusal, wanted: frozenset[str]
) -> Iterator[Entry]:
    try:
        found = _read(text, wanted)
    except Refusal as refusal:
        yield Entry(path=path, line=line, refusal=refusal)
        return
    whole = _entry(Entry(path=path, line=line), found)
    if whole.resource is None or whole.kind != "Bundle":
        yield whole
        return
    for position, item in enumerate(_bundle_items(whole.resource)):
        yield _bundle_entry(Entry(path=path, line=line, position=position), item)


def _entry(place: Entry, found: Any) -> Entry:
    """Fill in the resource, or the reason it is none."""
    kind = found.get("resourceType") if isinstance(found, dict) else None
    if not isinstance(kind, str):
        return replace(place, refusal=NotFhir())
    # A Bundle with a repeated key in one entry loses that entry only.
    if _is_marked(list(found) if kind == "Bundle" else found):
        return replace(place, kind=kind, refusal=DuplicateKey())
    return replace(place, kind=kind, resource=found)


def _read(text: bytes | Refusal, wanted: frozenset[str]) -> Any:
    if isinstance(text, Refusal):
        raise text
    return _parse(text, wanted)


def _parse(text: bytes, wanted: frozenset[str]) -> Any:
    """Parse strictly; what is wanted is read again by a parser that sees repeated keys.

    The first parser refuses what is not UTF-8 or not quite JSON, and is four times as
    fast: a pass over a large file is mostly over records of other kinds.

    :raises NotJson: when the text is not JSON.
    """
    try:
        found = orjson.loads(text)
        kind = found.get("resourceType") if isinstance(found, dict) else None
        return _parse_marking(text) if kind == "Bundle" or kind in wanted else found
    except (orjson.JSONDecodeError, ValueError, RecursionError):
        raise NotJson from None


def _parse_marking(text: bytes) -> Any:
    return json.loads(text, object_pairs_hook=_mark_repeats)


def _mark_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        found[_REPEATED] = True
    return found


def _is_marked(node: Any) -> bool:
    if isinstance(node, dict):
        return _REPEATED in node or any(map(_is_marked, node.values()))
    if isinstance(node, list):
        return _REPEATED in node or any(map(_is_marked, node))
    return False


def _bundle_items(bundle: dict[str, Any]) -> list[Any]:
    """Return the entries with references between them turned into type and id."""
    items = bundle.get("entry") or []
    if not isinstance(items, list):
        return [items]
    names = dict(filter(None, map(_name_of, items)))
    return [_renamed(item, names) for item in items] if names else items


def _name_of(item: Any) -> tuple[str, str] | None:
    """Return the full URL of an entry and the type and id it stands for."""
    if not isinstance(item, dict) or not isinstance(item.get("resource"), dict):
        return None
    url, resource = item.get("fullUrl"), item["resource"]
    if not isinstance(url, str) or not url.startswith("urn:"):
        return None
    resource.setdefault("id", url.rpartition(":")[2])
    return url, f"{resource.get('resourceType')}/{resource['id']}"


def _renamed(node: Any, names: dict[str, str]) -> Any:
    if isinstance(node, dict):
        return {
            key: names.get(value, value)
            if key == "reference" and isinstance(value, str)
            else _renamed(value, names)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_renamed(value, names) for value in node]
    return node


def _bundle_entry(place: Entry, item: Any) -> Entry:
    entry = _entry(place, item.get("resource") if isinstance(item, dict) else None)
    if entry.kind == "Bundle":
        return replace(place, refusal=NotFhir(field="entry.resource"))
    return entry
