"""Every command of the production file starts, as the role it would have there."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
import yaml

from deploy import new_secrets
from ops import postgres_server
from ops.layout import ROOT
from ops.network import LOOPBACK, answers_200, any_free_port
from ops.processes import end
from ops.servers import Folder, start_servers, supervise
from ops.stopping import Stop
from tests.ops.conftest import until

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
BIN = Path(sys.executable).parent
pytestmark = pytest.mark.slow


@pytest.fixture
def servers(folder: Path) -> Iterator[dict[str, str]]:
    """Return the addresses for owner and application on real servers."""
    held = Folder(folder)
    supervisor = supervise(held, Stop())
    try:
        yield start_servers(supervisor)
    finally:
        supervisor.stop_all()
        held.close()


def secret_files(folder: Path, servers: dict[str, str]) -> Path:
    """Make the secrets as in production, for servers on this machine."""
    new_secrets.make(folder)
    here = {
        "app_database_url": servers["DATABASE_URL"],
        "owner_database_url": servers["OWNER_DATABASE_URL"],
        "redis_url": servers["REDIS_URL"],
        "email_url": f"smtp://{LOOPBACK}:9",
    }
    for name, value in here.items():
        (folder / name).unlink(missing_ok=True)
        (folder / name).write_text(value + "\n")
    return folder


def environment(name: str, secrets: Path, **more: str) -> dict[str, str]:
    """Return the environment of a service with its files where they are here."""
    own = {
        variable: str(value)
        .replace("/run/secrets", str(secrets))
        .replace("${PUBLIC_HOST:-localhost}", "localhost")
        for variable, value in COMPOSE[name]["environment"].items()
    }
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    # What the image sets, and nothing of what the tests run with.
    return {"PATH": path, "DJANGO_SETTINGS_MODULE": "config.settings", **own, **more}


def command(name: str, folder: Path) -> list[str]:
    """Return the command of a service with its folder for passing files."""
    return [word.replace("/tmp/", f"{folder}/") for word in COMPOSE[name]["command"]]  # noqa: S108


@contextmanager
def started(
    name: str, folder: Path, environment: dict[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command(name, folder), cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            end([psutil.Process(process.pid)], signal.SIGTERM, grace=20)
        process.wait()


def healthy(name: str, environment: dict[str, str]) -> bool:
    """Ask as the container engine would."""
    words = COMPOSE[name]["healthcheck"]["test"]
    assert words[0] == "CMD"
    return (
        subprocess.run(
            words[1:], cwd=ROOT, env=environment, check=False, capture_output=True
        ).returncode
        == 0
    )


@pytest.mark.nightly
def test_migrate_owns_the_tables_and_the_others_start_on_them(
    servers: dict[str, str], tmp_path: Path
) -> None:
    secrets = secret_files(tmp_path / "secrets", servers)
    done = subprocess.run(
        command("migrate", tmp_path),
        cwd=ROOT,
        env=environment("migrate", secrets),
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert table_owners(servers["DATABASE_URL"]) == {postgres_server.OWNER}
    check_web(tmp_path, secrets)
    check_worker_and_beat(tmp_path, secrets)


def table_owners(url: str) -> set[str]:
    query = "SELECT tableowner FROM pg_tables WHERE schemaname = 'public'"
    with psycopg.connect(url) as connection:
        return {row[0] for row in connection.execute(query)}


def check_web(folder: Path, secrets: Path) -> None:
    port = any_free_port()
    settings = environment("web", secrets, WEB_BIND=f"{LOOPBACK}:{port}")
    assert not healthy("web", settings)
    with started("web", folder, settings) as process:
        until(lambda: answers_200(port, "/livez"), "web answers")
        assert healthy("web", settings)
        process.terminate()
        assert process.wait(timeout=30) == 0


def check_worker_and_beat(folder: Path, secrets: Path) -> None:
    worker = environment("worker", secrets)
    schedule = str(folder / "beat-schedule")
    beat = environment("beat", secrets, BEAT_SCHEDULE=schedule)
    assert not healthy("beat", beat)
    with started("worker", folder, worker) as one, started("beat", folder, beat) as two:
        until(lambda: healthy("worker", worker), f"worker on {socket.gethostname()}")
        until(lambda: healthy("beat", beat), "beat wrote its schedule")
        for process in (two, one):
            process.terminate()
            assert process.wait(timeout=30) == 0


def test_the_database_script_makes_both_roles_from_secret_files(
    servers: dict[str, str], folder: Path, tmp_path: Path
) -> None:
    place = postgres_server.find_place(folder)
    port = servers["DATABASE_URL"].rpartition(":")[2].partition("/")[0]
    for role in ("owner", "app"):
        (tmp_path / role).write_text(f"new-{role}\n")
    settings = {
        "PATH": f"{place.programs / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "OWNER_PASSWORD_FILE": str(tmp_path / "owner"),
        "APP_PASSWORD_FILE": str(tmp_path / "app"),
        "ROLES_SQL": str(ROOT / "deploy" / "db" / "roles.sql"),
        "PGHOST": LOOPBACK,
        "PGPORT": port,
        "PGPASSWORD": place.password,
    }
    script = ROOT / "deploy" / "db" / "10-roles.sh"
    subprocess.run([str(script)], env=settings, check=True)
    app = servers["DATABASE_URL"].replace(place.password, "new-app")
    with psycopg.connect(app) as connection:
        row = connection.execute("SELECT current_user").fetchone()
    assert row == (postgres_server.APP,)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(servers["DATABASE_URL"])
