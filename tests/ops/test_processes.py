"""Processes are told apart for certain, kept alive within bounds and ended."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ops import supervisor as supervision
from ops.processes import Command, Processes, Record, end
from ops.stopping import Stop, Stopped
from ops.supervisor import Service, ServiceError, Supervisor

PARENT = (
    "import subprocess, time; subprocess.Popen(['sleep', '60']);"
    "print('up', flush=True); time.sleep(60)"
)
STUBBORN = f"import signal; signal.signal(15, signal.SIG_IGN); {PARENT}"


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    found = Processes(tmp_path / "folder")
    yield found
    found.sweep()


@pytest.fixture
def supervisor(processes: Processes) -> Supervisor:
    return Supervisor(processes, Stop(), held=None)


def python(name: str, code: str, **options: object) -> Command:
    return Command(name, [sys.executable, "-c", code], **options)  # type: ignore[arg-type]


def has_said(processes: Processes, name: str, word: str) -> bool:
    log = processes.log_of(name)
    return log.exists() and word in log.read_text()


def test_a_process_that_took_over_our_number_is_left_alone(
    processes: Processes,
) -> None:
    stranger = subprocess.Popen(["/bin/sleep", "60"])
    created = psutil.Process(stranger.pid).create_time() - 100
    record = {"name": "web", "pid": stranger.pid, "created": created}
    (processes.records / "web.json").write_text(json.dumps(record))
    try:
        assert Record(**record).process() is None
        assert processes.sweep() == []
        assert stranger.poll() is None
        assert list(processes.records.iterdir()) == []
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"pid": 1}'])
def test_a_damaged_record_is_dropped(processes: Processes, damage: str) -> None:
    (processes.records / "web.json").write_text(damage)
    assert processes.recorded() == []
    assert processes.sweep() == []


def test_what_a_killed_parent_started_is_found(processes: Processes) -> None:
    parent = processes.start(python("web", PARENT))
    wait_for(lambda: has_said(processes, "web", "up"))
    (child,) = psutil.Process(parent.pid).children()
    parent.kill()
    parent.wait()
    assert [each.pid for each in processes.leftovers()] == [child.pid]
    assert len(processes.sweep()) == 1
    assert not child.is_running()


def test_what_a_dead_service_left_is_ended_and_the_others_are_not(
    processes: Processes,
) -> None:
    for name in ("web", "worker"):
        process = processes.start(python(name, PARENT))
        wait_for(lambda name=name: has_said(processes, name, "up"))
        process.kill()
        process.wait()
    processes.end_rest_of("web")
    assert processes.marked("web") == []
    assert len(processes.marked("worker")) == 1


def test_processes_of_another_folder_are_not_ours(
    processes: Processes, tmp_path: Path
) -> None:
    other = Processes(tmp_path / "folder-2")
    process = other.start(python("web", "import time; time.sleep(60)"))
    assert processes.sweep() == []
    assert process.poll() is None
    other.sweep()
    process.wait()


def test_what_does_not_listen_is_killed_with_its_children(processes: Processes) -> None:
    process = processes.start(python("web", STUBBORN))
    wait_for(lambda: has_said(processes, "web", "up"))
    leader = psutil.Process(process.pid)
    (child,) = leader.children()
    end([leader], signal.SIGTERM, grace=0.2)
    process.wait(timeout=5)
    assert not child.is_running()


def test_a_service_that_dies_at_once_names_its_last_words(
    supervisor: Supervisor,
) -> None:
    service = Service(python("web", "raise SystemExit('no such table')"))
    service.is_ready = lambda: False
    with pytest.raises(ServiceError, match=r"web ended with status 1(.|\n)*no such"):
        supervisor.start(service)


def test_a_service_that_never_gets_ready_is_given_up(supervisor: Supervisor) -> None:
    service = Service(python("web", "import time; time.sleep(60)"), seconds=0.3)
    service.is_ready = lambda: False
    with pytest.raises(ServiceError, match="web did not get ready"):
        supervisor.start(service)
    supervisor.stop_all()
    assert supervisor.pids() == {}


def test_a_service_that_keeps_dying_is_given_up(
    supervisor: Supervisor, capsys: pytest.CaptureFixture[str]
) -> None:
    supervisor.start(Service(python("web", "import time; time.sleep(0.3)")))
    with pytest.raises(ServiceError, match="web died 4 times"):
        supervisor.watch()
    assert capsys.readouterr().out.count("starting it again") == supervision.RESTARTS


def test_deaths_long_ago_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(python("web", ""))
    service.deaths = [time.monotonic() - 61 for _ in range(9)]
    assert not service.dies_too_often()


def test_services_stop_in_reverse_order(supervisor: Supervisor, tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    for name in ("first", "second", "third"):
        code = (
            "import signal,sys,time\n"
            f"def bye(*_): open({str(diary)!r}, 'a').write('{name} '); sys.exit()\n"
            "signal.signal(15, bye); print('up', flush=True); time.sleep(60)"
        )
        service = Service(python(name, code))
        service.is_ready = lambda name=name: has_said(supervisor.processes, name, "up")
        supervisor.start(service)
    supervisor.stop_all()
    assert diary.read_text().split() == ["third", "second", "first"]


def test_a_command_that_takes_too_long_is_given_up(supervisor: Supervisor) -> None:
    service = Service(python("slow", "import time; time.sleep(60)"), seconds=0.2)
    with pytest.raises(ServiceError, match="slow took more than"):
        supervisor.run_for_status(service)
    supervisor.stop_all()


def test_a_request_to_stop_ends_the_watch(supervisor: Supervisor) -> None:
    supervisor.start(Service(python("web", "import time; time.sleep(60)")))
    supervisor.stop._note(signal.SIGINT, None)
    with pytest.raises(Stopped):
        supervisor.watch()
    supervisor.stop_all()
    assert list(supervisor.processes.records.iterdir()) == []


def wait_for(condition: object) -> None:
    assert Stop().wait_for(condition, seconds=10)  # type: ignore[arg-type]
