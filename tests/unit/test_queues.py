"""In which order a worker looks into its queues."""

from collections import Counter

from kombu.utils.scheduling import cycle_by_name

from config.celery import QUEUES, app


def taken(waiting: dict[str, int], count: int) -> Counter[str]:
    """Take so many tasks as the transport does: the first queue that has any."""
    order = cycle_by_name(app.conf.broker_transport_options["queue_order_strategy"])()
    order.update(list(QUEUES))
    found: Counter[str] = Counter()
    for _ in range(count):
        name = next(one for one in order.consume(len(QUEUES)) if waiting.get(one))
        waiting[name] -= 1
        found[name] += 1
        order.rotate(name)
    return found


def test_ticks_that_have_piled_up_leave_time_for_messages() -> None:
    assert taken({"default": 1000, "messages": 1000}, 20)["messages"] == 10


def test_a_flood_of_messages_leaves_time_for_the_ticks_that_raise_alerts() -> None:
    assert taken({"default": 1000, "messages": 1000}, 20)["default"] == 10


def test_what_is_urgent_overtakes_everything() -> None:
    waiting = {"default": 1000, "messages": 1000, "urgent": 5}
    assert taken(waiting, 5) == {"urgent": 5}


def test_what_is_urgent_overtakes_whatever_was_looked_into_last() -> None:
    waiting = {"default": 1, "messages": 1, "urgent": 0}
    taken(waiting, 2)
    assert taken({"default": 9, "messages": 9, "urgent": 3}, 3) == {"urgent": 3}
