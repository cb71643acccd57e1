"""Rules for every test: loopback only, a database by folder, the same examples."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import pytest

HERE = Path(__file__).resolve().parent
WITH_DATABASE = {
    "api",
    "browser",
    "fhir",
    "integration",
}
# Journeys, tests/faults and tests/ops drive servers of their own; the few that need a database in
# this process say so themselves.
WITHOUT_DATABASE = {"architecture", "properties", "spec", "unit"}
LOOPBACK = ["127.0.0.1", "::1"]
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}

hypothesis.settings.register_profile(
    "ci", derandomize=True, max_examples=60, deadline=None, database=None
)
hypothesis.settings.register_profile("nightly", max_examples=5000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def _folder(item: pytest.Item) -> str:
    below = item.path.relative_to(HERE).parts
    return below[0] if len(below) > 1 else ""


# Marked before the option -m leaves out what is nightly; put in order after pytest-django,
# which would have the browser before everything that needs no database.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    _mark(items)
    yield
    items.sort(key=_turn)


def _mark(items: list[pytest.Item]) -> None:
    for item in items:
        folder = _folder(item)
        marked = item.get_closest_marker("django_db")
        if folder in WITH_DATABASE and not marked:
            item.add_marker(pytest.mark.django_db)
        if folder in WITHOUT_DATABASE and marked:
            message = f"{item.nodeid}: tests in {folder} must not use the database"
            raise pytest.UsageError(message)
        if folder in {"browser", "journeys"}:
            item.add_marker({"browser": "browser", "journeys": "journey"}[folder])
        if _is_nightly(item, folder):
            item.add_marker("nightly")


# What is done at the bed is tried in both languages, every other page in one.
IN_BOTH_LANGUAGES = {"test_bedside"}
LONG_IN_A_BROWSER = {"test_whole_course", "test_regimens", "test_way_home"}


def _is_nightly(item: pytest.Item, folder: str) -> bool:
    """Say whether a test repeats at length what others show: make test has a limit."""
    name = item.path.stem
    is_repeat = item.name.endswith("[zh]") and name not in IN_BOTH_LANGUAGES
    return folder == "browser" and is_repeat


def _turn(item: pytest.Item) -> tuple[int, str]:
    """Put what takes long first and the browser last.

    The journeys of a file stay together, whatever the random order of a run: each file
    begins with the service as it was at first.
    """
    # Playwright leaves its event loop running in the process, so nothing may follow
    # that needs a loop of its own. What is longest begins, that none waits at the end.
    if item.get_closest_marker("browser"):
        return 2, "" if item.path.stem in LONG_IN_A_BROWSER else "short"
    if item.get_closest_marker("journey"):
        return 0, item.path.name
    if item.get_closest_marker("slow"):
        return 0, ""
    # Faults are long and one process has them all: not while the journeys run, and not
    # at the end, when the other processes would wait.
    folder = _folder(item)
    return (
        1,
        "" if folder in WITH_DATABASE else folder if folder == "faults" else "then",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep together what shares a service."""
    if config.getvalue("dist") != "loadscope":
        return None
    from tests.sharing import Together

    return Together(config, log)


def _server_hosts() -> list[str]:
    """Return hosts named in the environment, for servers that are not local."""
    urls = (os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL"))
    return [host for host in (urlsplit(url).hostname for url in urls) if host]


# First, because pytest-socket reads these options when it is configured.
@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    # WhiteNoise warns about a missing folder, and warnings are errors here.
    (HERE.parent / ".local" / "test-static").mkdir(parents=True, exist_ok=True)
    allowed = config.option.allow_hosts or ",".join([*LOOPBACK, *_server_hosts()])
    config.option.allow_hosts = allowed
    config.option.allow_unix_socket = True


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail in CI when what needs a browser was left out."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not IN_CI or reporter is None:
        return
    skipped = reporter.stats.get("skipped", [])
    wanted = {"browser", "journey"}
    left_out = [each.nodeid for each in skipped if wanted & set(each.keywords)]
    if left_out and session.exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"CI needs a browser; left out: {left_out}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Make the database of this process by copying one that was migrated once."""
    # Here, because tests of these rules take this file into suites without Django.
    from django.conf import settings

    from tests import template

    given = request.config.option
    url = os.environ.get("DATABASE_URL", "")
    kept = given.reuse_db and not given.create_db
    if url and not kept and not given.nomigrations:
        test = settings.DATABASES["default"].setdefault("TEST", {})
        test["TEMPLATE"] = template.migrated(url)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a Chromium, or leave the test out."""
    named = os.environ.get("CHROMIUM", "")
    found = (shutil.which(name) for name in (named, *CHROMIUMS) if name)
    path = next((path for path in found if path), None)
    return path or pytest.skip("no Chromium; `make test` says how to get one")
