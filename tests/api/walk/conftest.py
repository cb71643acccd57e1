"""What stands before each test: a course that walks its regimen, and what clients send about it."""

from types import SimpleNamespace

import pytest

from tests.factories import infusion as factories
from tests.factories.walks import A041703, signed


@pytest.fixture
def ward_of(world):
    """Return the people of the site as the factories know them."""
    return SimpleNamespace(
        site=world.site,
        pharmacist=world.actor("PHARMACIST"),
        physician=world.actor("PHYSICIAN"),
        now=world.now,
    )


@pytest.fixture
def walked(world, ward_of):
    """Return a course under A041703 that begins today with inotuzumab."""
    signed(ward_of)
    physician = world.actor("PHYSICIAN")
    return factories.order(world.patient, physician, world.now, A041703)
