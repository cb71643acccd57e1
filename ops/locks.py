"""Compile the requirement files and check, without a network, that they agree."""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from ops.layout import REQUIREMENTS, ROOT
from ops.report import say, step

LEVELS = ("base", "local", "dev", "bench")
COMPILE = [
    *("uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
    *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"),
    *("--no-header", "--no-annotate"),
]


@dataclass(frozen=True)
class Pin:
    """One locked package."""

    name: str
    version: str
    hashes: int


def wanted(path: Path) -> Iterator[tuple[int, Requirement]]:
    """Return the requirements a person wrote, with their line numbers."""
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        text = line.partition(" #")[0].strip()
        if text and not text.startswith(("#", "-r")):
            yield number, Requirement(text)


def pins(path: Path) -> dict[str, list[Pin]]:
    """Return the locked packages by name; markers may give one name twice."""
    found: dict[str, list[Pin]] = {}
    for block in path.read_text().replace("\\\n", " ").splitlines():
        first, *hashes = block.split("--hash=")
        name, _, version = first.partition(";")[0].strip().partition("==")
        if version:
            key = canonicalize_name(name.partition("[")[0])
            pin = Pin(key, version.strip(), len(hashes))
            found.setdefault(key, []).append(pin)
    return found


def problems(folder: Path = REQUIREMENTS) -> Iterator[str]:
    """Return one line for each way in which the locks are not right."""
    for level in LEVELS:
        yield from _unsatisfied(folder, level)
        yield from _unlocked(folder / f"{level}.txt")
    yield from _disagreements(folder)


def _unsatisfied(folder: Path, level: str) -> Iterator[str]:
    locked = pins(folder / f"{level}.txt")
    for number, requirement in wanted(folder / f"{level}.in"):
        versions = locked.get(canonicalize_name(requirement.name), [])
        fits = [p for p in versions if Version(p.version) in requirement.specifier]
        if not fits:
            have = ", ".join(p.version for p in versions) or "nothing"
            yield f"{level}.in:{number}: wants {requirement}, {level}.txt has {have}"


def _unlocked(path: Path) -> Iterator[str]:
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if "://" in line or line.lstrip().startswith(("--index", "--find", "--extra")):
            yield f"{path.name}:{number}: names an address"
    for found in pins(path).values():
        for pin in found:
            if not pin.hashes:
                yield f"{path.name}: {pin.name} has no hash"


def _disagreements(folder: Path) -> Iterator[str]:
    for smaller, bigger in pairwise(LEVELS):
        large = pins(folder / f"{bigger}.txt")
        for name, found in pins(folder / f"{smaller}.txt").items():
            if {p.version for p in found} != {p.version for p in large.get(name, [])}:
                yield f"{name}: {smaller}.txt and {bigger}.txt differ"


def check() -> int:
    """Print what is wrong with the locks and tell whether anything was."""
    found = list(problems())
    for line in found:
        say(line)
    say(f"{len(found)} problems in requirements; `make lock` compiles them anew")
    return 1 if found else 0


def compile_all(extra: list[str]) -> int:
    """Compile each level on top of the one below, keeping pins that still fit."""
    below: list[str] = []
    for level in LEVELS:
        target = REQUIREMENTS / f"{level}.txt"
        source = REQUIREMENTS / f"{level}.in"
        command = [sys.executable, "-m", *COMPILE, str(source), "-o", str(target)]
        with step(f"Compiling {target.relative_to(ROOT)}"):
            subprocess.run([*command, *below, *extra], cwd=ROOT, check=True)
        below = ["--constraint", str(target)]
    return 0


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=("check", "compile"))
    given, extra = parser.parse_known_args()
    return check() if given.command == "check" else compile_all(extra)


if __name__ == "__main__":
    sys.exit(main())
