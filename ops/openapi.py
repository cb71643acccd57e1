"""Tell whether the committed OpenAPI document is the one the code makes."""

import subprocess
import sys
import tempfile
from pathlib import Path

from ops.layout import ROOT
from ops.report import say

COMMITTED = ROOT / "docs" / "api" / "openapi.yaml"


def main() -> int:
    """Make the document anew and compare."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "openapi.yaml"
        command = [sys.executable, "manage.py", "spectacular", "--file", str(fresh)]
        subprocess.run(command, cwd=ROOT, check=True)
        same = fresh.read_text() == COMMITTED.read_text()
    if not same:
        say(f"Stale: manage.py spectacular --file {COMMITTED.relative_to(ROOT)}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
