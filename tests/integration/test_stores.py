"""Processes of a test run do not share a store; a mute store holds nobody up."""

import time

import pytest
from django.conf import settings as current
from django.core.cache import cache
from redis.exceptions import RedisError

from config.celery import app
from tests.fakes.stores import mute_server, own_database


@pytest.mark.parametrize(
    ("url", "worker", "own"),
    [
        ("redis://localhost:6379/0", "", "redis://localhost:6379/0"),
        ("redis://localhost:6379/0", "gw0", "redis://localhost:6379/0"),
        ("redis://localhost:6379", "gw1", "redis://localhost:6379/1"),
        ("redis://:p%40ss@host:1/7", "gw3", "redis://:p%40ss@host:1/10"),
        ("redis://localhost:6379/15", "gw1", "redis://localhost:6379/0"),
    ],
)
def test_each_process_has_a_database_of_its_own(url, worker, own):
    assert own_database(url, worker) == own


def test_everything_in_this_process_uses_the_same_one():
    assert current.CACHES["default"]["LOCATION"] == current.REDIS_URL
    assert app.conf.broker_url == current.REDIS_URL


def test_a_mute_store_does_not_hold_a_request_up(settings):
    with mute_server() as url:
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": url}}
        begun = time.monotonic()

        with pytest.raises(RedisError):
            cache.get("anything")

    assert time.monotonic() - begun < 10
