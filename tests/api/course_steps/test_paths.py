"""The life of a course over REST."""

from dataclasses import replace

from infusion import models
from infusion.domain.courses import Text
from infusion.domain.regimens import Cap
from infusion.selectors import regimens
from patients import clock
from tests.api.clients import code_of
from tests.api.course_steps.bodies import at, hang_of, order_of, reading, version
from tests.factories import infusion as factories


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
