"""Name the commands the service consists of, and their environment in a demo."""

import os
import secrets
import signal
import sys
from pathlib import Path

from ops.network import LOOPBACK
from ops.processes import Command

GUNICORN_SETTINGS = "deploy/gunicorn.conf.py"


def python(*arguments: str) -> list[str]:
    """Return a command for a module or file, run by this interpreter."""
    return [sys.executable, *arguments]


def manage(name: str, environment: dict[str, str], *arguments: str) -> Command:
    """Return a management command."""
    return Command(name, python("manage.py", name, *arguments), environment)


def web(environment: dict[str, str], port: int) -> Command:
    """Return the web server."""
    arguments = ["-m", "gunicorn", "config.wsgi:application", "-c", GUNICORN_SETTINGS]
    return Command(
        "web", python(*arguments, "--bind", f"{LOOPBACK}:{port}"), environment
    )


def worker(environment: dict[str, str]) -> Command:
    """Return the Celery worker for every queue."""
    arguments = ["-m", "celery", "-A", "config", "worker", "--loglevel=INFO"]
    arguments += ["--concurrency=2", "--queues=default,urgent,messages"]
    return Command("worker", python(*arguments), environment, grace=15.0)


def beat(environment: dict[str, str], folder: Path) -> Command:
    """Return the clock of the background work; there must be only one."""
    schedule = folder / "beat-schedule"
    arguments = ["-m", "celery", "-A", "config", "beat", "--loglevel=INFO"]
    arguments += [f"--schedule={schedule}", "--pidfile="]
    return Command("beat", python(*arguments), environment)


def mail_sink(port: int, folder: Path) -> Command:
    """Return the SMTP server that keeps every mail as a file."""
    arguments = ["-m", "ops.smtp_sink", "--port", str(port), "--folder", str(folder)]
    return Command(
        "mail",
        python(*arguments),
        stop_signal=signal.SIGTERM,
        on_terminal=True,
    )


def message_provider(port: int, secret: Path, reports_to: Path) -> Command:
    """Return the provider that takes text, push and WeChat messages."""
    arguments = ["-m", "ops.provider", "--port", str(port)]
    arguments += ["--secret-file", str(secret), "--reports-to-file", str(reports_to)]
    return Command(
        "provider", python(*arguments), stop_signal=signal.SIGTERM, on_terminal=True
    )


def secret_key_file(folder: Path) -> Path:
    """Make a secret key once and return the file that holds it."""
    path = folder / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path


def demo_environment(folder: Path, port: int) -> dict[str, str]:
    """Return the settings of a demo that listens on this port."""
    address = f"http://{LOOPBACK}:{port}"
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEMO_MODE": "1",
        "DEBUG": "0",
        "SECRET_KEY_FILE": str(secret_key_file(folder)),
        "ALLOWED_HOSTS": f"{LOOPBACK},localhost",
        "CSRF_TRUSTED_ORIGINS": f"{address},http://localhost:{port}",
        "PUBLIC_URL": address,
        # Its own: two demos of one checkout may collect at the same time.
        "STATIC_ROOT": str(folder / "static"),
        "WEB_CONCURRENCY": os.environ.get("WEB_CONCURRENCY", "2"),
    }
