"""Tell a container engine whether web, worker or beat does its work."""  # noqa: INP001

import http.client
import os
import socket
import sys
import time
from pathlib import Path

# Beat writes its schedule every three minutes while it ticks.
BEAT_SILENCE = 600.0
SCHEDULE = Path(os.environ.get("BEAT_SCHEDULE", "/tmp/beat-schedule"))  # noqa: S108


def web() -> bool:
    """Ask the web server of this container."""
    port = int(os.environ.get("WEB_BIND", ":8000").rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    connection.request("GET", "/livez")
    return connection.getresponse().status == http.HTTPStatus.OK


def worker() -> bool:
    """Ask the worker of this container through the broker, as a task would."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from config.celery import app

    name = os.environ.get("WORKER_NAME", f"celery@{socket.gethostname()}")
    return bool(app.control.inspect(destination=[name], timeout=10).ping())


def beat() -> bool:
    """Look whether beat wrote its schedule lately."""
    files = list(SCHEDULE.parent.glob(f"{SCHEDULE.name}*"))
    return any(time.time() - path.stat().st_mtime < BEAT_SILENCE for path in files)


def main() -> int:
    """Run the check that is named and return 0 when all is well."""
    checks = {"web": web, "worker": worker, "beat": beat}
    try:
        return 0 if checks[sys.argv[1]]() else 1
    except OSError as error:
        print(error)  # noqa: T201
        return 1


if __name__ == "__main__":
    sys.exit(main())
