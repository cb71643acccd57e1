"""Compile catalogues with Babel, which production has; it needs no gettext tools."""

from pathlib import Path
from tempfile import NamedTemporaryFile

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from ops.layout import ROOT

READABLE = (
    0o644  # a temporary file is its owner's alone; the web process may be another user
)


def compile_all(folder: Path = ROOT / "locale") -> int:
    """Write the .mo file beside each .po file and return how many there are."""
    paths = sorted(folder.glob("*/LC_MESSAGES/*.po"))
    for path in paths:
        with path.open("rb") as source:
            catalogue = read_po(source, locale=path.parent.parent.name)
        # Renamed, because a running process may be reading the old one; under a name of its own,
        # because another may be compiling the same catalogue.
        with NamedTemporaryFile(
            dir=path.parent, suffix=".mo.new", delete=False
        ) as target:
            write_mo(target, catalogue)
        partial = Path(target.name)
        partial.chmod(READABLE)
        partial.replace(path.with_suffix(".mo"))
    return len(paths)
