"""A ward, and browsers without a screen."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.test import Client

from patients import models
from tests.factories import wards

HALF_AN_HOUR = dt.timedelta(minutes=30)


@pytest.fixture
def ward(tmp_path, settings):
    """A ward of a Monday; at the console it is half an hour later."""
    path = tmp_path / "clock"
    ahead = wards.MONDAY + HALF_AN_HOUR - dt.datetime.now(dt.UTC)
    path.write_text(str(int(ahead.total_seconds())))
    settings.CLOCK_FILE = str(path)
    cache.clear()
    return wards.ward()


@pytest.fixture
def browser_of():
    """Log an actor in."""

    def make(actor) -> Client:
        client = Client()
        client.force_login(models.User.objects.get(id=actor.user_id))
        return client

    return make
