"""A cytokine release syndrome of grade 3 on day three, held for three and for eight days.

Through HTTP and real workers: the rule is shown, a physician decides, the plan follows.
"""

import pytest

from tests.journeys.test_spine import DAY, HOUR, Story, at, when
from tests.journeys.test_stops import clock_of, tell


class Toxic(Story):
    """A course of the regimen whose toxicity table was read."""

    def order(self, start):
        answer = self.physician.post(
            f"patients/{self.patient}/courses",
            regimen_key="us-label-rr",
            start_at=at(start),
        )
        assert answer.status == 201, answer
        self.course = answer.body["id"]

    def weigh(self):
        answer = self.nurse.post(
            f"patients/{self.patient}/measurements",
            kind="WEIGHT_KG",
            value="70.0",
            taken_at=at(self.clock.now()),
        )
        assert answer.status == 201, answer

    def end(self):
        """Leave no open course behind."""
        status = self.nurse.get(f"{self.path}/plan")["cycles"][-1]["status"]
        if status == "STARTED":
            now = at(self.clock.now())
            self.do(self.physician, "end-cycle", at=now, reason="ADVERSE_EVENT")
        else:
            self.do(self.physician, "cancel-cycle", reason="The story is over.")
            self.do(self.physician, "stop", reason="The story is over.")


@pytest.fixture
def story(service):
    """A patient on day three of the first cycle, on a bag of the low dose."""
    told = Toxic(service)
    told.weigh()
    told.order(told.clock.now() + HOUR)
    told.clock.move(HOUR)
    first = told.deliver_next()
    told.do(told.nurse, "start-cycle", premedication_given=True)
    begun = told.hang(first)
    told.clock.move_to(begun + 2 * DAY + 12 * HOUR)
    yield told
    told.end()


def crs(onset, **more):
    return {
        "event": "CRS",
        "grade": 3,
        "scale": "ASTCT",
        "onset_at": at(onset),
        **more,
    }


def rule(story, **told):
    return story.nurse.post(f"{story.path}/toxicity/assessment", **told)


def decide(story, who=None, **told):
    deciding = {"choice", "stopped_at", "reason"}
    looked = rule(
        story, **{key: one for key, one in told.items() if key not in deciding}
    )
    return (who or story.physician).post(
        f"{story.path}/toxicity/decisions",
        seen=story.path,
        shown=looked.body.get("token", "?"),
        **told,
    )


def held(story):
    """Hold for the CRS; return when it began."""
    onset = story.clock.now()
    shown = rule(story, **crs(onset))
    assert shown.body["offered"] == ["INTERRUPT"], shown
    assert shown.body["rules"][0]["sources"] == ["HCP-RR-adj"]
    by_nurse = decide(story, story.nurse, choice="INTERRUPT", **crs(onset))
    assert by_nurse.status == 403, by_nurse
    assert decide(story, choice="INTERRUPT", **crs(onset)).status == 201
    clock = clock_of(story)
    assert clock["is_running"] is False
    assert clock["gaps"][-1]["reason"] == "ADVERSE_EVENT"
    return onset


def gone(story, onset):
    settled = at(story.clock.now() - HOUR)
    return crs(onset, grade_now=0, settled_at=settled)


def cycle_of(story, number=1):
    cycles = story.nurse.get(f"{story.path}/plan")["cycles"]
    return next(one for one in cycles if one["number"] == number)


def test_three_days_hold_then_the_low_dose_a_new_step_and_a_later_end(story):
    before = cycle_of(story)
    onset = held(story)
    story.clock.move_to(onset + 3 * DAY)

    early = rule(story, **crs(onset, grade_now=2))
    assert early.body["offered"] == ["HOLD_ON"], early
    assert rule(story, **gone(story, onset)).body["offered"] == ["RESTART_LOW"]
    done = decide(story, choice="RESTART_LOW", **gone(story, onset))
    assert done.status == 201, done
    assert done.body["decision"]["departs"] is False

    hung = story.bags("HUNG")
    if not hung or when(hung[0]["use_by"]) <= story.clock.now():
        story.hang(story.deliver_next(), replaces=hung[0] if hung else None)
    back = story.clock.now()
    resumed = tell(story, kind="RESUME", at=at(back), supervised=True)
    assert resumed.status == 201, resumed

    after = cycle_of(story)
    assert [one["level"] for one in after["steps"]] == ["low", "full"]
    step = when(after["steps"][1]["at"])
    assert abs(step - (back + 7 * DAY)) < HOUR
    moved = when(after["infusion_ends_at"]) - when(before["infusion_ends_at"])
    assert abs(moved - (back - onset)) < HOUR
    assert {int(one["daily_dose_mcg"]) for one in story.bags("PLANNED")} == {9, 28}


def test_eight_days_hold_is_no_restart_but_a_new_cycle_by_a_physicians_word(story):
    onset = held(story)
    story.clock.move_to(onset + 8 * DAY)
    story.weigh()

    shown = rule(story, **gone(story, onset))
    assert shown.body["needs_new_cycle"] is True, shown
    assert "RESTART_LOW" not in shown.body["offered"]
    refused = decide(story, choice="RESTART_LOW", reason="Try.", **gone(story, onset))
    assert (refused.status, refused.body["code"]) == (409, "new_cycle_needed")
    back = tell(story, kind="RESUME", at=at(story.clock.now()), supervised=True)
    assert back.body["code"] == "new_cycle_needed"

    start = story.clock.now() + DAY
    answers = {"start_at": at(start), "reason": "Eight days after grade 3 CRS."}
    silent = story.physician.post(
        f"{story.path}/replace-cycle", seen=story.path, **answers
    )
    assert silent.body["code"] == "invalid", silent
    new = story.do(
        story.physician, "replace-cycle", repeats=True, begins_low=True, **answers
    )

    assert new.status == 200, new
    assert new.body["status"] == "ACTIVE"
    second = cycle_of(story, 2)
    assert (cycle_of(story)["status"], second["status"]) == ("STOPPED", "PLANNED")
    assert [one["level"] for one in second["steps"]] == ["low", "full"]
