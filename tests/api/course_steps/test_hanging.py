"""Hanging a bag over REST: the right bag, the right pump, two people."""

import threading

import pytest
from django.db import connections

from infusion import models
from patients import clock
from tests.api.clients import code_of
from tests.api.course_steps.bodies import counts, hang_of, reading, version
from tests.factories import infusion as factories


def enter(world, course, body, kind="NURSE"):
    api = world.api(kind)
    return api.post(f"courses/{course.id}/hang", body, version=version(api, course))


def test_an_unknown_code_is_refused(world, started):
    now, bag = clock.now(), factories.next_bag(started)

    answer = enter(world, started, hang_of(bag, now, bag_code="NOSUCHBAG"))

    assert code_of(answer)[1] == "bag_unknown"


def test_a_bag_that_was_not_delivered_is_refused(world, started):
    now = clock.now()
    bag = started.bags.filter(status="PLANNED").order_by("planned_hang_at").first()

    assert code_of(enter(world, started, hang_of(bag, now)))[1] == "bag_not_delivered"


def test_the_bag_of_another_patient_is_refused(world, started):
    now = clock.now()
    other = factories.order(world.neighbour, world.actor("PHYSICIAN"), now)
    bag = factories.next_bag(other)
    factories.deliver(bag, world.actor("NURSE"), now)

    answer = enter(world, started, hang_of(bag, now))

    assert code_of(answer)[1] == "bag_of_another_patient"


def test_an_expired_bag_is_refused(world, started, travel):
    now = travel(days=30)
    bag = factories.next_bag(started)

    answer = enter(world, started, hang_of(bag, now))

    assert code_of(answer)[1] == "bag_expired"


def test_a_bag_that_hangs_already_is_refused(world, running):
    now = clock.now()
    bag = running.bags.get(status="HUNG")

    answer = enter(world, running, hang_of(bag, now))

    assert code_of(answer)[1] == "bag_already_hung"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"rate_ml_h": "99"}, "rate_differs"),
        ({"volume_ml": "1"}, "volume_differs"),
        ({"ends_at": "2199-01-01T00:00:00Z"}, "end_differs"),
    ],
)
def test_a_pump_that_is_set_wrong_is_refused(world, started, changed, code):
    bag, before = factories.next_bag(started), counts()

    answer = enter(world, started, hang_of(bag, clock.now(), **changed))

    assert code_of(answer)[1] == code
    assert counts() == before


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "-1e999", "1e-9", "", None, True, [], "4,17"]
)
def test_a_rate_that_is_no_number_is_refused(world, started, value):
    bag = factories.next_bag(started)

    answer = enter(world, started, hang_of(bag, clock.now(), rate_ml_h=value))

    assert code_of(answer) == (400, "invalid")
    assert answer.json()["errors"][0]["field"] == "rate_ml_h"


def test_a_rate_may_be_a_number(world, started):
    bag = factories.next_bag(started)
    body = hang_of(bag, clock.now(), rate_ml_h=float(bag.rate_ml_h))

    assert enter(world, started, body).status_code == 201


def test_the_second_person_is_another_one(world, started):
    now, bag = clock.now(), factories.next_bag(started)
    check = enter(world, started, hang_of(bag, now)).json()["id"]

    answer = world.api("NURSE").post(f"hang-checks/{check}/confirm", reading(bag, now))

    assert code_of(answer)[1] == "same_person_twice"


def test_the_first_reading_is_shown_to_nobody(world, started):
    now, bag = clock.now(), factories.next_bag(started)
    first = enter(world, started, hang_of(bag, now))
    check = first.json()["id"]

    second = world.api("SECOND_NURSE")
    shown = second.get(f"hang-checks/{check}")
    refused = second.post(
        f"hang-checks/{check}/confirm", {**reading(bag, now), "volume_ml": "9.5"}
    )

    assert shown.json().keys() == first.json().keys()
    for name in ("rate_ml_h", "volume_ml", "ends_at"):
        assert name not in shown.json()
    assert code_of(refused)[1] == "second_check_differs"
    told = refused.content.decode()
    assert str(bag.volume_ml.normalize()) not in told
    assert reading(bag, now)["ends_at"] not in told
    open_check = second.get(f"courses/{started.id}/plan").json()["open_check"]
    assert set(open_check) == {
        "id",
        "bag_id",
        "hung_at",
        "entered_by_id",
        "entered_by_name",
    }


def test_a_check_can_be_withdrawn_once(world, started):
    now, bag = clock.now(), factories.next_bag(started)
    check = enter(world, started, hang_of(bag, now)).json()["id"]
    nurse = world.api("NURSE")

    assert nurse.post(f"hang-checks/{check}/withdraw", key="w").status_code == 204
    again = nurse.post(f"hang-checks/{check}/withdraw", key="w")
    assert (again.status_code, again.content) == (204, b"")
    assert code_of(nurse.post(f"hang-checks/{check}/withdraw"))[1] == "check_closed"


@pytest.mark.django_db(transaction=True)
def test_of_two_nurses_at_once_one_is_first(world, started):
    now, bag = clock.now(), factories.next_bag(started)
    body = hang_of(bag, now)
    seen = version(world.api("NURSE"), started)
    answers, barrier = [], threading.Barrier(2)

    def run(kind):
        api = world.api(kind)
        barrier.wait()
        answers.append(api.post(f"courses/{started.id}/hang", body, version=seen))
        connections.close_all()

    threads = [
        threading.Thread(target=run, args=(kind,)) for kind in ("NURSE", "SECOND_NURSE")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(each.status_code for each in answers) == [201, 412]
    assert models.HangCheck.objects.count() == 1
