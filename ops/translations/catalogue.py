"""Read, compare and extend the catalogue of one language."""

import re
from collections.abc import Iterator
from pathlib import Path

import polib

from ops.layout import ROOT
from ops.translations.extract import Message

LANGUAGE = "zh_Hans"
PATH = ROOT / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"
HEADER = {
    "Language": LANGUAGE,
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
PERCENT = r"%\([^)]+\)[#0\- +]*[\d.]*[a-zA-Z]|%[#0\- +]*[\d.]*[sdrifxXeEgGc]"
BRACES = r"(?<!\{)\{[^{}]*\}(?!\})"
PLACEHOLDER = re.compile(f"{PERCENT}|{BRACES}")


def load(path: Path = PATH) -> polib.POFile:
    """Return the catalogue, an empty one if there is none yet."""
    if path.exists():
        return polib.pofile(str(path), wrapwidth=88)
    empty = polib.POFile(wrapwidth=88)
    empty.metadata = dict(HEADER)
    return empty


def placeholders(text: str) -> list[str]:
    """Return the placeholders of a text in a stable order."""
    return sorted(PLACEHOLDER.findall(text.replace("%%", "")))


def problems(
    catalogue: polib.POFile, wanted: list[Message], name: str
) -> Iterator[str]:
    """Return one line for each way in which the catalogue is not complete."""
    entries = {(entry.msgctxt, entry.msgid): entry for entry in catalogue}
    keys = {message.key for message in wanted}
    for message in {message.key: message for message in wanted}.values():
        entry = entries.get(message.key)
        if entry is None or entry.obsolete:
            yield f"{message.place}: not in {name}: {message.singular!r}"
        else:
            yield from _problems_of(entry, message, name)
    for entry in catalogue:
        if entry.obsolete or (entry.msgctxt, entry.msgid) not in keys:
            yield f"{name}:{entry.linenum}: not used any more: {entry.msgid!r}"


def _problems_of(entry: polib.POEntry, message: Message, name: str) -> Iterator[str]:
    place = f"{name}:{entry.linenum}"
    if entry.fuzzy:
        yield f"{place}: fuzzy: {entry.msgid!r}"
    if bool(message.plural) and entry.msgid_plural != message.plural:
        yield f"{place}: plural differs from {message.place}: {entry.msgid!r}"
    texts = list(entry.msgstr_plural.values()) or [entry.msgstr]
    if not all(text.strip() for text in texts):
        yield f"{place}: not translated: {entry.msgid!r}"
        return
    expected = placeholders(entry.msgid_plural or entry.msgid)
    for text in texts:
        if placeholders(text) != expected:
            yield f"{place}: placeholders differ: {entry.msgid!r} and {text!r}"


def update(catalogue: polib.POFile, wanted: list[Message]) -> tuple[int, int]:
    """Add missing texts, drop unused ones and return how many of each."""
    by_key = {message.key: message for message in wanted}
    unused = [
        entry
        for entry in catalogue
        if entry.obsolete or (entry.msgctxt, entry.msgid) not in by_key
    ]
    for entry in unused:
        catalogue.remove(entry)
    known = {(entry.msgctxt, entry.msgid) for entry in catalogue}
    missing = [message for key, message in by_key.items() if key not in known]
    catalogue.extend(new_entry(message) for message in missing)
    return len(missing), len(unused)


def new_entry(message: Message) -> polib.POEntry:
    """Return an entry that waits for its translation."""
    entry = polib.POEntry(msgid=message.singular, msgctxt=message.context)
    if message.plural:
        entry.msgid_plural = message.plural
        entry.msgstr_plural = {0: ""}
    return entry


def save(catalogue: polib.POFile, path: Path = PATH) -> None:
    """Write the catalogue sorted, so that two branches seldom touch one line."""
    catalogue.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(path))
