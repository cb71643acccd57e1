"""Folders outside the checkout, for accounts that cannot enter it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil

from ops.layout import path_id

PREFIX = "home-infusion-"
BELONGS_TO = "belongs-to"


class ForeignFolder(Exception):
    """The folder is there and somebody else made it."""


def outside_folder(local: Path) -> Path:
    """Return the folder outside the checkout that belongs to one inside it."""
    return _parent() / f"{PREFIX}{path_id(local)}"


def _parent() -> Path:
    # /var/tmp survives a restart of the machine, /tmp may not.
    lasting = Path("/var/tmp")  # noqa: S108
    return lasting if lasting.is_dir() else Path(tempfile.gettempdir())


def claim(local: Path) -> Path:
    """Make the folder that belongs to this one, and drop those of folders gone."""
    for orphan in orphans():
        shutil.rmtree(orphan, ignore_errors=True)
    outer = outside_folder(local)
    outer.mkdir(mode=0o711, exist_ok=True)
    if not _is_ours(outer):
        raise ForeignFolder(f"{outer} belongs to somebody else; remove it first.")
    outer.chmod(0o711)
    (outer / BELONGS_TO).write_text(str(local))
    return outer


def _is_ours(folder: Path) -> bool:
    return not folder.is_symlink() and folder.lstat().st_uid == os.geteuid()


def orphans() -> Iterator[Path]:
    """Return our folders whose counterpart is gone and that nothing runs in."""
    for folder in _parent().glob(f"{PREFIX}*"):
        if _is_ours(folder) and _counterpart_is_gone(folder) and not _is_used(folder):
            yield folder


def _counterpart_is_gone(folder: Path) -> bool:
    try:
        return not Path((folder / BELONGS_TO).read_text()).exists()
    except OSError:
        return False


def _is_used(folder: Path) -> bool:
    commands = (process.info["cmdline"] for process in psutil.process_iter(["cmdline"]))
    return any(str(folder) in word for words in commands for word in words or ())
