"""Tasks start after the commit, by name, and a broker that is away costs no work."""

import json
from typing import Any

import pytest
from celery import current_app
from django.db import transaction
from kombu import Connection
from kombu.exceptions import OperationalError

from infusion import dispatch


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    calls: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(
        current_app,
        "send_task",
        lambda name, kwargs, **_: calls.append((name, kwargs)),
    )
    return calls


def test_a_task_starts_when_the_transaction_is_committed(
    started: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        dispatch.after_commit(dispatch.SWEEP_MESSAGES)
        assert started == []

    assert started == [("infusion.sweep_messages", {})]


def test_a_change_that_is_rolled_back_starts_nothing(
    started: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        dispatch.after_commit(dispatch.SWEEP_MESSAGES)
        transaction.set_rollback(True)

    assert started == []


def test_a_broker_that_is_away_is_told_and_not_raised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(current_app, "send_task", away)

    assert dispatch.send(dispatch.SWEEP_MESSAGES) is False


def test_the_headers_of_a_task_repeat_no_argument(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the broker shows of a task to tools is its name, not what it is about."""
    with Connection("memory://") as connection:
        queue = connection.SimpleQueue("default")
        original = current_app.send_task
        monkeypatch.setattr(
            current_app,
            "send_task",
            lambda name, **options: original(
                name, connection=connection, queue="default", **options
            ),
        )
        dispatch.send(dispatch.DELIVER_MESSAGES, message_ids=["secret-id"])
        message = queue.get(timeout=2)
        queue.close()

    assert "secret-id" not in json.dumps(message.headers)
