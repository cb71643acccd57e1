"""A repeated request is done once."""

import datetime as dt
import threading
import time
import uuid

import pytest
from django.db import connection, connections

from infusion import models
from infusion.domain.states import StepNotAllowed
from infusion.services import replies
from patients.domain.replies import Reply
from tests.factories.patients import UserFactory


class Work:
    """Something that must happen once."""

    def __init__(self, seconds: float = 0.0, refusals: int = 0) -> None:
        self.done = 0
        self.seconds = seconds
        self.refusals = refusals

    def __call__(self) -> Reply:
        self.done += 1
        time.sleep(self.seconds)
        if self.done <= self.refusals:
            raise StepNotAllowed(current="A", wanted="B")
        return Reply(status=201, body=f'{{"n": {self.done}}}', etag='"7"')


def ask(user, work, key="key", fingerprint="f" * 64):
    return replies.answer_once(
        user_id=user.id, key=key, fingerprint=fingerprint, work=work
    )


def test_a_repeat_gets_the_stored_answer():
    user, work = UserFactory(), Work()

    first, again = ask(user, work), ask(user, work)

    assert work.done == 1
    assert (again.status, again.body, again.etag) == (
        first.status,
        first.body,
        first.etag,
    )
    assert (first.is_replayed, again.is_replayed) == (False, True)


def test_the_key_of_another_request_is_refused():
    user, work = UserFactory(), Work()
    ask(user, work)

    with pytest.raises(replies.KeyReused):
        ask(user, work, fingerprint="0" * 64)

    assert work.done == 1


def test_keys_belong_to_a_person():
    work = Work()

    ask(UserFactory(), work)
    ask(UserFactory(), work)

    assert work.done == 2


def test_a_refused_request_leaves_nothing_and_is_judged_anew():
    user, work = UserFactory(), Work(refusals=1)

    with pytest.raises(StepNotAllowed):
        ask(user, work)

    assert not models.StoredReply.objects.exists()
    assert ask(user, work).body == '{"n": 2}'


def test_old_answers_are_forgotten():
    user = UserFactory()
    ask(user, Work(), key="old")
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=5)

    assert replies.purge_replies(before=soon - dt.timedelta(days=1)) == 0
    assert replies.purge_replies(before=soon) == 1


def in_threads(count, work):
    """Run something in many threads at once; return what each got."""
    found, barrier = [], threading.Barrier(count)

    def run():
        try:
            barrier.wait()
            found.append(work())
        except Exception as error:  # noqa: BLE001
            found.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_do_the_work_once_and_get_one_answer():
    user, work = UserFactory(), Work(seconds=0.2)
    key = str(uuid.uuid4())

    found = in_threads(20, lambda: ask(user, work, key=key))

    assert work.done == 1
    assert {(each.status, each.body, each.etag) for each in found} == {
        (201, '{"n": 1}', '"7"')
    }
    assert sum(not each.is_replayed for each in found) == 1
    assert models.StoredReply.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_when_the_first_is_refused_the_waiting_one_is_judged():
    user, work = UserFactory(), Work(seconds=0.2, refusals=1)

    found = in_threads(2, lambda: ask(user, work))

    assert sorted(type(each).__name__ for each in found) == ["Reply", "StepNotAllowed"]
    assert models.StoredReply.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_the_work_stored_goes_when_it_is_refused():
    user = UserFactory()

    def work() -> Reply:
        UserFactory(email="half-done@example.org")
        raise StepNotAllowed(current="A", wanted="B")

    with pytest.raises(StepNotAllowed):
        ask(user, work)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM patients_user WHERE email = %s",
            ["half-done@example.org"],
        )
        assert cursor.fetchone() == (0,)
