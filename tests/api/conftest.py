"""The world every REST test plays in, and a clock it may move."""

import datetime as dt

import pytest

from patients import clock
from tests.api.world import World, make_world
from tests.factories import infusion as factories


@pytest.fixture
def travel(settings, tmp_path):
    """Return a function that moves the clock of the service forward."""
    path = tmp_path / "clock"
    settings.CLOCK_FILE = str(path)
    seconds = 0

    def forward(**span: float) -> dt.datetime:
        nonlocal seconds
        seconds += int(dt.timedelta(**span).total_seconds())
        path.write_text(str(seconds))
        return clock.now()

    return forward


@pytest.fixture
def world() -> World:
    return make_world(clock.now())


@pytest.fixture
def course(world):
    """Return a course of the first patient that starts in an hour."""
    return factories.order(world.patient, world.actor("PHYSICIAN"), world.now)


@pytest.fixture
def started(world, course, travel):
    """Return a course with the go given and its first bag at hand."""
    now = travel(hours=1, minutes=1)
    return factories.start(course, world.actor("NURSE"), now)


@pytest.fixture
def running(world, started, travel):
    """Return a course whose first bag hangs."""
    now = travel(minutes=1)
    first, second = world.actor("NURSE"), world.actor("SECOND_NURSE")
    factories.hang(started, first, second, now)
    started.refresh_from_db()
    return started
