"""The simulation as a command: databases of its own, gone however it ends."""

import os
import secrets
import signal
import subprocess
import sys
import time

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from infusion.catalogue.triage import shipped_triage
from infusion.simulation.keeping import kept_stories
from infusion.simulation.processes import ProcessLost, Run, check_ours
from infusion.simulation.scratch import PREFIX, ScratchRefused, scratch_databases
from ops.layout import ROOT
from ops.postgres_server import APP
from tests.unit.simulation.rough import story

SIMULATE = [sys.executable, "manage.py", "simulate", "--processes"]
WITHIN = 60


def started(*options):
    return subprocess.Popen(
        [*SIMULATE, *options],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def databases(like):
    with connection.cursor() as cursor:
        found = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        cursor.execute(found, [like])
        return [name for (name,) in cursor.fetchall()]


def test_ctrl_c_ends_it_and_drops_its_databases():
    running = started("1", "--patients", "1")
    try:
        name = running.stderr.readline().split()[-1].rstrip(".")
        assert name.startswith(PREFIX)
        # The tables are just being made by a process of its own.
        while not databases(name):
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=WITHIN)
    finally:
        running.kill()

    assert running.returncode == 130
    assert "Stopped; the databases of the simulation are gone." in told
    assert databases(name) == []


@pytest.fixture
def friend():
    """Yield an account that may make no database: a new one, or the application's."""
    parts = connection.get_connection_params()
    known = ("dbname", "user", "password", "host", "port")
    given = {key: parts[key] for key in known if key in parts}
    name, password = f"friend_{secrets.token_hex(4)}", secrets.token_hex(16)
    with psycopg.connect(**given, autocommit=True) as server:
        try:
            server.execute(f"CREATE ROLE {name} LOGIN NOCREATEDB PASSWORD '{password}'")
        except psycopg.errors.InsufficientPrivilege:
            # The servers of the tests give both of their accounts one password.
            yield APP, given["password"]
            return
        yield name, password
        server.execute(f"DROP ROLE {name}")


def test_who_may_make_no_database_is_told_so(friend, monkeypatch):
    name, password = friend
    monkeypatch.setitem(connection.settings_dict, "USER", name)
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", password)
    with (
        pytest.raises(ScratchRefused, match="may not make one"),
        scratch_databases(1) as scratch,
    ):
        scratch.make_first()


def test_it_writes_to_no_database_but_its_own():
    with pytest.raises(ProcessLost, match="only writes to databases of its own"):
        check_ours()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--regimen", "none-such"], "There is no regimen none-such"),
        (["--rules", "no/such/file"], "The rules can't be read"),
        (["--rules", "pyproject.toml"], "The rules can't be used"),
    ],
    ids=["regimen", "file", "rules"],
)
def test_what_can_not_be_simulated_is_refused_before_anything_is_made(options, told):
    with pytest.raises(CommandError, match=told):
        call_command("simulate", *options)

    assert not connection.settings_dict["NAME"].startswith(PREFIX)


@pytest.mark.nightly
def test_the_report_is_the_same_whatever_the_number_of_processes():
    options = ("--patients", "3", "--days", "6", "--seed", "21")
    runs = [started(str(count), *options) for count in (1, 2)]
    told = [one.communicate(timeout=1200)[0] for one in runs]

    assert [one.returncode for one in runs] == [0, 0]
    assert "Seed 21, 3 patients" in told[0]
    assert told[0] == told[1]


def test_a_run_that_is_kept_whole_is_reported_without_a_database(tmp_path, capsys):
    run = Run(seed=7, regimen="us-label-rr", cycles=None, days=800)
    stories = [story(7, index, shipped_triage()) for index in range(4)]
    with kept_stories(tmp_path, run) as kept:
        assert list(kept.keep(stories)) == stories

    call_command("simulate", patients=3, seed=7, regimen="us-label-rr", keep=tmp_path)

    told = capsys.readouterr()
    assert "Seed 7, 3 patients" in told.out
    assert "Of 3 courses 3 are lived already." in told.err
    assert "databases of its own" not in told.err


def test_a_folder_that_can_not_be_written_is_refused_with_its_name(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(CommandError, match=r"file/.* can't be written"):
        call_command("simulate", keep=tmp_path / "file")


@pytest.mark.nightly
def test_a_stopped_run_goes_on_and_reports_as_if_it_had_not_been(tmp_path):
    options = ("1", "--patients", "3", "--days", "4", "--seed", "21")
    stopped = started(*options, "--keep", str(tmp_path))
    try:
        while not any(path.read_text().count("\n") > 1 for path in tmp_path.iterdir()):
            assert stopped.poll() is None
            time.sleep(0.1)
        stopped.send_signal(signal.SIGINT)
        _, told = stopped.communicate(timeout=WITHIN)
    finally:
        stopped.kill()
    assert stopped.returncode == 130
    assert "What was lived is kept" in told

    onward, afresh = started(*options, "--keep", str(tmp_path)), started(*options)
    reports = [one.communicate(timeout=1200) for one in (onward, afresh)]

    assert [onward.returncode, afresh.returncode] == [0, 0]
    assert "Of 3 courses 0 are lived" not in reports[0][1]
    assert reports[0][0] == reports[1][0]
