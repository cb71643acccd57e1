"""Start services in order, bring back one that dies, stop them in reverse."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil

from ops.processes import Command, Processes, end
from ops.stopping import Stop, announce

RESTARTS = 3
RESTART_WINDOW = 60.0
TAIL_LINES = 15


class ServiceError(Exception):
    """A service did not come up or did not stay up."""


def always() -> bool:
    """Be ready at once."""
    return True


def nothing() -> None:
    """Need no preparation."""


@dataclass
class Service:
    """A command that has to keep running."""

    command: Command
    is_ready: Callable[[], bool] = always
    before: Callable[[], None] = nothing
    seconds: float = 60.0
    deaths: list[float] = field(default_factory=list)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def name(self) -> str:
        """Return what the service is called in messages."""
        return self.command.name

    def is_running(self) -> bool:
        """Tell whether the process has not ended."""
        return self.process is not None and self.process.poll() is None

    def dies_too_often(self) -> bool:
        """Note a death and tell whether there were too many lately."""
        now = time.monotonic()
        self.deaths = [at for at in self.deaths if now - at < RESTART_WINDOW]
        self.deaths.append(now)
        return len(self.deaths) > RESTARTS


class Supervisor:
    """Everything that was started for one folder."""

    def __init__(self, processes: Processes, stop: Stop, held: object) -> None:
        """Start with nothing running, in a folder that stays held meanwhile."""
        self.processes = processes
        # Kept, because a lock that is forgotten is a lock that is released.
        self.held = held
        self.stop = stop
        self.services: list[Service] = []
        self.changed: Callable[[], None] = nothing

    def start(self, service: Service) -> None:
        """Start a service and wait until it is ready."""
        self.services.append(service)
        self._launch(service)

    def _launch(self, service: Service) -> None:
        service.before()
        service.process = self.processes.start(service.command)
        settled = self.stop.wait_for(
            lambda: not service.is_running() or service.is_ready(), service.seconds
        )
        if not (settled and service.is_running()):
            raise ServiceError(self._failure(service))

    def _failure(self, service: Service) -> str:
        code = service.process.returncode if service.process else None
        what = "did not get ready" if code is None else f"ended with status {code}"
        log = self.processes.log_of(service.name)
        return f"{service.name} {what}; the end of {log}:\n{tail(log.read_text())}"

    def run(self, command: Command, seconds: float = 1800) -> None:
        """Run a command to its end; stop everything when it fails."""
        service = Service(command, seconds=seconds)
        code = self.run_for_status(service)
        if code:
            raise ServiceError(self._failure(service))

    def run_for_status(self, service: Service) -> int:
        """Run a command to its end and return its exit status."""
        self.services.append(service)
        service.process = self.processes.start(service.command)
        self.stop.wait_for(lambda: not service.is_running(), service.seconds)
        if service.is_running():
            raise ServiceError(f"{service.name} took more than {service.seconds} s")
        self.discard(service)
        return int(service.process.returncode)

    def discard(self, service: Service) -> None:
        """Forget a service that has ended or is not wanted any more."""
        self._stop_one(service)
        self.services.remove(service)

    def watch(self) -> None:
        """Bring back what dies, until somebody asks to stop."""
        while True:
            self.stop.wait_for(self._something_died, seconds=3600)
            for service in self.services:
                if not service.is_running():
                    self._revive(service)

    def _something_died(self) -> bool:
        return not all(service.is_running() for service in self.services)

    def _revive(self, service: Service) -> None:
        if service.dies_too_often():
            raise ServiceError(
                f"{service.name} died {RESTARTS + 1} times within "
                f"{RESTART_WINDOW:.0f} s. {self._failure(service)}"
            )
        code = service.process.returncode if service.process else None
        announce(f"{service.name} died (status {code}); starting it again ...")
        self.processes.end_rest_of(service.name)
        self._launch(service)
        self.changed()
        announce(f"{service.name} is back")

    def pids(self) -> dict[str, int]:
        """Return the process number of each running service."""
        return {
            each.name: each.process.pid
            for each in self.services
            if each.process and each.is_running()
        }

    def stop_all(self) -> None:
        """Stop what was started last first, then anything left of it."""
        for service in reversed(self.services):
            self._stop_one(service)
        self.services.clear()
        self.processes.sweep()

    def _stop_one(self, service: Service) -> None:
        process = service.process
        if process is None:
            return
        if service.is_running():
            try:
                leader = psutil.Process(process.pid)
            except psutil.NoSuchProcess:
                leader = None
            if leader:
                end([leader], service.command.stop_signal, grace=service.command.grace)
        process.wait()
        self.processes.forget(service.name)


def tail(text: str) -> str:
    """Return the last lines of a log."""
    return "\n".join(text.splitlines()[-TAIL_LINES:])
