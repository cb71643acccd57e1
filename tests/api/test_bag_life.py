"""A bag through the pharmacy, over REST."""

import pytest

from infusion import models
from tests.api.clients import Api
from tests.factories.patients import MembershipFactory

pytestmark = pytest.mark.django_db
SIGNED = {"value": "YES", "signed_by": "A. Apotheker", "signed_on": "2026-01-01"}


@pytest.fixture
def bag(world, course):
    world.site.policy = {"pharmacy_records_steps": SIGNED}
    world.site.save()
    return models.Bag.objects.filter(course=course).earliest("planned_hang_at")


def step(api, bag, name, body=None):
    bag.refresh_from_db()
    return api.post(f"bags/{bag.id}/{name}", body, version=bag.version)


def at(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_bag_is_ordered_made_checked_by_another_sent_and_delivered(world, bag):
    first = world.api("PHARMACIST")
    second = Api(MembershipFactory(site=world.site, role="PHARMACIST").user)
    nurse = world.api("NURSE")

    left_out = step(nurse, bag, "deliver", {"prepared_at": at(world.now), "lot": "L"})
    assert left_out.json()["code"] == "pharmacy_step_left_out"
    assert step(nurse, bag, "order").status_code == 403
    assert step(first, bag, "order").json()["status"] == "ORDERED"
    made = step(
        first, bag, "compound", {"prepared_at": at(world.now), "lot": "L7"}
    ).json()
    assert (made["status"], made["lot"]) == ("COMPOUNDED", "L7")
    assert None not in (made["cold_until"], made["use_by"])
    own = step(first, bag, "check")
    assert (own.status_code, own.json()["code"]) == (409, "same_person_twice")
    assert step(second, bag, "check").json()["status"] == "CHECKED"
    assert step(first, bag, "dispatch").json()["status"] == "DISPATCHED"
    assert step(nurse, bag, "deliver").json()["status"] == "DELIVERED"


def test_a_step_on_an_old_version_is_412_and_twice_with_one_key_is_once(world, bag):
    api = world.api("PHARMACIST")
    path = f"bags/{bag.id}/order"

    first = api.post(path, version=bag.version, key="one-order")
    again = api.post(path, version=bag.version, key="one-order")
    late = api.post(path, version=bag.version)

    assert (first.status_code, again.json()) == (200, first.json())
    assert late.status_code == 412


def test_a_bag_is_thrown_away_for_a_reason_of_the_list(world, bag):
    api = world.api("PHARMACIST")
    step(api, bag, "order")
    step(api, bag, "compound", {"prepared_at": at(world.now)})

    for body, code in (
        ({"reason": "leaks"}, "invalid"),
        ({"reason": "OTHER"}, "discard_note_missing"),
        ({"reason": "LEAKED", "remaining_ml": "9000"}, "volume_impossible"),
    ):
        assert step(api, bag, "discard", body).json()["code"] == code
    gone = step(
        api, bag, "discard", {"reason": "LEAKED", "remaining_ml": "12.5"}
    ).json()

    assert (gone["status"], gone["discard_reason"]) == ("DISCARDED", "LEAKED")
    assert gone["discarded_ml"] == "12.5"


def test_the_work_list_comes_in_pages_and_tells_by_when_a_bag_must_leave(world, bag):
    api = world.api("PHARMACIST")

    first = api.get("bag-work?page_size=1").json()
    second = api.get(first["next"].split("/api/v1/")[1]).json()

    assert [row["work"] for row in first["results"] + second["results"]] == [
        "ORDER",
        "ORDER",
    ]
    assert first["results"][0]["bag_id"] == str(bag.id)
    assert first["results"][0]["due_at"] < second["results"][0]["due_at"]
    assert api.get("bag-work?work=CHECK").json()["results"] == []
    assert api.get("bag-work?work=COOK").status_code == 400
    assert world.api("OTHER_PHARMACIST").get("bag-work").json()["results"] == []
    assert world.api("PATIENT").get("bag-work").status_code == 403
