"""A database that was migrated once, which every process of the tests copies.

To migrate takes ten seconds, almost all of them Django's own thinking; a copy
takes a fraction of a second. The name says what it was migrated from, so that one of
other migrations is never used.
"""

import fcntl
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from ops.layout import LOCAL, ROOT
from ops.postgres_server import PACKAGE, embedded_version

OURS = re.compile(r"^(?:import|from) ((?:infusion|patients)[\w.]*)", re.MULTILINE)
# What brings migrations of its own.
LOCKED = Path("requirements/dev.txt")
PREFIX = "migrated_"
PARTIAL = "partly_migrated_"
KEPT = 3


def sources(root: Path = ROOT) -> list[Path]:
    """Return what the tables follow from: the migrations and what they name."""
    steps = sorted(root.glob("*/migrations/*.py"))
    named = {name for step in steps for name in OURS.findall(step.read_text())}
    files = [root / f"{name.replace('.', '/')}.py" for name in sorted(named)]
    return [*steps, *(path for path in files if path.exists()), root / LOCKED]


def fingerprint(root: Path = ROOT) -> str:
    """Return what changes when the migrated tables may."""
    found = hashlib.sha256()
    for path in sources(root):
        found.update(f"{path.relative_to(root)}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def migrated(url: str) -> str:
    """Return the name of the migrated database beside that of ``url``, made if missing.

    Nothing may stay connected to it: PostgreSQL copies only what nobody uses.
    """
    name = PREFIX + fingerprint()
    with _one_at_a_time(), psycopg.connect(url, autocommit=True) as server:
        if name not in _present(server):
            _make(server, url, name)
    return name


def copy_to(url: str, target: str) -> bool:
    """Fill the empty database ``target`` with the migrated tables, if that is possible.

    The tables belong to the role of ``target``. Tell whether it was done: the program
    that writes a copy out must be that of the server.
    """
    with psycopg.connect(url) as server:
        major = server.info.server_version // 10000
    if str(major) != embedded_version().split(".")[0]:
        return False
    programs = PACKAGE / "pginstall" / "bin"
    wanted = ["--no-owner", "--no-acl", "--no-comments"]
    script = subprocess.run(
        [programs / "pg_dump", *wanted, "-d", beside(url, migrated(url))],
        capture_output=True,
        check=True,
    ).stdout
    subprocess.run(
        [programs / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", target],
        input=script,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return True


def beside(url: str, name: str) -> str:
    """Return the address of another database of the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _present(server: psycopg.Connection, prefix: str = PREFIX) -> list[str]:
    """Return the databases whose names begin like this, the youngest first."""
    found = server.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s) "
        "ORDER BY oid DESC",
        [prefix],
    )
    return [name for (name,) in found]


def _make(server: psycopg.Connection, url: str, name: str) -> None:
    """Migrate under another name: what is killed half-way is not taken for whole."""
    for old in (*_present(server)[KEPT - 1 :], *_present(server, PARTIAL)):
        # Another checkout may be about to use its own.
        with suppress(psycopg.errors.ObjectInUse):
            _drop(server, old)
    partial = f"{PARTIAL}{os.getpid()}"
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(partial)))
    try:
        _migrate(beside(url, partial))
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        # Another checkout may have made the same meanwhile.
        with suppress(psycopg.errors.DuplicateDatabase):
            server.execute(rename.format(sql.Identifier(partial), sql.Identifier(name)))
    finally:
        _drop(server, partial)


def _migrate(url: str) -> None:
    own = {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": url}
    # The checks of Django load every page; they are run apart.
    options = ["--noinput", "--verbosity=0", "--skip-checks"]
    subprocess.run(
        [sys.executable, "manage.py", "migrate", *options],
        cwd=ROOT,
        env={**os.environ, **own},
        check=True,
    )


def _drop(server: psycopg.Connection, name: str) -> None:
    wanted = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    server.execute(wanted)
