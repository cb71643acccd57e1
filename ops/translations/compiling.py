"""Compile catalogues with Babel, which production has; it needs no gettext tools."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from ops.layout import ROOT


def compile_all(folder: Path = ROOT / "locale") -> int:
    """Write the .mo file beside each .po file and return how many there are."""
    paths = sorted(folder.glob("*/LC_MESSAGES/*.po"))
    for path in paths:
        with path.open("rb") as source:
            catalogue = read_po(source, locale=path.parent.parent.name)
        partial = path.with_suffix(".mo.new")
        with partial.open("wb") as target:
            write_mo(target, catalogue)
        # Renamed, because a running process may be reading the old one.
        partial.replace(path.with_suffix(".mo"))
    return len(paths)
