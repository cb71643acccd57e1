"""Run the measurements with a private PostgreSQL and Redis around them."""

import sys

from ops.processes import Command
from ops.report import say
from ops.run_tests import INTERRUPTED, LONGEST
from ops.servers import PROBLEMS, free_folder, start_servers, supervise
from ops.stopping import Stop, Stopped
from ops.supervisor import Service
from ops.translations.compiling import compile_all


def run(arguments: list[str]) -> int:
    """Run the bench and return its exit status."""
    stop = Stop()
    stop.listen()
    compile_all()
    supervisor = supervise(free_folder("bench"), stop)
    try:
        # As in production, without the short cuts the tests take.
        environment = start_servers(supervisor, tests=True, durable=True)
        environment["DJANGO_SETTINGS_MODULE"] = "tests.bench.peer_settings"
        command = [sys.executable, "-m", "tests.bench", *arguments]
        bench = Command("bench", command, environment, on_terminal=True)
        return supervisor.run_for_status(Service(bench, seconds=LONGEST))
    except Stopped:
        return INTERRUPTED
    finally:
        supervisor.stop_all()


def main() -> int:
    """Run and say what went wrong if it could not."""
    try:
        return run(sys.argv[1:])
    except PROBLEMS as problem:
        say(f"The bench could not be run: {problem}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
