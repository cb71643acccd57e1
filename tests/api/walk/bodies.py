"""A course that walks its regimen, and what clients send about it."""

import datetime as dt

from tests.factories.walks import completion

DAY = dt.timedelta(days=1)


def today(world):
    # The patient's clock: New York is never a day ahead of UTC.
    return (world.now - DAY).date()


def block(world, **more):
    return {
        "block": "ia",
        "step": "ELSEWHERE",
        "on": today(world).isoformat(),
        **more,
    }


def values(**changes):
    return [
        {"place": place, **(value | changes)} for place, value in completion().items()
    ]
