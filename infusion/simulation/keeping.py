"""Courses of a long run in a file: whatever stops it, the same command goes on from there.

A file belongs to one run by one release: other options, or other code, keep elsewhere. So
a report never mixes courses that were lived by different services.
"""

import fcntl
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from pydantic import TypeAdapter, ValidationError

from infusion.simulation.processes import Run
from infusion.simulation.stories import CourseStory

_STORY: TypeAdapter[CourseStory] = TypeAdapter(CourseStory)
_RUN: TypeAdapter[Run] = TypeAdapter(Run)
_SOURCES = ("config", "infusion", "patients")
_LOCK = "requirements/base.txt"
_SUFFIXES = frozenset({".py", ".toml", ".json"})
_DIGITS = 12


class KeepingRefused(Exception):
    """Courses can't be kept; the reason is a sentence that names the file."""


class Kept:
    """The courses of one run that are lived already, by their number."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path, self._file = path, file
        self.stories = {one.index: one for one in self._read()}

    def keep(self, found: Iterable[CourseStory]) -> Iterator[CourseStory]:
        """Yield what is found, each when it is written.

        :raises KeepingRefused: when it can't be written.
        """
        for one in found:
            self._append(_STORY.dump_json(one))
            self.stories[one.index] = one
            yield one

    def begin(self, run: Run) -> None:
        """Say in the first line whose courses these are, unless it is said.

        :raises KeepingRefused: when it can't be written.
        """
        if not self._file.tell():
            self._append(_RUN.dump_json(run))

    def _append(self, line: bytes) -> None:
        try:
            self._file.write(line + b"\n")
            self._file.flush()
        except OSError as error:
            # What could not be written would be tried again, and fail again.
            with suppress(OSError):
                self._file.close()
            raise KeepingRefused(_unwritable(self._path, error)) from None

    def _read(self) -> Iterator[CourseStory]:
        """Yield what was kept; a last line without an end was cut short and goes."""
        self._file.seek(0)
        whole = 0
        for number, line in enumerate(self._file, start=1):
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            if number > 1:
                yield self._story(number, line)
        self._file.seek(whole)
        self._file.truncate()

    def _story(self, number: int, line: bytes) -> CourseStory:
        try:
            return _STORY.validate_json(line)
        except ValidationError:
            message = f"Line {number} of {self._path} is no course. Move the file away."
            raise KeepingRefused(message) from None


@contextmanager
def kept_stories(folder: Path, run: Run) -> Iterator[Kept]:
    """Yield what is kept of a run in a folder, and keep others out meanwhile.

    :raises KeepingRefused: when it can't be read or written, or another run writes there.
    """
    path = folder / f"{run.regimen}-seed{run.seed}-{_name(run)}.jsonl"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.touch()
        file = path.open("r+b")
    except OSError as error:
        raise KeepingRefused(_unwritable(path, error)) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"Another run is writing to {path}."
            raise KeepingRefused(message) from None
        kept = Kept(path, file)
        kept.begin(run)
        yield kept


def _unwritable(path: Path, error: OSError) -> str:
    return f"{path} can't be written ({error.strerror})."


def _name(run: Run) -> str:
    """Return a short name that no other run has, and none of another release."""
    digest = hashlib.sha256(_RUN.dump_json(run))
    digest.update(release_digest(settings.BASE_DIR).encode())
    return digest.hexdigest()[:_DIGITS]


def release_digest(root: Path) -> str:
    """Return a digest of all code, catalogue files and versions of libraries."""
    digest = hashlib.sha256()
    for path in [root / _LOCK, *sorted(_sources(root))]:
        digest.update(f"{path.relative_to(root)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _sources(root: Path) -> Iterator[Path]:
    for package in _SOURCES:
        for path in (root / package).rglob("*"):
            if path.suffix in _SUFFIXES and path.is_file():
                yield path
