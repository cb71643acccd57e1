"""What stands before each test: what happens to a course that walks the graph of its regimen."""

import pytest

from tests.factories.walks import (
    A041703,
    signed,
)
from tests.factories.wards import ward


@pytest.fixture
def here():
    place = ward()
    signed(place)
    return place


@pytest.fixture
def course(here):
    """Return a course under A041703 that begins today with inotuzumab."""
    return here.order(A041703)
