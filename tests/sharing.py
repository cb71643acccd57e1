"""Which tests one process runs together, when several share a run."""

import re
from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling

# Folders whose tests share a running service, or servers, that one process keeps.
BY_FOLDER = {"journeys", "faults"}
# A round of make faults; rounds may be run side by side.
_ROUND = re.compile(r"\bround\d+\b")
# Tests of the whole demo share its folder: each file stays in one process.
BY_FILE = {"ops"}


def shared_by(nodeid: str) -> str:
    """Return what keeps a test with others: a folder, a file, or only itself."""
    path = PurePosixPath(nodeid.split("::", maxsplit=1)[0])
    folder = path.parts[1] if len(path.parts) > 2 else ""
    if folder in BY_FOLDER:
        tried = _ROUND.search(nodeid)
        return f"{folder} {tried[0]}" if tried else folder
    return str(path) if folder in BY_FILE else nodeid


class Together(LoadScopeScheduling):
    """Gives tests out in their order, those that share a service to one process.

    pytest-xdist has this as "loadgroup", which does nothing with pytest 9.2: it writes
    the group into an attribute that pytest reads no more.
    """

    def _split_scope(self, nodeid: str) -> str:
        return shared_by(nodeid)
