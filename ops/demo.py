"""Start the whole service with demo people on this machine; stop it on Ctrl-C."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from ops import service_commands as commands
from ops.layout import LOCAL, private_folder
from ops.network import accepts, answers_200, free_port, listens
from ops.processes import Command
from ops.provider import demo as provider
from ops.report import say, step
from ops.servers import (
    PROBLEMS,
    Busy,
    Folder,
    Foreign,
    on_free_port,
    start_servers,
    supervise,
)
from ops.stopping import Stop, Stopped, announce
from ops.supervisor import Service, Supervisor

DEFAULT_PORT = 8000


class Demo:
    """One running demo and what it told the outside about itself."""

    def __init__(self, supervisor: Supervisor, wanted_port: int) -> None:
        """Choose the port and the settings."""
        self.supervisor = supervisor
        self.folder = folder = supervisor.processes.folder
        self.wanted_port = wanted_port
        self.port = free_port(wanted_port)
        self.environment = commands.demo_environment(folder, self.port)
        self.mail = private_folder(folder / "mail")
        self.provider = ""

    @property
    def address(self) -> str:
        """Return the address to open in a browser."""
        return self.environment["PUBLIC_URL"]

    def serve(self, *, people: bool) -> None:
        """Start, say where everything is, and watch over it until told to stop."""
        begun = time.monotonic()
        self.start(people=people)
        self.describe()
        self.welcome()
        say(f"Started in {time.monotonic() - begun:.1f} s")
        self.supervisor.watch()

    def start(self, *, people: bool) -> None:
        """Start everything in the order in which one part needs the other."""
        self.environment |= start_servers(self.supervisor)
        self._prepare_data()
        if people:
            self._manage("Loading the demo site", self.environment, "load_demo")
            say(self.supervisor.processes.log_of("load_demo").read_text().rstrip())
        self._start_mail()
        self._start_provider()
        self._start_web()
        self._start_background()

    def _prepare_data(self) -> None:
        compile_command = commands.python("-m", "ops.translations", "compile")
        self._run("Compiling translations", Command("translations", compile_command))
        owner = self.environment | {
            "DATABASE_URL": self.environment.pop("OWNER_DATABASE_URL")
        }
        self._manage("Migrating the database", owner, "migrate", "--noinput")
        self._manage(
            "Collecting static files", self.environment, "collectstatic", "--noinput"
        )

    def _manage(
        self, text: str, environment: dict[str, str], name: str, *arguments: str
    ) -> None:
        self._run(text, commands.manage(name, environment, *arguments))

    def _run(self, text: str, command: Command) -> None:
        with step(text):
            self.supervisor.run(command)

    def _start_mail(self) -> None:
        if os.environ.get("EMAIL_URL"):
            say("Using EMAIL_URL from the environment")
            return
        port = on_free_port(
            self.supervisor,
            lambda port: Service(
                commands.mail_sink(port, self.mail), is_ready=lambda: accepts(port)
            ),
        )
        self.environment["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"

    def _start_provider(self) -> None:
        if name := provider.given():
            say(f"Using {name} from the environment")
            return
        secret = provider.secret_file(self.folder)
        reports_to = provider.reports_file(self.folder)
        port = on_free_port(
            self.supervisor,
            lambda port: Service(
                commands.message_provider(port, secret, reports_to),
                is_ready=lambda: accepts(port),
            ),
        )
        self.environment |= provider.environment(self.folder, port)
        self.provider = f"http://127.0.0.1:{port}/"

    def _start_web(self) -> None:
        with step("Starting web"):
            on_free_port(self.supervisor, self._web_service, self.port)
        if self.port != self.wanted_port:
            say(f"Port {self.wanted_port} is taken; using {self.port} instead")

    def _web_service(self, port: int) -> Service:
        self.port = port
        self.environment |= commands.demo_environment(self.folder, port)
        provider.tell_address(self.folder, self.address)
        return Service(
            commands.web(self.environment, port),
            is_ready=lambda: self._web_listens() and answers_200(port, "/livez"),
        )

    def _web_listens(self) -> bool:
        # Another demo may answer on this port while ours still tries to get it.
        return listens(self.supervisor.pids().get("web", 0), self.port)

    def _start_background(self) -> None:
        say("Starting worker and beat ...")
        self.supervisor.start(Service(commands.worker(self.environment)))
        self.supervisor.start(Service(commands.beat(self.environment, self.folder)))

    def describe(self) -> None:
        """Write what a test or a script needs to drive this demo."""
        path = self.folder / "demo.json"
        partial = path.with_suffix(".new")
        partial.touch(mode=0o600)
        partial.write_text(json.dumps(self.description(), indent=2))
        partial.replace(path)

    def description(self) -> dict[str, object]:
        """Return where this demo is and of what it consists."""
        return {
            "address": self.address,
            "port": self.port,
            "supervisor": os.getpid(),
            "pids": self.supervisor.pids(),
            "mail": str(self.mail),
            "provider": self.provider,
            "logs": str(self.supervisor.processes.logs),
            "environment": self.environment,
        }

    def welcome(self) -> None:
        """Print where everything is."""
        say(f"Logs {self.supervisor.processes.logs}, mails {self.mail}")
        if self.provider:
            say(f"Text, push and WeChat messages arrive at {self.provider}")
        say(f"READY at {self.address}  (Ctrl-C stops it)")


def already_running(folder: Path) -> str:
    """Return what to say to somebody who starts a second demo."""
    try:
        known = json.loads((folder / "demo.json").read_text())
    except (OSError, ValueError):
        return f"A demo is being started or stopped in {folder}; try again."
    return f"A demo runs already at {known['address']} (process {known['supervisor']})."


def run(folder: Path, port: int, *, people: bool) -> int:
    """Run a demo until it is told to stop and return the exit status."""
    stop = Stop()
    stop.listen()
    try:
        supervisor = supervise(Folder(folder), stop)
    except Busy:
        say(already_running(folder))
        return 1
    except Foreign as problem:
        say(str(problem))
        return 1
    demo = Demo(supervisor, port)
    supervisor.changed = demo.describe
    try:
        demo.serve(people=people)
    except Stopped:
        announce("\nStopping ...")
        return 0
    except PROBLEMS as problem:
        announce(f"\nStopping because of a failure: {problem}")
        return 1
    finally:
        supervisor.stop_all()
        (folder / "demo.json").unlink(missing_ok=True)
        announce("Stopped; nothing is left running.")
    return 0


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    wanted = int(os.environ.get("DEMO_PORT") or DEFAULT_PORT)
    parser.add_argument("--port", type=int, default=wanted)
    parser.add_argument("--folder", type=Path, default=LOCAL / "demo")
    parser.add_argument("--empty", action="store_true", help="load no demo people")
    given = parser.parse_args()
    return run(given.folder.resolve(), given.port, people=not given.empty)


if __name__ == "__main__":
    sys.exit(main())
