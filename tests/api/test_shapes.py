"""What goes out, key by key: a new key must be put on the list on purpose."""

import pytest

from infusion import models

COURSE = {
    "id",
    "version",
    "patient_id",
    "site_id",
    "status",
    "regimen_key",
    "regimen_version",
    "exit_key",
    "regimen_title",
    "label_id",
    "label_revision",
    "time_zone",
    "cycles_planned",
    "max_cycles",
    "ordered_at",
    "plan_number",
    "cycles",
    "placements",
}
PLAN = {
    "course_id",
    "version",
    "plan_number",
    "time_zone",
    "cycles",
    "bags",
    "visits",
    "messages",
    "unmet",
}
STAFF_PLAN = {"open_check", "unverified"}
PLACEMENT = {"kind", "from_at"}
STAFF_PLACEMENT = {"reason", "override_reason"}
BAG = {
    "id",
    "version",
    "cycle_number",
    "sequence",
    "code",
    "status",
    "recipe_key",
    "recipe_title",
    "hours",
    "rate_ml_h",
    "volume_ml",
    "daily_dose_mcg",
    "hang_at",
    "take_down_at",
    "use_by",
    "prepared_at",
    "delivered_at",
    "hung_at",
    "taken_down_at",
    "dry_at",
    "filter_required",
    "diluent",
}
FAMILY = ("PATIENT", "CAREGIVER")


@pytest.mark.parametrize("kind", FAMILY)
def test_the_family_sees_these_keys_and_no_other(world, running, kind):
    api = world.api(kind)
    course = api.get(f"courses/{running.id}").json()
    plan = api.get(f"courses/{running.id}/plan").json()

    assert set(course) == COURSE
    assert set(course["placements"][0]) == PLACEMENT
    assert set(plan) == PLAN
    assert set(plan["bags"][0]) == BAG


def test_staff_see_these_keys_more(world, running):
    api = world.api("NURSE")
    course = api.get(f"courses/{running.id}").json()
    plan = api.get(f"courses/{running.id}/plan").json()

    assert set(course) == COURSE
    assert set(course["placements"][0]) == PLACEMENT | STAFF_PLACEMENT
    assert set(plan) == PLAN | STAFF_PLAN


@pytest.mark.parametrize("kind", FAMILY)
def test_the_family_sees_only_its_own_messages(world, running, kind):
    user = world.people[kind]
    rows = world.api(kind).get(f"courses/{running.id}/messages").json()["results"]
    own = {str(world.patient.id)} if kind == "PATIENT" else set()

    assert all(
        row["user_id"] == str(user.id) or row["patient_id"] in own for row in rows
    )


def test_decimals_have_no_trailing_zeros_and_instants_end_in_z(world, running):
    plan = world.api("NURSE").get(f"courses/{running.id}/plan").json()

    for bag in plan["bags"]:
        for name in ("rate_ml_h", "volume_ml", "daily_dose_mcg"):
            number = bag[name]
            assert "." not in number or not number.endswith(("0", "."))
            assert not number.startswith(".")
        assert bag["hang_at"].endswith("Z")


def test_the_ribbon_is_a_picture(world, running):
    answer = world.api("PATIENT").get(f"courses/{running.id}/ribbon.svg")

    assert answer.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert answer.content.startswith(b"<svg")
    assert b"<script" not in answer.content
    missing = world.api("NURSE").get(f"courses/{running.id}/ribbon.svg?cycle=9")
    assert missing.json()["code"] == "not_found"


def test_a_bag_is_found_by_its_code_within_reach(world, running):
    bag = models.Bag.objects.filter(course=running).first()

    def found(kind):
        rows = world.api(kind).get(f"bags?code={bag.code}").json()["results"]
        return [row["id"] for row in rows]

    assert found("NURSE") == found("HOME_NURSE") == [str(bag.id)]
    assert found("OTHER_NURSE") == []


def test_lists_need_the_same_few_queries(world, running, django_assert_max_num_queries):
    api = world.api("NURSE")
    for path, most in (
        ("courses", 9),
        ("visits", 9),
        (f"courses/{running.id}/messages", 10),
        (f"courses/{running.id}/plan", 24),
        (f"courses/{running.id}", 23),
    ):
        with django_assert_max_num_queries(most):
            assert api.get(path).status_code == 200
