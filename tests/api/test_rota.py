"""The rota over REST, as a client sees it."""

import datetime as dt

import pytest

from tests.factories.patients import MembershipFactory


def text(instant):
    return instant.isoformat().replace("+00:00", "Z")


@pytest.fixture
def asked(world):
    def make(start=0, end=12, **more):
        hour = dt.timedelta(hours=1)
        return {
            "role": "NURSE",
            "from_at": text(world.now + start * hour),
            "to_at": text(world.now + end * hour),
            **more,
        }

    return make


def test_a_shift_is_planned_given_offered_and_taken(world, asked):
    nurse, second = world.api("NURSE"), world.api("SECOND_NURSE")
    holder = str(world.people["NURSE"].id)
    other = str(world.people["SECOND_NURSE"].id)
    site = f"sites/{world.site.id}"

    made = nurse.post(f"{site}/shifts", asked())
    shift = made.json()
    assert (made.status_code, shift["user_id"]) == (201, None)
    given = nurse.post(
        f"shifts/{shift['id']}/assign", {"user_id": holder}, version=1
    ).json()
    assert (given["user_id"], given["version"]) == (holder, 2)
    swap = nurse.post(f"shifts/{shift['id']}/swap", {"user_id": other}, version=2)
    assert swap.json()["status"] == "PROPOSED"
    taken = second.post(f"swaps/{swap.json()['id']}/answer", {"accept": True})
    assert taken.json()["status"] == "ACCEPTED"

    now = nurse.get(f"{site}/on-call").json()
    assert [(one["role"], one["user_id"]) for one in now["on_call"]] == [
        ("NURSE", other)
    ]
    assert [gap["from_at"] for gap in now["gaps"]] == [shift["to_at"]]
    (row,) = nurse.get(f"{site}/shifts").json()["results"]
    assert row["user_id"] == other


@pytest.mark.parametrize(
    ("start", "end", "status", "code"),
    [
        (12, 12, 422, "shift_reversed"),
        (-9, -1, 409, "shift_over"),
        (0, 24 * 15, 422, "shift_too_long"),
        (11, 13, 409, "shift_overlaps"),
    ],
)
def test_a_shift_that_cannot_be_is_refused_with_the_reason(
    world, asked, start, end, status, code
):
    api = world.api("COORDINATOR")
    path = f"sites/{world.site.id}/shifts"
    api.post(path, asked())

    refused = api.post(path, asked(start, end))

    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_somebody_from_elsewhere_is_not_put_on_call(world, asked):
    path = f"sites/{world.site.id}/shifts"
    stranger = MembershipFactory(site=world.other_site, role="NURSE").user

    refused = world.api("NURSE").post(path, asked(user_id=str(stranger.id)))

    assert refused.json()["code"] == "not_on_staff"


def test_a_shift_that_changed_meanwhile_is_not_taken_out(world, asked):
    api = world.api("NURSE")
    shift = api.post(f"sites/{world.site.id}/shifts", asked()).json()

    assert api.post(f"shifts/{shift['id']}/remove", {}, version=7).status_code == 412
    assert api.post(f"shifts/{shift['id']}/remove", {}, version=1).status_code == 200
    assert api.get(f"sites/{world.site.id}/shifts").json()["results"] == []
