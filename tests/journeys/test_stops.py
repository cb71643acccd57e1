"""Nights and weekends on which the pump stood still, through HTTP and real workers."""

import datetime as dt
import zoneinfo

import pytest

from tests.journeys.test_spine import DAY, HOUR, Story, at, when

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(scope="module")
def story(service):
    """A patient at home on the second bag of a week."""
    told = Story(service)
    told.order(told.clock.now() + HOUR)
    told.clock.move(HOUR)
    first = told.deliver_next()
    told.do(told.nurse, "start-cycle", premedication_given=True)
    begun = told.hang(first)
    told.clock.move_to(begun + 3 * DAY + HOUR)
    home(told)
    return told


def home(story):
    answer = story.do(
        story.physician,
        "placement",
        kind="HOME",
        from_at=at(story.clock.now()),
        override_reason="Assessed on paper.",
    )
    assert answer.status == 200, answer


def next_local(story, hour, weekday=None):
    """Return the next time this hour strikes on the patient's wall."""
    zone = zoneinfo.ZoneInfo(story.nurse.get(story.path)["time_zone"])
    local = story.clock.now().astimezone(zone)
    found = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    while found <= local or weekday not in {None, found.weekday()}:
        found += DAY
    return found.astimezone(dt.UTC)


def tell(story, who=None, **body):
    return (who or story.nurse).post(f"{story.path}/events", **body)


def clock_of(story):
    return story.nurse.get(f"{story.path}/plan")["cycles"][0]["clock"]


def night(story):
    """Return the next 02:00, on a bag that lasts through it and the morning."""
    bag = story.bags("HUNG")[0]
    while when(bag["dry_at"]) <= next_local(story, 2) + 12 * HOUR:
        story.clock.move_to(when(bag["dry_at"]) - HOUR)
        story.hang(story.deliver_next(), replaces=bag)
        bag = story.bags("HUNG")[0]
    return next_local(story, 2)


def occlusion(story, stopped):
    story.clock.move_to(stopped + 2 * MINUTE)
    told = tell(
        story, kind="ALARM", reason="OCCLUSION", pump_stopped=True, at=at(stopped)
    )
    assert told.status == 201, told
    return told.body


def resume(story, **body):
    return tell(story, kind="RESUME", at=at(story.clock.now()), **body)


def test_an_occlusion_at_two_in_the_night_for_3_h_50_goes_on_at_home(story):
    stopped = night(story)
    end = when(clock_of(story)["projected_end_at"])
    told = occlusion(story, stopped)
    assert when(told["clock"]["restart_limit_at"]) == stopped + 4 * HOUR
    assert told["clock"]["way_on"] == "RESUME"

    story.clock.move_to(stopped + 3 * HOUR + 50 * MINUTE)
    back = resume(story)

    assert back.status == 201, back
    clock = clock_of(story)
    assert clock["is_running"] is True
    moved = when(clock["projected_end_at"]) - end
    assert abs(moved - (3 * HOUR + 50 * MINUTE)) < 2 * MINUTE


def test_an_occlusion_for_4_h_10_brings_the_patient_back_to_the_ward(story):
    stopped = night(story)
    occlusion(story, stopped)
    story.clock.move_to(stopped + 4 * HOUR + 10 * MINUTE)

    assert clock_of(story)["way_on"] == "SUPERVISED"
    for supervised in (False, True):
        refused = resume(story, supervised=supervised)
        assert refused.body["code"] == "restart_needs_supervision", refused
    admitted = tell(story, kind="ADMITTED", at=at(story.clock.now()))
    assert admitted.status == 201, admitted
    alone = resume(story)
    assert alone.body["code"] == "restart_needs_supervision", alone
    assert resume(story, supervised=True).status == 201

    assert clock_of(story)["unsupervised"] == []
    story.clock.move(HOUR)
    home(story)


def test_a_correction_shortens_the_stop_below_4_h_and_the_restart_at_home_is_back(
    story,
):
    stopped = night(story)
    told = occlusion(story, stopped)
    story.clock.move_to(stopped + 4 * HOUR + 10 * MINUTE)
    assert resume(story).body["code"] == "restart_needs_supervision"

    better = story.nurse.post(
        f"events/{told['event']['id']}/correction",
        seen=story.path,
        kind="ALARM",
        reason="OCCLUSION",
        pump_stopped=True,
        at=at(stopped + 25 * MINUTE),
    )
    assert better.status == 201, better
    assert better.body["clock"]["way_on"] == "RESUME"
    assert resume(story).status == 201

    listed = story.nurse.get(f"{story.path}/events")["events"]
    first = next(one for one in listed if one["id"] == told["event"]["id"])
    assert (first["counts"], when(first["at"])) == (False, stopped)


def the_pharmacy_is_asked_for_the_next_bag(story):
    """Order the bag that is due first; this pharmacy does not record its making."""
    listed = story.pharmacist.get("bag-work?work=ORDER")["results"]
    bag = next(one for one in listed if one["course_id"] == story.course)
    path = f"bags/{bag['bag_id']}"
    ordered = story.pharmacist.post(f"{path}/order", seen=path)
    assert (ordered.status, ordered.body["status"]) == (200, "ORDERED"), ordered
    made = story.pharmacist.post(
        f"{path}/compound", seen=path, prepared_at=at(story.clock.now()), lot="J-2"
    )
    assert made.body["code"] == "pharmacy_steps_not_recorded"
    left = story.pharmacist.get("bag-work?work=ORDER")["results"]
    assert bag["bag_id"] not in {one["bag_id"] for one in left}
    now = story.clock.now()
    hung = story.do(
        story.nurse,
        "hang",
        bag_code=ordered.body["code"],
        replaces_code=None,
        hung_at=at(now),
        **story.reading(ordered.body, now),
    )
    assert hung.body["code"] == "bag_not_delivered"
    return ordered.body


def test_a_bag_that_leaks_on_saturday_waits_for_the_delivery_on_monday(story):
    saturday = next_local(story, 9, weekday=5)
    bag = story.bags("HUNG")[0]
    while when(bag["dry_at"]) <= saturday:
        story.clock.move_to(when(bag["dry_at"]) - HOUR)
        story.hang(story.deliver_next(), replaces=bag)
        bag = story.bags("HUNG")[0]
    story.clock.move_to(saturday)
    before = clock_of(story)
    leak = tell(story, kind="BAG_LEAKED", pump_stopped=True, at=at(saturday))
    assert leak.status == 201, leak
    thrown = story.nurse.post(
        f"bags/{bag['id']}/discard", seen=f"bags/{bag['id']}", reason="LEAKED"
    )
    assert thrown.status == 200, thrown
    ordered = the_pharmacy_is_asked_for_the_next_bag(story)

    monday = saturday + 2 * DAY
    story.clock.move_to(monday)
    assert clock_of(story)["way_on"] == "SUPERVISED"
    delivered = story.deliver_next()
    assert delivered["id"] == ordered["id"]
    story.hang(delivered)
    assert resume(story).body["code"] == "restart_needs_supervision"
    tell(story, kind="ADMITTED", at=at(story.clock.now()))
    assert resume(story, supervised=True).status == 201

    clock = clock_of(story)
    missed = float(clock["missed_hours"]) - float(before["missed_hours"])
    assert 48 <= missed < 48.2
    assert [gap["reason"] for gap in clock["gaps"]][-1] == "BAG_PROBLEM"

    story.clock.move(HOUR)
    home(story)
