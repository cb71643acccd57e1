"""Plans changed by several people at once, through HTTP and real workers."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.journeys.test_spine import DAY, HOUR, PATIENT, Story, at, when


@pytest.fixture(scope="module")
def story(service):
    """A patient on the ward on the first bag of a week."""
    told = Story(service)
    told.order(told.clock.now() + HOUR)
    told.clock.move(HOUR)
    first = told.deliver_next()
    told.do(told.nurse, "start-cycle", premedication_given=True)
    told.hang(first)
    told.clock.move(HOUR)
    return told


def look(story, who, **change):
    answer = who.post(f"{story.path}/changes/preview", **change)
    assert answer.status == 200, answer
    return answer.body


def confirm(story, who, seen, **change):
    return who.post(f"{story.path}/changes", token=seen["token"], **change)


def moved(visit, hours, reason):
    return {
        "verb": "MOVE_VISIT",
        "scope": "STEP",
        "visit_id": visit["id"],
        "to": at(when(visit["planned_at"]).replace(second=0) + hours * HOUR),
        "reason": reason,
    }


def bag_changes(story):
    rows = story.nurse.get("visits?page_size=200")["results"]
    found = [
        one
        for one in rows
        if one["patient_id"] == story.patient
        and (one["kind"], one["status"]) == ("BAG_CHANGE", "BOOKED")
    ]
    return sorted(found, key=lambda one: one["planned_at"])


def test_two_nurses_re_plan_the_same_course_at_once_and_what_is_cancelled_stays_unsaid(
    story,
):
    assert_two_nurses_move_the_same_visit_and_one_looks_again(story)
    assert_no_message_leaves_for_what_a_hold_has_cancelled(story)
    assert_a_preview_that_is_too_old_is_looked_at_again(story)


def assert_two_nurses_move_the_same_visit_and_one_looks_again(story):
    visit = bag_changes(story)[0]
    people = [story.nurse, story.second]
    asked = [
        moved(visit, -2, "The nurse comes early."),
        moved(visit, -4, "The porter comes early."),
    ]
    seen = [
        look(story, who, **change) for who, change in zip(people, asked, strict=True)
    ]

    def both(place):
        return confirm(story, people[place], seen[place], **asked[place])

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(both, range(2)))

    assert sorted(one.status for one in answers) == [200, 409], answers
    lost, won = sorted(range(2), key=lambda place: -answers[place].status)
    assert answers[lost].body["code"] == "preview_outdated"
    after = {one["id"]: one for one in bag_changes(story)}
    assert when(after[visit["id"]]["planned_at"]) == when(asked[won]["to"])

    again = look(story, people[lost], **asked[lost])
    made = confirm(story, people[lost], again, **asked[lost])
    assert made.status == 200, made


def assert_no_message_leaves_for_what_a_hold_has_cancelled(story):
    hold = {
        "verb": "HOLD",
        "scope": "CYCLE",
        "at": at(story.clock.now()),
        "reason": "Fever of 38.9.",
    }
    seen = look(story, story.nurse, **hold)
    assert seen["messages_cancelled"]
    assert {one["kind"] for one in seen["people"]} >= {"PATIENT", "STAFF"}
    assert confirm(story, story.nurse, seen, **hold).status == 200
    before = len(story.service.mails_to(PATIENT))
    sent = [one["id"] for one in log_of(story) if one["status"] == "SENT"]

    last = max(when(one["due_at"]) for one in seen["messages_cancelled"])
    story.clock.move_to(min(last, story.clock.now() + 6 * DAY) + HOUR)
    time.sleep(5)

    assert len(story.service.mails_to(PATIENT)) == before
    after = log_of(story)
    assert [one["id"] for one in after if one["status"] == "SENT"] == sent
    assert not [one for one in after if one["status"] in {"PENDING", "SENDING"}]


def log_of(story):
    """Return what the course is told, without alerts: those climb while a hold lasts."""
    rows = story.nurse.get(f"{story.path}/messages?page_size=200")["results"]
    return [one for one in rows if one["kind"] != "alert_raised"]


def assert_a_preview_that_is_too_old_is_looked_at_again(story):
    resume = {
        "verb": "RESUME",
        "scope": "CYCLE",
        "at": at(story.clock.now()),
        "supervised": True,
        "reason": "The fever is gone.",
    }
    seen = look(story, story.nurse, **resume)
    story.clock.move(dt.timedelta(minutes=20))

    late = confirm(story, story.nurse, seen, **resume)

    assert (late.status, late.body["code"]) == (409, "preview_outdated")
