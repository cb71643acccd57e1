"""The environment is made, repaired and left alone as it should be."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ops import bootstrap, prepare
from ops.layout import ROOT


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a checkout with a space in its path and nothing to install."""
    root = tmp_path / "a checkout"
    (root / "requirements").mkdir(parents=True)
    for level in ("local", "dev"):
        (root / "requirements" / f"{level}.txt").write_text("")
    venv = root / ".venv"
    for name, value in {
        "ROOT": root,
        "VENV": venv,
        "PYTHON": venv / "bin" / "python",
        "STAMPS": venv / "installed.json",
        "HALF_DONE": venv / "being-installed",
        "REQUIREMENTS": root / "requirements",
    }.items():
        monkeypatch.setattr(prepare, name, value)
    return root


def test_it_is_made_in_a_path_with_spaces_and_then_left_alone(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare.prepare("local")
    said = capsys.readouterr().out
    assert "Making .venv: done in" in said
    assert "Installing requirements/local.txt: done in" in said
    assert prepare.usable()

    prepare.prepare("local")
    assert capsys.readouterr().out == ""

    prepare.PYTHON.unlink()
    assert not prepare.usable()


@pytest.fixture
def done(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what was done to an environment that is in order at first."""
    found: list[str] = []
    prepare.VENV.mkdir()
    prepare.STAMPS.write_text(json.dumps({"local": prepare.fingerprint("local")}))
    monkeypatch.setattr(prepare, "works", lambda: True)
    monkeypatch.setattr(prepare, "moved", lambda: False)
    monkeypatch.setattr(prepare, "make_venv", lambda: found.append("made"))
    monkeypatch.setattr(prepare, "install", found.append)
    return found


def test_what_is_in_order_is_left_alone(done: list[str]) -> None:
    prepare.prepare("local")
    assert done == []


def test_a_changed_lock_is_installed_into_what_is_there(done: list[str]) -> None:
    (prepare.REQUIREMENTS / "local.txt").write_text("# changed")
    prepare.prepare("local")
    assert done == ["local"]


@pytest.mark.parametrize(("name", "value"), [("works", False), ("moved", True)])
def test_what_is_half_made_or_moved_is_made_again(
    done: list[str], monkeypatch: pytest.MonkeyPatch, name: str, *, value: bool
) -> None:
    monkeypatch.setattr(prepare, name, lambda: value)
    prepare.prepare("local")
    assert done[0] == "made"


def test_after_an_install_that_was_killed_it_is_made_again(done: list[str]) -> None:
    prepare.HALF_DONE.touch()
    prepare.prepare("local")
    assert done[0] == "made"


def test_what_holds_everything_serves_the_smaller_target(checkout: Path) -> None:
    prepare.VENV.mkdir()
    prepare.STAMPS.write_text(json.dumps({"dev": prepare.fingerprint("dev")}))
    assert prepare.installed("local")
    prepare.STAMPS.write_text(json.dumps({"local": prepare.fingerprint("local")}))
    assert not prepare.installed("dev")


@pytest.mark.parametrize("damage", ["", "{", '{"dev": 1}', "[]"])
def test_a_damaged_stamp_means_not_installed(checkout: Path, damage: str) -> None:
    prepare.VENV.mkdir()
    prepare.STAMPS.write_text(damage)
    assert not prepare.installed("dev")


def test_an_environment_that_was_moved_is_noticed(checkout: Path) -> None:
    prepare.VENV.mkdir()
    config = prepare.VENV / "pyvenv.cfg"
    config.write_text(f"command = python -m venv {prepare.VENV}\n")
    assert not prepare.moved()
    config.write_text("command = python -m venv /elsewhere/.venv\n")
    assert prepare.moved()


def test_settings_that_lead_pip_astray_are_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_CERT", "/a")
    environment = prepare.clean_environment()
    assert "PIP_USER" not in environment
    assert environment["PIP_CERT"] == "/a"


def test_a_python_that_is_too_old_is_told_so_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bootstrap, "newer_python", lambda: "")
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer"):
        bootstrap.run_with_newer_python()


def test_a_newer_python_is_found_and_one_that_does_not_run_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "python3.13"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    (tmp_path / "python3.11").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bootstrap.newer_python() == str(tmp_path / "python3.11")


@pytest.mark.parametrize("version", ["3.6", "3.7", "3.8", "3.9", "3.10"])
def test_an_old_python_can_read_the_file_that_tells_it(version: str) -> None:
    python = shutil.which(f"python{version}")
    if not python:
        pytest.skip(f"no Python {version} here")
    code = "import ast, sys; ast.parse(open(sys.argv[1]).read())"
    done = subprocess.run(
        [python, "-c", code, str(ROOT / "ops" / "bootstrap.py")],
        check=False,
        capture_output=True,
    )
    if b"pyenv" in done.stderr:
        pytest.skip(f"Python {version} is only a name here")
    assert done.returncode == 0, done.stderr


def test_every_make_target_is_known_to_the_bootstrap_and_has_help() -> None:
    makefile = (ROOT / "Makefile").read_text()
    used = {
        line.split()[1] for line in makefile.splitlines() if line.startswith("\t$(RUN)")
    }
    assert used == set(prepare.TARGETS)
    listed = subprocess.run(
        ["/usr/bin/env", "make", "help"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert all(f"make {target} " in listed for target in used)


def test_an_unknown_target_is_answered_with_the_known_ones() -> None:
    with pytest.raises(SystemExit, match="demo"):
        prepare.main(["dmo"])
