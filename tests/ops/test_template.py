"""The database that is migrated once is that of these migrations, and whole."""

import os
import re
import subprocess
from pathlib import Path

import psycopg
import pytest

from ops.layout import ROOT
from tests import template

OURS = re.compile(r"^(?:import|from) ((?:infusion|patients)[\w.]*)", re.MULTILINE)


def test_another_migration_asks_for_another_database(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    first = tmp_path / "migrations" / "0001_initial.py"
    first.write_text("one = 1\n")
    before = template.fingerprint(tmp_path, ("migrations",))
    first.write_text("one = 2\n")
    changed = template.fingerprint(tmp_path, ("migrations",))
    first.rename(first.with_name("0002_initial.py"))
    renamed = template.fingerprint(tmp_path, ("migrations",))
    assert len({before, changed, renamed}) == 3


def test_what_the_migrations_name_is_part_of_the_fingerprint() -> None:
    read = [path for path in ROOT.glob("*/migrations/*.py") if path.stem != "__init__"]
    named = {name for path in read for name in OURS.findall(path.read_text())}
    assert named
    for name in named:
        path = name.replace(".", "/")
        assert any(f"{path}.py".startswith(one) for one in template.SOURCES), name


@pytest.mark.django_db
def test_it_holds_every_migration_of_this_checkout() -> None:
    url = os.environ["DATABASE_URL"]
    query = "SELECT app || '/' || name FROM django_migrations"
    with psycopg.connect(template.beside(url, template.migrated(url))) as copied:
        applied = {row[0] for row in copied.execute(query)}
    ours = list(ROOT.glob("*/migrations/0*.py"))
    assert ours
    assert {f"{one.parts[-3]}/{one.stem}" for one in ours} <= applied


def test_one_that_could_not_be_migrated_is_not_taken_for_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = os.environ["DATABASE_URL"]
    monkeypatch.setattr(template, "fingerprint", lambda: "of_a_broken_one")
    monkeypatch.setattr(template.sys, "executable", "/bin/false")
    for _again in range(2):
        with pytest.raises(subprocess.CalledProcessError):
            template.migrated(url)
    with psycopg.connect(url, autocommit=True) as server:
        found = [name for name in template._present(server) if "partly" in name]
        for name in found:
            template._drop(server, name)
    assert found
