"""Fork workers and beats of the service, each a process of its own, in no time.

``python -m tests.faults.nursery`` loads the service once and then starts a process for
each line of JSON it reads: importing it anew for every worker would be most of the cost
of these tests. A child differs in nothing from a worker started by hand.
"""

import contextlib
import importlib
import json
import os
import signal
import sys
from typing import Any

import django


def main() -> None:
    """Load everything, say so, and start what is asked for until told nothing more."""
    django.setup()
    from django.core import checks

    from config.celery import app

    app.loader.import_default_modules()
    checks.run_checks()
    _import_commands()
    signal.signal(signal.SIGCHLD, _reap)
    _say("ready")
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _be(app, order)
        # Both do it: whoever is first, nobody sees the child without its group.
        _lead_group(pid)
        _say(str(pid))


def _import_commands() -> None:
    for name in (
        "celery.apps.beat",
        "celery.apps.worker",
        "celery.bin.celery",
        "celery.concurrency.prefork",
        "django_structlog.celery.receivers",
    ):
        importlib.import_module(name)


def _reap(*_: Any) -> None:
    """Leave no dead child behind: whoever kills one looks whether it is gone."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return
        except ChildProcessError:
            return


def _be(app: Any, order: dict[str, Any]) -> None:
    """Turn into the process that was asked for; never return."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _lead_group(0)
        _redirect(order["log"])
        _change_settings(order.get("settings", {}))
        _shift_clock(order.get("clock_seconds", 0))
        _change_patience(order.get("answer_seconds", 0))
        code = app.start(argv=order["arguments"]) or 0
    except BaseException as error:  # noqa: BLE001 - the log is all there is to tell it
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
    finally:
        sys.stderr.flush()
        os._exit(code)


def _lead_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.setpgid(pid, 0)


def _redirect(log: str) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number, source in ((0, nothing), (1, out), (2, out)):
        os.dup2(source, number)


def _change_settings(changes: dict[str, Any]) -> None:
    from django.conf import settings

    for name, value in changes.items():
        setattr(settings, name, value)


def _shift_clock(seconds: float) -> None:
    """Let this process believe in another time, as a machine with a wrong clock does."""
    if seconds:
        import datetime as dt

        import time_machine

        wrong = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)
        time_machine.travel(wrong, tick=True).start()


def _change_patience(seconds: float) -> None:
    """Wait for a provider as long as the test says, not as the service does."""
    if seconds:
        from infusion.notifications.channels.http import Timeouts

        Timeouts.__init__.__kwdefaults__["answer"] = seconds


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
