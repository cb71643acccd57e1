"""End what was left behind and remove .local."""

import shutil
import sys
from contextlib import closing
from pathlib import Path

from ops.layout import LOCAL
from ops.outside import orphans, outside_folder
from ops.processes import Processes
from ops.report import say
from ops.servers import Busy, Folder


def clean(path: Path) -> bool:
    """Empty one folder unless somebody uses it, and tell whether it was emptied."""
    try:
        held = Folder(path)
    except Busy:
        say(f"{path} is in use by a running process; stop that first")
        return False
    with closing(held):
        for name in Processes(held.path).sweep():
            say(f"Ended {name}")
        shutil.rmtree(outside_folder(path), ignore_errors=True)
        shutil.rmtree(path)
    return True


def main() -> int:
    """Clean every folder and return 1 if one was in use."""
    folders = [path for path in LOCAL.iterdir() if path.is_dir()]
    emptied = [clean(path) for path in sorted(folders)]
    if not all(emptied):
        return 1
    shutil.rmtree(LOCAL)
    for orphan in orphans():
        shutil.rmtree(orphan, ignore_errors=True)
    say(f"Removed {LOCAL}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
