"""The demo as its user starts it: real processes, real signals."""

import contextlib
import getpass
import os
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import psutil
import pytest

from ops.layout import ROOT
from ops.smtp_sink import Keeper, printable, subject_of
from tests.ops.conftest import RunningDemo, marked, until

Start = Callable[..., RunningDemo]
pytestmark = pytest.mark.slow
NOBODY: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": []}


@pytest.mark.nightly
def test_it_survives_the_death_of_every_part_and_stops_cleanly(
    start_demo: Start, folder: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        demo = start_demo(port=port).ready()
    assert f"Port {port} is taken" in demo.said
    assert demo.description["port"] != port
    assert demo.answers()

    second = start_demo()
    assert second.process.wait(timeout=60) == 1
    assert "runs already at" in second.said

    before = demo.description["pids"]
    assert set(before) == {
        *("postgres", "redis", "mail", "provider", "web", "worker", "beat")
    }
    for name, pid in before.items():
        psutil.Process(pid).kill()
        demo.says(f"{name} is back")
    until(demo.answers, "the web server answers again")
    assert not set(before.values()) & set(demo.description["pids"].values())

    assert demo.stop(signal.SIGTERM) == 0
    assert "nothing is left running" in demo.said
    assert marked(folder) == []
    assert not (folder / "demo.json").exists()


@pytest.mark.nightly
def test_it_starts_again_after_it_was_killed_and_takes_mail(
    start_demo: Start, folder: Path
) -> None:
    first = start_demo().ready()
    first.stop(signal.SIGKILL)
    assert marked(folder) != []

    demo = start_demo().ready()
    assert "an earlier run left behind" in demo.said
    receive_a_mail(demo)
    assert demo.stop(signal.SIGINT) == 0
    assert marked(folder) == []


def receive_a_mail(demo: RunningDemo) -> None:
    """Send a mail to the sink and find it as a file, and no body on the terminal."""
    port = int(demo.description["environment"]["EMAIL_URL"].rpartition(":")[2])
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.sendmail(
            "a@example.org",
            ["b@example.org"],
            "Subject: =?utf-8?b?5L2g5aW9?=\r\n\r\nthe body\r\n",
        )
    demo.says("b@example.org: 你好")
    assert "the body" not in demo.said
    (kept,) = Path(demo.description["mail"]).glob("*.eml")
    message = message_from_bytes(kept.read_bytes(), policy=policy.default)
    assert message["Subject"] == "你好"
    assert kept.parent.stat().st_mode & 0o077 == 0


def test_a_stop_during_the_start_leaves_nothing(
    start_demo: Start, folder: Path
) -> None:
    demo = start_demo()
    demo.says("Migrating")
    assert demo.stop(signal.SIGINT) == 0
    assert marked(folder) == []


def test_a_step_that_fails_stops_everything_and_is_named(
    start_demo: Start, folder: Path
) -> None:
    demo = start_demo(environment={"BEAT_SECONDS": "x"})
    assert demo.process.wait(timeout=60) == 1
    assert "migrate ended with status 1" in demo.said
    assert "BEAT_SECONDS" in demo.said or "invalid literal" in demo.said
    assert marked(folder) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize(
    "from_index", [False, pytest.param(True, marks=pytest.mark.nightly)]
)
def test_an_ordinary_user_needs_nothing_but_python_and_the_package_index(
    start_demo: Start, no_given_servers: None, *, from_index: bool
) -> None:
    home = Path("/var/tmp") / f"home of {getpass.getuser()} {os.getpid()}"  # noqa: S108
    checkout = home / "a checkout"
    python = python_for_anybody()
    try:
        copy_checkout(checkout)
        if not from_index:
            lend_packages(checkout, python)
        demo = start_demo(
            command=[python, "ops/bootstrap.py", "demo"],
            root=checkout,
            folder=checkout / ".local" / "demo",
            popen=NOBODY,
            environment={"HOME": str(home)},
        )
        leave_out_without_index(demo)
        pids = demo.ready().description["pids"]
        owners = {psutil.Process(pid).username() for pid in pids.values()}
        assert owners == {pwd.getpwuid(65534).pw_name}
        assert demo.stop() == 0
        assert marked(checkout) == []
    finally:
        shutil.rmtree(home, ignore_errors=True)


def lend_packages(checkout: Path, python: str) -> None:
    """Begin the environment with the packages this run has; pip adds what is missing.

    To install them all takes a minute, which every run of the checks has done already.
    """
    venv = checkout / ".venv"
    subprocess.run([python, "-m", "venv", venv], check=True, **NOBODY)
    (site,) = venv.glob("lib/python3.*/site-packages")
    ours = Path(sysconfig.get_path("purelib"))
    if site.parent.name != ours.parent.name:
        return
    shutil.rmtree(site)
    # Links, and folders of their own: a package that pip replaces stays as it is here.
    linked = subprocess.run(
        ["/bin/cp", "-rl", ours, site], check=False, stderr=subprocess.DEVNULL
    )
    if linked.returncode:
        subprocess.run(["/bin/cp", "-r", ours, site], check=True)
    for folder in (site, *(each for each in site.rglob("*") if each.is_dir())):
        os.chown(folder, 65534, 65534)


def python_for_anybody() -> str:
    """Return an interpreter that is new enough and that other accounts may run."""
    names = (sys.executable, *(f"/usr/bin/python3.{n}" for n in range(11, 15)))
    for path in names:
        with contextlib.suppress(OSError):
            probe = [path, "-c", "import ensurepip"]
            if not subprocess.run(probe, check=False, user=65534).returncode:
                return path
    return pytest.skip("no Python that an ordinary user may run")


def leave_out_without_index(demo: RunningDemo) -> None:
    """Skip on a machine that is offline; in CI that is a failure."""
    until(
        lambda: demo.process.poll() is not None or "Migrating" in demo.said,
        "the packages are installed",
        seconds=240,
    )
    if "could not be installed" in demo.said and not os.environ.get("CI"):
        pytest.skip("no package index")


def copy_checkout(target: Path) -> None:
    """Copy what is under version control or could be, for the ordinary user."""
    listed = subprocess.run(
        [
            "/usr/bin/env",
            "git",
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "-z",
        ],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    for path in (target.parent, target, *target.rglob("*")):
        os.chown(path, 65534, 65534)


def test_mails_sort_by_arrival_and_their_subjects_cannot_steer_a_terminal(
    tmp_path: Path,
) -> None:
    keeper = Keeper(tmp_path / "mail")
    names = [keeper.keep(b"Subject: x\r\n\r\n") for _ in range(3)]
    assert names == sorted(names)
    assert printable("a\x1b[31mb\nc") == "a?[31mb?c"
    assert subject_of(b"\xff\xfe") == ""
