"""Cleaning ends only what is left behind; checks report all of it."""

from pathlib import Path

import pytest

from ops import clean
from ops.checks import Check, Result, checks, run_check, table
from ops.layout import ROOT
from ops.outside import outside_folder
from ops.processes import Command, Processes
from ops.servers import Busy, Folder, Foreign, free_folder, supervise
from ops.service_commands import python
from ops.stopping import Stop
from ops.supervisor import Supervisor


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "local"
    path.mkdir()
    monkeypatch.setattr(clean, "LOCAL", path)
    return path


def test_what_is_left_behind_is_ended_and_removed(local: Path) -> None:
    command = Command("web", python("-c", "import time; time.sleep(60)"))
    left = Processes(local / "demo").start(command)
    outside_folder(local / "demo").mkdir()
    (local / "a file").write_text("")
    assert clean.main() == 0
    assert left.wait(timeout=5) is not None
    assert not local.exists()
    assert not outside_folder(local / "demo").exists()


def test_what_is_in_use_is_left_alone(local: Path) -> None:
    supervisor = supervise(Folder(local / "demo"), Stop())
    process = supervisor.processes.start(
        Command("web", python("-c", "import time; time.sleep(60)"))
    )
    (local / "test").mkdir()
    assert clean.main() == 1
    assert process.poll() is None
    assert not (local / "test").exists()
    supervisor.stop_all()
    process.wait()
    supervisor.held.close()  # type: ignore[attr-defined]


def test_runs_that_overlap_get_folders_of_their_own(
    local: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.servers.LOCAL", local)
    held = [free_folder("test") for _ in range(9)]
    assert held[0].path == local / "test"
    assert len({folder.path for folder in held}) == 9
    with pytest.raises(Busy, match="9 runs"):
        free_folder("test")
    for folder in held:
        folder.close()


def test_a_folder_of_another_account_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, mode: int = 0) -> Path:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("ops.servers.private_folder", refused)
    with pytest.raises(Foreign, match="belongs to another account"):
        Folder(tmp_path / "demo")


def test_every_check_is_listed_once_and_tests_come_last() -> None:
    names = [check.name for check in checks()]
    assert len(names) == len(set(names))
    assert names[-1] == "tests"
    assert {"format", "lint", "types", "locks", "translations"} <= set(names)


def test_checks_that_have_no_subject_yet_are_left_out(tmp_path: Path) -> None:
    names = {check.name for check in checks(tmp_path)}
    assert not names & {"generated docs", "OpenAPI is current"}


@pytest.mark.parametrize(("code", "passed"), [(0, True), (1, False), (5, False)])
def test_a_check_passes_by_its_exit_status(
    local: Path, code: int, *, passed: bool
) -> None:
    supervisor = Supervisor(Processes(local / "check"), Stop(), held=None)
    check = Check("one check", python("-c", f"raise SystemExit({code})"))
    assert run_check(check, supervisor, {}).passed is passed


def test_the_table_counts_what_failed() -> None:
    results = [Result("format", True, 1.0), Result("tests", False, 2.0)]  # noqa: FBT003
    said = table(results)
    assert "ok      format" in said
    assert "FAILED  tests" in said
    assert "1 of 2 checks failed in 3.0 s" in said


def test_ci_runs_the_same_command_as_a_person() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert "exec make check" in script
    assert "CI=true" in script
