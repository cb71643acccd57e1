"""Make .venv from a hash-locked file and hand over to a target inside it.

Runs before anything is installed, so it imports the standard library only.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "installed.json"
HALF_DONE = VENV / "being-installed"
LOCAL = ROOT / ".local"
REQUIREMENTS = ROOT / "requirements"

TARGETS = {
    "demo": ("local", ["ops.demo"]),
    "test": ("dev", ["ops.run_tests"]),
    "quick": ("dev", ["ops.run_tests", "--quick"]),
    "check": ("dev", ["ops.checks"]),
    "bench": ("bench", ["ops.bench"]),
    "faults": ("dev", ["ops.faults"]),
    "lock": ("dev", ["ops.locks", "compile"]),
    "translations": ("dev", ["ops.translations", "update"]),
    "servers": ("dev", ["ops.standby"]),
    "clean": ("local", ["ops.clean"]),
}
# Each holds every one before it.
LEVELS = ("local", "dev", "bench")
# These would make pip install somewhere else than into the environment.
MISLEADING = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PYTHONHOME")
PIP_INSTALL = ["-m", "pip", "install", "--quiet", "--require-hashes", "--no-input"]
NOT_OURS = (
    "It seems to belong to another account: run this as that account, or use a "
    "checkout of your own."
)
INSTALL_FAILED = (
    "The packages could not be installed (see above). Run it again; if it fails "
    "again, check the network and the package index pip is set to."
)


@contextmanager
def timed(text: str) -> Iterator[None]:
    """Print one line for a step when it ends, with how long it took."""
    begun = time.monotonic()
    print(f"{text} ...", flush=True)
    yield
    print(f"{text}: done in {time.monotonic() - begun:.1f} s", flush=True)


@contextmanager
def only_one() -> Iterator[None]:
    """Let one process at a time change the environment."""
    with (ROOT / ".venv.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another process that is filling .venv ...", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def clean_environment() -> dict[str, str]:
    """Return the environment without what would lead pip astray."""
    return {k: v for k, v in os.environ.items() if k not in MISLEADING}


def works() -> bool:
    """Tell whether .venv has an interpreter that is new enough and has pip."""
    probe = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        done = subprocess.run([PYTHON, "-c", probe], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def make_venv() -> None:
    """Make .venv anew when it is missing, half made or was moved."""
    with timed("Making .venv"):
        command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(
            f"{sys.executable} cannot make a virtual environment:\n"
            f"{done.stdout}{done.stderr}\n"
            "On Debian and Ubuntu: apt-get install python3-venv"
        )


def fingerprint(level: str) -> str:
    """Return what must not have changed for the environment to be up to date."""
    locked = (REQUIREMENTS / f"{level}.txt").read_bytes()
    # The path: scripts in a moved environment still point at the old place.
    return hashlib.sha256(locked + str(VENV).encode()).hexdigest()


def stamps() -> dict[str, str]:
    """Return the fingerprints of what was installed."""
    try:
        return dict(json.loads(STAMPS.read_text()))
    except (OSError, ValueError):
        return {}


def installed(level: str) -> bool:
    """Tell whether this level, or one that holds it, is installed."""
    done = stamps()
    holding = LEVELS[LEVELS.index(level) :]
    return any(each in done and done[each] == fingerprint(each) for each in holding)


def install(level: str) -> None:
    """Install the locked packages and remember that it worked."""
    STAMPS.unlink(missing_ok=True)
    HALF_DONE.touch()
    with timed(f"Installing requirements/{level}.txt"):
        code = subprocess.run(
            [str(PYTHON), *PIP_INSTALL, "-r", str(REQUIREMENTS / f"{level}.txt")],
            env=clean_environment(),
            check=False,
        ).returncode
    HALF_DONE.unlink()
    if code:
        sys.exit(INSTALL_FAILED)
    STAMPS.write_text(json.dumps({level: fingerprint(level)}))


def prepare(level: str) -> None:
    """Bring .venv to the state this level asks for."""
    if installed(level) and usable():
        return
    with only_one():
        if not usable():
            make_venv()
        if not installed(level):
            install(level)


def moved() -> bool:
    """Tell whether the environment was made for another folder."""
    lines = (VENV / "pyvenv.cfg").read_text().splitlines()
    made_by = [line for line in lines if line.startswith("command = ")]
    return any(not line.endswith(str(VENV)) for line in made_by)


def usable() -> bool:
    """Tell whether .venv can be filled as it is."""
    # A marker left behind means pip was killed: what it wrote may be half a package.
    return works() and not moved() and not HALF_DONE.exists()


def hand_over(module: list[str], arguments: list[str]) -> NoReturn:
    """Become the target: same process, so that signals reach it."""
    os.chdir(ROOT)
    os.environ["PYTHONUNBUFFERED"] = "1"
    os.environ.pop("PYTHONHOME", None)
    os.execv(PYTHON, [str(PYTHON), "-m", *module, *arguments])  # noqa: S606


def main(arguments: list[str]) -> None:
    """Prepare and run the target named first."""
    if not arguments or arguments[0] not in TARGETS:
        sys.exit(f"Usage: bootstrap.py {'|'.join(TARGETS)} [arguments]")
    level, module = TARGETS[arguments[0]]
    if arguments[0] == "clean" and not LOCAL.exists():
        return
    try:
        prepare(level)
    except KeyboardInterrupt:
        sys.exit(130)
    except PermissionError as error:
        sys.exit(f"{error.filename} cannot be written. {NOT_OURS}")
    hand_over(module, arguments[1:])
