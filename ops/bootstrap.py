"""Find a Python that is new enough, make .venv and run one target inside it.

This file must stay readable to any Python 3, however old: it is where a too-old
interpreter is told so. Everything else is in ops/prepare.py.
"""

import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
CANDIDATES = ("python3.13", "python3.12", "python3.11", "python3.14", "python3")
PROBE = "import sys; sys.exit(sys.version_info < (3, 11))"


def new_enough(command: str) -> bool:
    """Tell whether this interpreter runs and is at least the oldest we support."""
    try:
        return subprocess.call([command, "-c", PROBE], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def newer_python() -> str:
    """Return the first interpreter on the PATH that is new enough, or nothing."""
    found = (shutil.which(name) for name in CANDIDATES)
    return next((path for path in found if path and new_enough(path)), "")


def run_with_newer_python() -> None:
    """Start this file again under a newer interpreter, or say what is missing."""
    python = newer_python()
    if python:
        os.execv(python, [python, *sys.argv])  # noqa: S606
    sys.exit(
        "This needs Python %d.%d or newer; %s is %s and no newer one is on the PATH.\n"  # noqa: UP031
        "Install one, or name it: make demo PYTHON=/path/to/python3.11"
        % (*OLDEST, sys.executable, sys.version.split()[0])
    )


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        run_with_newer_python()
    sys.path[0] = os.path.dirname(sys.path[0])  # noqa: PTH120
    from ops import prepare

    prepare.main(sys.argv[1:])
