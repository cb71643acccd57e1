"""A nurse looks for a start that suits everybody; a physician orders it."""

import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infusion import models
from tests.api.clients import code_of
from tests.factories import infusion as factories
from tests.factories.patients import MeasurementFactory

NEW_YORK = ZoneInfo("America/New_York")
HOURS = {str(day): [["08:00", "17:00"]] for day in range(5)}
ASKED = {"regimen_key": "us-label-mrd"}


@pytest.fixture
def site(world):
    world.site.working_hours = HOURS
    world.site.holiday_calendar = "US"
    world.site.save()
    return world.site


@pytest.fixture
def patient(world, site):
    factories.weigh(world.patient, world.now)
    return world.patient


@pytest.fixture
def ask(world, patient):
    def _ask(body: Any = None, *, who: str = "NURSE", of: Any = None, **more: str):
        path = f"patients/{(of or patient).id}/start-days"
        return world.api(who).post(path, {**ASKED, **(body or {})}, **more)

    return _ask


@pytest.fixture
def compare(world, patient):
    def _compare(*plans: Any, who: str = "NURSE", **more: Any):
        path = f"patients/{patient.id}/plan-comparison"
        return world.api(who).post(path, {**ASKED, "plans": list(plans), **more})

    return _compare


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(NEW_YORK)


def test_a_nurse_asks_and_a_physician_orders_the_best_start(world, patient, ask):
    found = ask().json()

    starts = [option["start"]["at"] for option in found["options"]]
    assert len(starts) >= 53
    assert found["best_start_at"] in starts
    best = found["options"][starts.index(found["best_start_at"])]
    assert best["is_complete"]
    assert best["bad_visits"] == min(one["bad_visits"] for one in found["options"])
    assert found["reasons"][0]["criterion"] == "outside"
    assert models.Course.objects.count() == 0

    order = {**ASKED, "start_at": found["best_start_at"], "cycles": 1}
    ordered = world.api("PHYSICIAN").post(f"patients/{patient.id}/courses", order)
    assert ordered.status_code == 201


def test_every_start_says_where_its_disconnect_falls(ask):
    for option in ask().json()["options"]:
        start, end = local(option["start"]["at"]), local(option["disconnect"]["at"])
        # 28 days later it is the same weekday (report, 2.4), whatever the clocks do.
        assert (
            end - start == dt.timedelta(days=28) or end.utcoffset() != start.utcoffset()
        )
        assert start.weekday() == end.weekday()
        assert option["start"]["off_day"] >= (start.weekday() in {5, 6})
        assert option["steps"] == []


def test_the_answer_says_what_it_rests_on(world, site, ask):
    asked = ask().json()["asked"]

    assert asked["time_zone"] == "America/New_York"
    assert asked["weight_kg"] == "70"
    assert asked["knows_hours"]
    assert asked["knows_holidays"]
    assert asked["unsure_years"] == []
    paths = {one["path"] for one in asked["unverified"]}
    assert "site policy: importance_outside" in paths
    assert any(path.startswith("us-label-mrd") for path in paths)
    site.working_hours, site.holiday_calendar = {}, ""
    site.save()
    asked = ask().json()["asked"]
    assert (asked["knows_hours"], asked["knows_holidays"]) == (False, False)


def test_hours_and_the_first_day_may_be_chosen(world, ask):
    day = (world.now.astimezone(NEW_YORK) + dt.timedelta(days=30)).date()
    found = ask({"hours": ["09:30", "16:00"], "first_day": day.isoformat()}).json()

    starts = [local(option["start"]["at"]) for option in found["options"]]
    assert len(starts) == 28
    assert starts[0].date() == day
    assert {f"{at:%H:%M}" for at in starts} == {"09:30", "16:00"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"regimen_key": "no-such"}, 422, "regimen_unknown"),
        ({"block_key": "no-such"}, 422, "block_unknown"),
        ({"first_day": "2020-01-01"}, 422, "first_day_not_offered"),
        ({"first_day": "2199-01-01"}, 422, "first_day_not_offered"),
        ({"first_day": "soon"}, 400, "invalid"),
        ({"hours": []}, 400, "invalid"),
        ({"hours": ["25:00"]}, 400, "invalid"),
        ({"hours": ["08:00"] * 9}, 400, "invalid"),
        ({"days": 400}, 400, "invalid"),
    ],
)
def test_what_cannot_be_asked_is_refused(ask, body, status, code):
    answer = ask(body)

    assert answer.status_code == status, answer.json()
    assert (
        code in {answer.json()["code"], *(e["code"] for e in answer.json()["errors"])}
        or code == "invalid"
    )


def test_without_a_weight_there_is_nothing_to_plan(world, site, ask):
    assert code_of(ask(of=world.neighbour)) == (422, "weight_missing")


def test_a_child_without_a_height_is_refused(world, site, ask):
    factories.weigh(world.neighbour, world.now, "18.00")

    assert code_of(ask(of=world.neighbour)) == (422, "height_missing")


def test_a_small_child_gets_only_bags_that_fit(world, site, ask):
    """Label fact sheet 4.2: the 7-day bag is for 5.4 kg and more."""
    small = world.neighbour
    factories.weigh(small, world.now, "5.00")
    MeasurementFactory(patient=small, kind="HEIGHT_CM", value=60, taken_at=world.now)
    light = {o["start"]["at"]: o["changes"] for o in ask(of=small).json()["options"]}
    heavy = {o["start"]["at"]: o["changes"] for o in ask().json()["options"]}

    assert sum(light.values()) > sum(heavy.values())


def test_the_chart_comes_as_svg(ask):
    picture = ask(accept="image/svg+xml")

    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    assert picture.content.startswith(b"<svg")
    assert "★".encode() in picture.content


def test_two_starts_are_compared_with_their_pictures(world, ask, compare):
    found = ask().json()
    worst = max(found["options"], key=lambda one: one["bad_visits"])["start"]["at"]
    both = compare({"start_at": found["best_start_at"]}, {"start_at": worst}).json()

    assert both["better"] == 0
    assert both["reasons"]
    first, second = both["plans"]
    assert first["option"]["bad_visits"] < second["option"]["bad_visits"]
    assert all(plan["ribbon"].startswith("<svg") for plan in both["plans"])
    assert 'id="plan-1-title"' in first["ribbon"]
    assert 'id="plan-2-title"' in second["ribbon"]
    assert len(first["bags"]) == first["option"]["changes"]
    assert first["visits"][0]["kind"] == "START"
    assert first["visits"][-1]["kind"] == "DISCONNECT"


def test_two_sets_of_bags_are_compared(world, ask, compare):
    start = ask().json()["best_start_at"]
    short = ["us-24h", "us-48h"]
    both = compare(
        {"start_at": start}, {"start_at": start, "recipe_keys": short}
    ).json()

    assert both["better"] == 0
    all_bags, short_bags = both["plans"]
    assert short_bags["recipe_keys"] == short
    assert {bag["recipe_key"] for bag in short_bags["bags"]} <= set(short)
    assert short_bags["option"]["changes"] > all_bags["option"]["changes"]


def test_a_rhythm_and_one_rate_are_compared(world, ask, compare):
    start = ask().json()["best_start_at"]
    both = compare(
        {"start_at": start, "run_pattern": "72_96"},
        {"start_at": start, "one_rate": True},
    ).json()

    rhythm, rate = both["plans"]
    assert rhythm["run_pattern_hours"] == [72, 96]
    assert rate["one_rate"] is True
    assert len({bag["rate_ml_h"] for bag in rate["bags"]}) == 1


def test_equal_plans_have_no_winner(world, ask, compare):
    start = ask().json()["best_start_at"]
    both = compare({"start_at": start}, {"start_at": start}).json()

    assert both["better"] is None
    assert both["reasons"] == []


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"start_at": "2020-01-01T00:00:00Z"}, 422, "start_in_the_past"),
        ({"start_at": "2190-01-01T00:00:00Z"}, 422, "first_day_not_offered"),
        ({"start_at": "2027-01-01T00:00:00"}, 400, "naive_time"),
        ({"recipe_keys": ["no-such"]}, 422, "recipe_unknown"),
        ({"recipe_keys": []}, 400, "min_length"),
        ({"run_pattern": "48_96"}, 400, "invalid_choice"),
    ],
)
def test_a_side_that_cannot_be_is_refused(world, compare, change, status, code):
    start = (world.now + dt.timedelta(days=1)).isoformat()
    answer = compare({"start_at": start}, {"start_at": start, **change})

    assert answer.status_code == status, answer.json()
    found = {answer.json()["code"]} | {e["code"] for e in answer.json()["errors"]}
    assert code in found


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_comparison_is_of_two_plans(world, compare, number):
    start = (world.now + dt.timedelta(days=1)).isoformat()

    assert compare(*[{"start_at": start}] * number).status_code == 400


def test_patients_and_strangers_get_nothing(world, site, ask):
    assert ask(who="PATIENT").status_code == 403
    assert ask(who="AUDITOR").status_code == 403
    assert ask(of=world.stranger).status_code == 404
    assert (
        world.api("NURSE")
        .post(f"patients/{uuid.uuid4()}/start-days", ASKED)
        .status_code
        == 404
    )


def test_the_advice_takes_the_same_queries_however_many_starts(ask):
    with CaptureQueriesContext(connection) as of_one:
        few = ask({"hours": ["08:00"]}).json()["options"]
    with CaptureQueriesContext(connection) as of_five:
        many = ask({"hours": ["08:00", "09:00", "10:00", "11:00", "12:00"]}).json()

    # Today only offers the hours that are still to come.
    assert len(many["options"]) > 4 * len(few) > 0
    assert len(of_five) == len(of_one) <= 35


def test_the_plan_of_a_course_says_what_it_costs(world, patient, ask):
    order = {**ASKED, "start_at": ask().json()["best_start_at"], "cycles": 1}
    preview = world.api("PHYSICIAN").post(
        f"patients/{patient.id}/course-preview", order
    )
    course = world.api("PHYSICIAN").post(f"patients/{patient.id}/courses", order).json()

    plan = world.api("NURSE").get(f"courses/{course['id']}/plan").json()

    bill = plan["cycles"][0]["bill"]
    assert bill["bags"] == len(plan["bags"])
    assert bill["vials"] >= bill["bags"]
    assert bill["outside"] == 0
    assert preview.json()["calendar"]["knows_hours"]
    score = preview.json()["cycles"][0]["score"]
    assert bill["vials"] == score["vials_at_least"]
    assert bill["waste_minutes"] == score["waste_hours"] * 60
    assert plan["cycles"][0]["hints"] == []
