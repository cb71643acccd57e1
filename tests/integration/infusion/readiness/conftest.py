"""What stands before each test: a course on the ward, and what is recorded of it before it goes home."""

import pytest

from tests.factories import readiness as ready
from tests.factories.wards import HOUR, ward
from tests.integration.infusion.readiness.scenes import DAY


@pytest.fixture
def place():
    return ward()


@pytest.fixture
def course(place):
    """Return a consolidation course whose three days on the ward are just over."""
    return place.running("us-label-mrd")


@pytest.fixture
def now(place):
    return place.now + 3 * DAY + HOUR


@pytest.fixture
def prepared(place, course, now):
    return ready.make_ready(course, place.nurse, now)
