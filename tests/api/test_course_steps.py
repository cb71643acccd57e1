"""The life of a course over REST, and every way a step is refused."""

import datetime as dt
import threading
from dataclasses import replace

import pytest
from django.db import connections

from infusion import models
from infusion.domain.courses import Text
from infusion.domain.regimens import Cap
from infusion.selectors import regimens
from patients import clock
from patients.api.fields import instant_text
from patients.models import Measurement
from tests.api.clients import code_of
from tests.factories import infusion as factories


def at(now, **span) -> str:
    return instant_text(now + dt.timedelta(**span))


def order_of(now, **changed):
    return {"regimen_key": "us-label-rr", "start_at": at(now, hours=1), **changed}


def reading(bag, hung_at) -> dict[str, str]:
    read = factories.reading_of(bag, hung_at)
    return {
        "rate_ml_h": str(read.rate_ml_h),
        "volume_ml": str(read.volume_ml),
        "ends_at": instant_text(read.ends_at),
    }


def hang_of(bag, hung_at, **changed):
    body = {"bag_code": bag.code, "hung_at": instant_text(hung_at)}
    return {**body, **reading(bag, hung_at), **changed}


def version(api, course) -> int:
    return int(api.get(f"courses/{course.id}").headers["ETag"].strip('"'))


def counts() -> tuple[int, ...]:
    tables = (
        models.Course,
        models.Bag,
        models.HangCheck,
        models.InfusionEvent,
        models.PlanVersion,
        models.StoredReply,
    )
    return tuple(table.objects.count() for table in tables)


def test_the_whole_path_from_the_order_to_an_early_end(  # noqa: PLR0915
    world, travel
):
    physician, nurse = world.api("PHYSICIAN"), world.api("NURSE")
    second, pharmacist = world.api("SECOND_NURSE"), world.api("PHARMACIST")
    factories.weigh(world.patient, world.now)
    path = f"patients/{world.patient.id}"

    preview = physician.post(f"{path}/course-preview", order_of(world.now))
    assert preview.status_code == 200
    assert len(preview.json()["cycles"][0]["bags"]) > 3
    ordered = physician.post(f"{path}/courses", order_of(world.now))
    assert ordered.status_code == 201
    assert ordered.json()["warnings"] == []
    course = f"courses/{ordered.json()['id']}"

    plan = nurse.get(f"{course}/plan").json()
    bag = plan["bags"][0]
    delivered = pharmacist.post(
        f"bags/{bag['id']}/deliver",
        {"prepared_at": at(world.now, hours=-1), "lot": "L1"},
        version=bag["version"],
    )
    assert (delivered.status_code, delivered.json()["status"]) == (200, "DELIVERED")

    now = travel(hours=1, minutes=1)
    etag = nurse.get(course).headers["ETag"]
    started = nurse.post(
        f"{course}/start-cycle", {"premedication_given": True}, if_match=etag
    )
    assert (started.status_code, started.json()["status"]) == (200, "ACTIVE")

    row = models.Bag.objects.get(id=bag["id"])
    check = nurse.post(
        f"{course}/hang", hang_of(row, now), if_match=started.headers["ETag"]
    )
    assert check.status_code == 201
    confirmed = second.post(
        f"hang-checks/{check.json()['id']}/confirm", reading(row, now)
    )
    assert (confirmed.status_code, confirmed.json()["status"]) == (200, "HUNG")

    now = travel(hours=2)
    etag = nurse.get(course).headers["ETag"]
    paused = nurse.post(
        f"{course}/pause",
        {"at": at(now, minutes=-5), "reason": "OCCLUSION"},
        if_match=etag,
    )
    assert paused.status_code == 200
    clock_now = nurse.get(f"{course}/plan").json()["cycles"][0]["clock"]
    assert (clock_now["is_running"], clock_now["dry_at"]) == (False, None)
    resumed = nurse.post(
        f"{course}/resume",
        {"at": at(now, minutes=-1), "supervised": True},
        if_match=paused.headers["ETag"],
    )
    assert resumed.status_code == 200

    moved = physician.post(
        f"{course}/placement",
        {
            "kind": "HOME",
            "from_at": at(now),
            "reason": "Stable",
            "override_reason": "Lives next door",
        },
        if_match=resumed.headers["ETag"],
    )
    assert moved.status_code == 200, moved.json()

    ended = nurse.post(
        f"{course}/end-cycle",
        {"at": at(now), "reason": "ADVERSE_EVENT"},
        if_match=moved.headers["ETag"],
    )
    assert ended.status_code == 200
    assert ended.json()["cycles"][0]["status"] == "STOPPED"
    following = physician.post(
        f"{course}/next-cycle",
        {"start_at": at(now, days=60)},
        if_match=ended.headers["ETag"],
    )
    assert code_of(following) == (409, "no_further_cycle")


def test_a_cycle_with_all_its_hours_leads_to_the_next(
    world, running, travel, monkeypatch
):
    nurse, second = world.actor("NURSE"), world.actor("SECOND_NURSE")
    now = clock.now()
    while bag := factories.next_bag(running):
        change_at = running.bags.get(status="HUNG").planned_take_down_at
        now = travel(seconds=(change_at - now).total_seconds() + 60)
        if bag.status == "PLANNED":
            factories.deliver(bag, nurse, now)
        factories.hang(running, nurse, second, now, hung_at=change_at)
    end_at = running.bags.get(status="HUNG").planned_take_down_at
    now = travel(seconds=(end_at - now).total_seconds() + 60)

    path, api = f"courses/{running.id}", world.api("NURSE")
    etag = api.get(path).headers["ETag"]
    early = api.post(
        f"{path}/end-cycle",
        {"at": at(end_at, hours=-1), "reason": "COMPLETED"},
        if_match=etag,
    )
    ended = api.post(
        f"{path}/end-cycle", {"at": at(end_at), "reason": "COMPLETED"}, if_match=etag
    )
    factories.weigh(world.patient, now)
    physician = world.api("PHYSICIAN")
    cap = Cap(payer=Text(en="Insurer", zh="保险"), cycles=1)
    capped = replace(regimens.regimen_of(running), caps=(cap,))
    monkeypatch.setattr("infusion.selectors.walking.regimen_of", lambda _course: capped)
    soon = physician.post(
        f"{path}/next-cycle",
        {"start_at": at(now, days=1)},
        if_match=ended.headers["ETag"],
    )
    following = physician.post(
        f"{path}/next-cycle",
        {"start_at": at(now, days=16)},
        if_match=ended.headers["ETag"],
    )

    assert code_of(early) == (422, "hours_missing")
    assert ended.json()["cycles"][0]["status"] == "COMPLETED"
    assert code_of(soon) == (422, "free_interval_not_over")
    assert following.status_code == 200, following.json()
    assert [each["number"] for each in following.json()["cycles"]] == [1, 2]
    payer = {"en": "Insurer", "zh_hans": "保险"}
    assert following.json()["warnings"] == [{"payer": payer, "cycles": 1, "cycle": 2}]


def test_a_bag_change_names_the_bag_it_replaces(world, running, travel):
    nurse, second = world.api("NURSE"), world.api("SECOND_NURSE")
    old = running.bags.get(status="HUNG")
    now = travel(hours=old.hours - 1)
    factories.deliver(factories.next_bag(running), world.actor("NURSE"), now)
    bag = factories.next_bag(running)

    check = nurse.post(
        f"courses/{running.id}/hang",
        hang_of(bag, now, replaces_code=old.code),
        version=version(nurse, running),
    )
    done = second.post(f"hang-checks/{check.json()['id']}/confirm", reading(bag, now))

    assert done.status_code == 200
    old.refresh_from_db()
    assert old.status == "FINISHED"


# --- Orders that are refused ---------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "status", "code", "field"),
    [
        ({"regimen_key": "no-such"}, 422, "regimen_unknown", "regimen"),
        ({"start_at": "2020-01-01T00:00:00Z"}, 422, "start_in_the_past", "start_at"),
        ({"start_at": "2027-01-01T00:00:00"}, 400, "naive_time", "start_at"),
        ({"start_at": "0256-01-01T00:00:00+16:00"}, 400, "out_of_range", "start_at"),
        ({"start_at": "0001-01-01T00:00:00+10:00"}, 400, "out_of_range", "start_at"),
        ({"start_at": "9999-12-31T23:00:00-10:00"}, 400, "out_of_range", "start_at"),
        ({"start_at": 7}, 400, "invalid", "start_at"),
        ({"cycles": 98}, 422, "cycle_not_in_regimen", "cycles"),
        ({"cycles": 0}, 400, "min_value", "cycles"),
        ({"status": "ACTIVE"}, 400, "unknown_field", "status"),
        ({"patient_id": "x"}, 400, "unknown_field", "patient_id"),
    ],
)
def test_an_order_that_cannot_stand(world, changed, status, code, field):
    factories.weigh(world.patient, world.now)
    before = counts()

    answer = world.api("PHYSICIAN").post(
        f"patients/{world.patient.id}/courses", order_of(world.now, **changed)
    )

    problem = answer.json()
    assert (answer.status_code, problem["errors"][0]["code"]) == (status, code)
    assert problem["errors"][0]["field"] == field
    assert counts() == before


def test_without_a_weight_nothing_can_be_ordered(world):
    answer = world.api("PHYSICIAN").post(
        f"patients/{world.patient.id}/courses", order_of(world.now)
    )

    assert code_of(answer) == (422, "weight_missing")


def test_a_weight_of_three_years_ago_is_too_old(world):
    factories.weigh(world.patient, world.now - dt.timedelta(days=3 * 365))

    answer = world.api("PHYSICIAN").post(
        f"patients/{world.patient.id}/courses", order_of(world.now)
    )

    assert code_of(answer) == (422, "weight_too_old")


def test_a_patient_has_one_open_course(world, course):
    answer = world.api("PHYSICIAN").post(
        f"patients/{world.patient.id}/courses", order_of(world.now)
    )

    assert code_of(answer) == (409, "course_already_open")


def test_a_preview_stores_nothing(world):
    factories.weigh(world.patient, world.now)
    before = counts()

    answer = world.api("NURSE").post(
        f"patients/{world.patient.id}/course-preview", order_of(world.now)
    )

    assert answer.status_code == 200
    assert counts() == before


# --- Versions and keys ------------------------------------------------------------


def test_a_step_without_a_version_is_428(world, course):
    answer = world.api("NURSE").post(
        f"courses/{course.id}/start-cycle", {"premedication_given": True}
    )

    assert code_of(answer) == (428, "precondition_required")


@pytest.mark.parametrize("tag", ["*", 'W/"1"', '"1", "2"', "1", '"x"', '"-1"', '""'])
def test_a_version_that_is_none_is_400(world, course, tag):
    answer = world.api("NURSE").post(
        f"courses/{course.id}/start-cycle",
        {"premedication_given": True},
        if_match=tag,
    )

    assert code_of(answer) == (400, "precondition_malformed")


def test_a_version_that_is_gone_is_412(world, course):
    answer = world.api("NURSE").post(
        f"courses/{course.id}/start-cycle", {"premedication_given": True}, version=999
    )

    assert code_of(answer) == (412, "version_stale")


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("", "idempotency_key_missing"),
        ("x" * 129, "idempotency_key_invalid"),
        ("a b", "idempotency_key_invalid"),
        ("a\tb", "idempotency_key_invalid"),
    ],
)
def test_a_change_needs_a_good_key(world, key, code):
    factories.weigh(world.patient, world.now)
    headers = {"idempotency_key": key} if key else {"idempotency_key": ""}

    answer = world.api("PHYSICIAN").raw(
        "POST",
        f"/api/v1/patients/{world.patient.id}/courses",
        '{"regimen_key": "us-label-rr", "start_at": "2199-01-01T00:00:00Z"}',
        **headers,
    )

    assert code_of(answer) == (400, code)


def test_the_same_key_twice_orders_once(world):
    factories.weigh(world.patient, world.now)
    physician, body = world.api("PHYSICIAN"), order_of(world.now)
    path = f"patients/{world.patient.id}/courses"

    first = physician.post(path, body, key="order-1")
    again = physician.post(path, dict(reversed(body.items())), key="order-1")

    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first.headers["ETag"] == again.headers["ETag"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert models.Course.objects.count() == 1


def test_the_same_key_for_something_else_is_refused(world):
    factories.weigh(world.patient, world.now)
    physician, path = world.api("PHYSICIAN"), f"patients/{world.patient.id}/courses"
    physician.post(path, order_of(world.now), key="order-1")

    answer = physician.post(path, order_of(world.now, cycles=1), key="order-1")

    assert code_of(answer) == (422, "idempotency_key_reused")


def test_after_a_refusal_the_same_key_may_be_used_again(world):
    physician, path = world.api("PHYSICIAN"), f"patients/{world.patient.id}/courses"
    refused = physician.post(path, order_of(world.now), key="order-1")
    factories.weigh(world.patient, world.now)

    done = physician.post(path, order_of(world.now), key="order-1")

    assert (refused.status_code, done.status_code) == (422, 201)


def test_a_course_that_has_not_changed_answers_304(world, course):
    nurse = world.api("NURSE")
    etag = nurse.get(f"courses/{course.id}").headers["ETag"]

    answer = nurse.get(f"courses/{course.id}", if_none_match=f"W/{etag}")

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == etag
    assert nurse.get(f"courses/{course.id}", if_none_match='"0"').status_code == 200


# --- Hanging ----------------------------------------------------------------------


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


def test_a_weight_is_never_changed_by_an_order(world, course):
    assert Measurement.objects.filter(patient=world.patient).count() == 1
