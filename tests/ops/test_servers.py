"""The real servers come up whatever the last run left behind."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from ops import postgres_server
from ops.outside import orphans, outside_folder
from ops.postgres_server import find_place
from ops.servers import Busy, Folder, start_servers, supervise, without_secrets
from ops.stopping import Stop, Stopped
from ops.supervisor import Supervisor
from tests.ops.conftest import GIVEN_SERVERS, emptied_folder, marked

Servers = tuple[Supervisor, dict[str, str]]


@contextmanager
def running(folder: Path, *, tests: bool = True) -> Iterator[Servers]:
    held = Folder(folder)
    supervisor = supervise(held, Stop())
    try:
        yield supervisor, start_servers(supervisor, tests=tests)
    finally:
        supervisor.stop_all()
        held.close()


@pytest.fixture(scope="module")
def shared_folder() -> Iterator[Path]:
    """Return the folder of servers that several tests look at."""
    yield from emptied_folder()


@pytest.fixture(scope="module")
def servers(shared_folder: Path) -> Iterator[Servers]:
    """Start servers once for tests that leave them running."""
    with pytest.MonkeyPatch.context() as patch:
        for name in GIVEN_SERVERS:
            patch.delenv(name, raising=False)
        with running(shared_folder) as started:
            yield started


def remember(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value int)")
        connection.execute("INSERT INTO kept VALUES (1)")


def remembered(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    return row[0] if row else 0


def killed(supervisor: Supervisor, name: str) -> None:
    """Kill a server as the kernel would, and reap it."""
    service = next(each for each in supervisor.services if each.name == name)
    assert service.process
    service.process.kill()
    service.process.wait()


def test_both_start_stop_and_start_again_with_the_same_data(folder: Path) -> None:
    with running(folder) as (_, environment):
        remember(environment["DATABASE_URL"])
    assert marked(folder) == []
    with running(folder) as (_, environment):
        assert remembered(environment["DATABASE_URL"]) == 1
    assert marked(folder) == []


def test_they_listen_on_the_loopback_interface_only(servers: Servers) -> None:
    supervisor, _ = servers
    listening = {
        connection.laddr.ip
        for pid in supervisor.pids().values()
        for connection in psutil.Process(pid).net_connections()
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_nobody_gets_in_without_the_password(
    servers: Servers, shared_folder: Path
) -> None:
    url = servers[1]["DATABASE_URL"]
    password = url.split(":")[2].split("@")[0]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url.replace(password, "guess"))
    place = find_place(shared_folder)
    assert place.password_file.stat().st_mode & 0o077 == 0
    arguments = psutil.Process(os.getpid()).children(recursive=True)
    assert not any(password in " ".join(each.cmdline()) for each in arguments)


def test_a_killed_database_comes_back_with_its_data(folder: Path) -> None:
    with running(folder, tests=False) as (supervisor, environment):
        remember(environment["OWNER_DATABASE_URL"])
        killed(supervisor, "postgres")
    with running(folder, tests=False) as (_, environment):
        assert remembered(environment["OWNER_DATABASE_URL"]) == 1


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_a_server_that_dies_is_started_again(folder: Path, name: str) -> None:
    with running(folder) as (supervisor, environment):
        service = next(each for each in supervisor.services if each.name == name)
        killed(supervisor, name)
        supervisor._revive(service)
        assert service.is_ready()
        remember(environment["DATABASE_URL"])


def test_a_lock_file_of_a_number_used_by_somebody_else_is_no_hindrance(
    folder: Path,
) -> None:
    with running(folder):
        pass
    place = find_place(folder)
    lock = place.data / "postmaster.pid"
    # A stranger with the same account is what PostgreSQL itself stumbles over.
    stranger = psutil.Popen(["sleep", "60"], **place.account.popen_options())
    lines = [stranger.pid, place.data, 1, 5432, "", "127.0.0.1", "", "ready"]
    lock.write_text("\n".join(str(line) for line in lines) + "\n")
    place.account.own(lock)
    try:
        with running(folder) as (_, environment):
            remember(environment["DATABASE_URL"])
        assert stranger.is_running()
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.nightly
def test_a_lock_file_cut_short_is_no_hindrance(folder: Path) -> None:
    with running(folder):
        pass
    (find_place(folder).data / "postmaster.pid").write_text("")
    with running(folder) as (_, environment):
        remember(environment["DATABASE_URL"])
        assert remembered(environment["DATABASE_URL"]) == 1


@pytest.mark.nightly
def test_servers_whose_starter_was_killed_are_ended_by_the_next_start(
    folder: Path,
) -> None:
    held = Folder(folder)
    supervisor = supervise(held, Stop())
    start_servers(supervisor, tests=True)
    orphans = list(supervisor.pids().values())
    held.close()  # what the kernel does for a process that was killed
    with running(folder) as (second, _):
        assert not set(orphans) & set(second.pids().values())
        for service in supervisor.services:
            assert service.process
            assert service.process.wait(timeout=5) is not None


@pytest.mark.nightly
def test_an_orphan_without_a_record_is_found_by_its_mark(folder: Path) -> None:
    with running(folder) as (supervisor, _):
        for record in (folder / "run").glob("*.json"):
            record.unlink()
        names = {each.pid for each in supervisor.processes.leftovers()}
        assert set(supervisor.pids().values()) <= names


@pytest.mark.nightly
def test_a_half_made_data_folder_is_made_anew(folder: Path) -> None:
    half = folder / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    with running(folder) as (_, environment):
        remember(environment["DATABASE_URL"])
        assert remembered(environment["DATABASE_URL"]) == 1
    assert not half.exists()


@pytest.mark.nightly
def test_data_of_another_version_is_set_aside_and_not_deleted(folder: Path) -> None:
    with running(folder):
        pass
    place = find_place(folder)
    (place.data / "PG_VERSION").write_text("9\n")
    with running(folder) as (_, environment):
        remember(environment["DATABASE_URL"])
    assert len(list(place.folder.glob("set-aside-*/data/PG_VERSION"))) == 1


def test_a_folder_serves_one_run_at_a_time(folder: Path) -> None:
    held = Folder(folder)
    with pytest.raises(Busy):
        Folder(folder)
    held.close()
    Folder(folder).close()


def test_servers_named_in_the_environment_are_used_instead(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {
        "DATABASE_URL": "postgresql://u:secret@db.example:5432/x",
        "REDIS_URL": "redis://:secret@cache.example:6379/0",
    }
    for name, url in given.items():
        monkeypatch.setenv(name, url)
    with running(folder) as (supervisor, environment):
        assert environment == given | {"OWNER_DATABASE_URL": given["DATABASE_URL"]}
        assert supervisor.pids() == {}
    said = capsys.readouterr().out
    assert "db.example" in said
    assert "secret" not in said


def test_an_address_is_printed_without_what_is_secret() -> None:
    assert without_secrets("redis://:pw@h:1/0?ssl=x") == "redis://h:1/0"


def test_client_settings_of_the_shell_do_not_reach_the_private_server(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGSSLMODE", "require")
    monkeypatch.setenv("PGSERVICE", "of-the-office")
    with running(folder) as (_, environment):
        remember(environment["DATABASE_URL"])
        assert remembered(environment["DATABASE_URL"]) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_below_a_closed_folder_root_uses_a_private_folder_outside(
    tmp_path: Path, no_given_servers: None
) -> None:
    tmp_path.chmod(0o700)
    inner = tmp_path / "closed" / "run"
    outside = outside_folder(inner)
    try:
        with running(inner) as (_, environment):
            remember(environment["DATABASE_URL"])
            assert (outside / "data" / "PG_VERSION").exists()
            assert (outside / "data").stat().st_mode & 0o077 == 0
            assert outside not in orphans()
        assert tmp_path.stat().st_mode & 0o777 == 0o700
        assert outside not in orphans()
        shutil.rmtree(inner)
        assert outside in orphans()
    finally:
        shutil.rmtree(outside)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_folder_outside_that_is_not_ours_is_refused(
    tmp_path: Path, no_given_servers: None
) -> None:
    inner = tmp_path / "closed" / "run"
    inner.mkdir(parents=True)
    tmp_path.chmod(0o700)
    outside = outside_folder(inner)
    outside.mkdir()
    os.chown(outside, 65534, 65534)
    try:
        with pytest.raises(postgres_server.PostgresError, match="somebody else"):
            find_place(inner)
    finally:
        outside.rmdir()


def test_the_application_role_may_change_rows_but_not_tables(servers: Servers) -> None:
    owner = servers[1]["OWNER_DATABASE_URL"]
    app = owner.replace(postgres_server.OWNER, postgres_server.APP)
    with psycopg.connect(owner) as connection:
        connection.execute("CREATE TABLE bags (id bigserial, n int)")
    with psycopg.connect(app, autocommit=True) as connection:
        connection.execute("INSERT INTO bags (n) VALUES (1)")
        connection.execute("UPDATE bags SET n = 2")
        connection.execute("DELETE FROM bags")
        for statement in REFUSED:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


REFUSED = (
    "DROP TABLE bags",
    "ALTER TABLE bags ADD COLUMN x int",
    "ALTER TABLE bags DISABLE TRIGGER ALL",
    "TRUNCATE bags",
    "CREATE TABLE own (n int)",
    "ALTER TABLE bags OWNER TO home_infusion_app",
    "CREATE ROLE friend",
    "ALTER ROLE home_infusion_app BYPASSRLS",
    "SET ROLE home_infusion_owner",
    "CREATE DATABASE other",
    "COPY bags TO PROGRAM 'cat'",
)


def test_making_the_roles_again_changes_nothing(
    servers: Servers, shared_folder: Path
) -> None:
    supervisor, environment = servers
    remember(environment["DATABASE_URL"])
    place = find_place(shared_folder)
    port = int(environment["DATABASE_URL"].rpartition(":")[2].split("/")[0])
    postgres_server.make_roles(place, port, tests=True)
    assert remembered(environment["DATABASE_URL"]) == 1
    assert supervisor.services


def test_the_service_may_add_the_extensions_its_tables_need(servers: Servers) -> None:
    wanted = ["btree_gist", "pg_trgm"]
    with psycopg.connect(servers[1]["DATABASE_URL"]) as connection:
        for name in wanted:
            connection.execute(f"CREATE EXTENSION {name}")
        added = connection.execute(
            "SELECT extname FROM pg_extension WHERE extname = ANY(%s) ORDER BY 1",
            [wanted],
        ).fetchall()
    assert [name for (name,) in added] == wanted


def test_signals_stop_a_start_that_is_under_way(folder: Path) -> None:
    stop = Stop()
    stop._note(signal.SIGTERM, None)
    held = Folder(folder)
    supervisor = supervise(held, stop)
    with pytest.raises(Stopped):
        start_servers(supervisor, tests=True)
    supervisor.stop_all()
    held.close()
    assert marked(folder) == []


def test_a_folder_stays_held_for_as_long_as_something_runs_in_it(folder: Path) -> None:
    supervisor = supervise(Folder(folder), Stop())
    with pytest.raises(Busy):
        Folder(folder)
    supervisor.held.close()  # type: ignore[attr-defined]
