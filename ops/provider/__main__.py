"""Run the provider as a process: ``python -m ops.provider --port N``."""

import argparse
import signal
import sys
import threading
from functools import partial
from pathlib import Path

from ops.provider.desk import MOST_SHOWN, Provider
from ops.provider.reports import Reporter
from ops.provider.server import make_server


def _address_in(path: Path | None) -> str:
    """Return the address a file holds now, nothing while there is none."""
    return path.read_text().strip() if path and path.exists() else ""


def main() -> int:
    """Serve until asked to stop."""
    parser = argparse.ArgumentParser(prog="ops.provider", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--reports-to-file", type=Path)
    parser.add_argument("--secret-file", type=Path)
    parser.add_argument("--reports-after", type=float, default=2.0)
    given = parser.parse_args()
    secret = given.secret_file.read_text().strip() if given.secret_file else ""
    reports_to = partial(_address_in, given.reports_to_file) if secret else ""
    reporter = Reporter(url=reports_to, secret=secret, after=given.reports_after)
    server = make_server(Provider(most_kept=MOST_SHOWN), reporter, given.port)
    for number in (signal.SIGTERM, signal.SIGINT):
        # Not from the thread that serves: it would wait for itself.
        signal.signal(
            number, lambda *_: threading.Thread(target=server.shutdown).start()
        )
    server.serve_forever(poll_interval=0.2)
    reporter.close()
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
