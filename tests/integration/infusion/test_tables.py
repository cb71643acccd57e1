"""A new installation gets in one step the tables a running one came to step by step."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from importlib import import_module

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from ops.layout import ROOT
from tests.template import beside

# Every step since the first one is taken: half a minute.
pytestmark = pytest.mark.nightly
IN_ONE = "0001_squashed_0027"
STEP_BY_STEP = """
import django; django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
executor = MigrationExecutor(connection)
executor.loader = MigrationLoader(connection, replace_migrations=False)
executor.migrate([("infusion", "{last}")])
"""
# Whatever a database holds beside rows; the order of columns does not matter.
CATALOG = (
    """SELECT table_name, column_name, data_type, is_nullable, column_default,
       character_maximum_length, numeric_precision, numeric_scale
       FROM information_schema.columns WHERE table_schema = 'public'""",
    """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
       FROM pg_constraint WHERE connamespace = 'public'::regnamespace
       AND contype <> 'n'""",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
)


@pytest.fixture
def databases() -> Iterator[tuple[str, str]]:
    """Return the addresses of two empty databases."""
    names = [f"tables_{uuid.uuid4().hex[:12]}" for _ in range(2)]
    values = connection.get_connection_params()
    server = psycopg.conninfo.make_conninfo(
        **{k: values[k] for k in ("host", "port", "user", "password") if k in values}
    )
    with psycopg.connect(server, dbname="postgres", autocommit=True) as admin:
        for name in names:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = os.environ["DATABASE_URL"]
        yield beside(url, names[0]), beside(url, names[1])
        for name in names:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            admin.execute(drop.format(sql.Identifier(name)))


def python(url: str, *arguments: str) -> str:
    own = {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": url}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **own},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def catalog(url: str) -> list[set[tuple[object, ...]]]:
    with psycopg.connect(url) as database:
        return [set(database.execute(query).fetchall()) for query in CATALOG]


def test_both_ways_to_the_tables_end_in_the_same_ones(
    databases: tuple[str, str],
) -> None:
    new, running = databases
    replaced = import_module(f"infusion.migrations.{IN_ONE}").Migration.replaces
    python(new, "manage.py", "migrate", "infusion", IN_ONE, "--skip-checks")
    python(running, "-c", STEP_BY_STEP.format(last=replaced[-1][1]))
    assert all(catalog(new))
    assert catalog(running) == catalog(new)

    python(running, "manage.py", "migrate", "--skip-checks")
    shown = python(running, "manage.py", "showmigrations", "infusion")
    assert f"[X] {IN_ONE}" in shown
    assert "[ ]" not in shown
