"""Find every text marked for translation in Python files and templates."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.extract import extract
from django.utils.translation.template import templatize

from ops.layout import ROOT

SOURCES = ("config", "patients", "infusion")
SUFFIXES = {".html", ".txt"}
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


@dataclass(frozen=True)
class Message:
    """A text as it stands in the source, and where."""

    singular: str
    plural: str
    context: str | None
    place: str

    @property
    def key(self) -> tuple[str | None, str]:
        """Return what makes it one entry of a catalogue."""
        return self.context, self.singular


def messages(root: Path = ROOT) -> list[Message]:
    """Return every marked text below the applications, in a stable order."""
    found: list[Message] = []
    for source in SOURCES:
        for path in sorted((root / source).rglob("*")):
            found.extend(_in_file(path, root))
    return found


def _in_file(path: Path, root: Path) -> Iterator[Message]:
    place = str(path.relative_to(root))
    if path.suffix == ".py":
        yield from in_python(path.read_text(), place)
    elif path.suffix in SUFFIXES and "templates" in path.parts:
        yield from in_template(path.read_text(), place)


def in_template(text: str, place: str) -> Iterator[Message]:
    """Return the marked texts of one Django template."""
    code = templatize(text, origin=place)
    # Python's tokenizer would take the indentation of HTML for blocks.
    flat = "\n".join(line.strip() for line in code.split("\n"))
    yield from in_python(flat, place)


def in_python(code: str, place: str) -> Iterator[Message]:
    """Return the marked texts of Python code."""
    source = io.BytesIO(code.encode())
    found = extract("python", source, KEYWORDS, options={"encoding": "utf-8"})
    for line, message, _comments, context in found:
        first, *rest = message if isinstance(message, tuple) else (message,)
        plural = rest[0] if rest else ""
        yield Message(first, plural, context, f"{place}:{line}")
