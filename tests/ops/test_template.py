"""The database that is migrated once is that of these migrations, and whole."""

import os
import subprocess
from pathlib import Path

import psycopg
import pytest

from ops.layout import ROOT
from tests import template


def a_checkout(root: Path) -> Path:
    """Make a checkout with one migration that names a module of ours."""
    for name, text in (
        ("infusion/migrations/0001_initial.py", "import infusion.domain.states\n"),
        ("infusion/domain/states.py", "STATES = 1\n"),
        ("infusion/domain/plans.py", "PLANS = 1\n"),
        (str(template.LOCKED), "django==1\n"),
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(
    ("name", "matters"),
    [
        ("infusion/migrations/0001_initial.py", True),
        ("infusion/migrations/0002_more.py", True),
        ("infusion/domain/states.py", True),
        ("infusion/domain/plans.py", False),
        ("requirements/dev.txt", True),
    ],
)
def test_another_migration_asks_for_another_database(
    tmp_path: Path, name: str, *, matters: bool
) -> None:
    root = a_checkout(tmp_path)
    before = template.fingerprint(root)
    with (root / name).open("a") as file:
        file.write("import infusion.domain.states\n")
    assert (template.fingerprint(root) != before) is matters


def test_the_migrations_of_this_checkout_name_what_they_are_made_of() -> None:
    read = {str(path.relative_to(ROOT)) for path in template.sources()}
    assert {"infusion/domain/states.py", "patients/models/base.py"} <= read


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
    with psycopg.connect(url) as server:
        left = template._present(server, template.PARTIAL)
        taken = template._present(server)
    assert left == []
    assert "migrated_of_a_broken_one" not in taken
