"""Keep a PostgreSQL and a Redis running for tests and commands run by hand."""

import shlex
import sys
from pathlib import Path

from ops.layout import LOCAL, ROOT
from ops.report import say
from ops.servers import PROBLEMS, Folder, start_servers, supervise
from ops.stopping import Stop, Stopped, announce


def write_environment(path: Path, environment: dict[str, str]) -> None:
    """Write the addresses in a form a shell can read, for their owner only."""
    path.touch(mode=0o600)
    lines = (f"export {name}={shlex.quote(url)}" for name, url in environment.items())
    path.write_text("\n".join(lines) + "\n")


def run(folder: Path) -> int:
    """Run the servers until told to stop."""
    stop = Stop()
    stop.listen()
    supervisor = supervise(Folder(folder), stop)
    try:
        file = folder / "environment"
        write_environment(file, start_servers(supervisor, tests=True))
        say(f"READY. In another terminal: . {shlex.quote(str(file.relative_to(ROOT)))}")
        supervisor.watch()
    except Stopped:
        announce("Stopping ...")
    finally:
        supervisor.stop_all()
    return 0


def main() -> int:
    """Run and say what went wrong if it could not."""
    try:
        return run(LOCAL / "servers")
    except PROBLEMS as problem:
        say(f"The servers could not be run: {problem}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
