"""The ETag of a check-in: another one as soon as it shows something else."""

import datetime as dt
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.clients import code_of
from tests.factories import checkins as factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(running, world):
    """Return neuro questions that are due."""
    due_at = world.now - dt.timedelta(minutes=5)
    return factories.check_in(running, due_at, forms=["neuro"])


@pytest.fixture
def answered(world, row):
    """Return bad answers to them, with a sentence to photograph."""
    form = {"key": "neuro", "version": "1.0.0", "answers": {"year": "RIGHT"}}
    sent = {"id": str(uuid.uuid4()), "given_at": world.now.isoformat(), "forms": [form]}
    return world.api("CAREGIVER").post(f"check-ins/{row.pk}/answers", sent).json()


def photograph(world, answered):
    api = world.api("CAREGIVER")
    file = SimpleUploadedFile("x.jpg", factories.JPEG, content_type="image/jpeg")
    return api.client.post(
        answered["photos_url"],
        {"question": "neuro.sentence-photo", "photo": file},
        headers=api.headers,
    )


def test_a_photograph_is_seen_by_whoever_asks_whether_something_changed(
    world, row, answered
):
    api = world.api("NURSE")
    before = api.get(f"check-ins/{row.pk}").headers["ETag"]
    unchanged = api.get(f"check-ins/{row.pk}", if_none_match=before)

    photograph(world, answered)
    after = api.get(f"check-ins/{row.pk}", if_none_match=before)

    assert (unchanged.status_code, after.status_code) == (304, 200)
    assert len(after.json()["answers"][0]["photos"]) == 1
    assert after.headers["ETag"] != before


def test_a_photograph_that_comes_meanwhile_refuses_no_look(world, row, answered):
    api = world.api("NURSE")
    seen = api.get(f"check-ins/{row.pk}").headers["ETag"]
    photograph(world, answered)

    look = api.post(
        f"check-ins/{row.pk}/looks", {"what": "PHYSICIAN_TOLD"}, if_match=seen
    )

    assert look.status_code == 201
    assert look.headers["ETag"] == api.get(f"check-ins/{row.pk}").headers["ETag"]


def test_that_nobody_was_reached_is_seen_and_the_next_one_may_say_more(
    world, row, answered
):
    api, path = world.api("NURSE"), f"check-ins/{row.pk}"
    seen = api.get(path).headers["ETag"]

    tried = api.post(f"{path}/looks", {"what": "NOT_REACHED"}, if_match=seen)
    after = api.get(path, if_none_match=seen)
    reached = api.post(f"{path}/looks", {"what": "PHYSICIAN_TOLD"}, if_match=seen)
    again = api.post(f"{path}/looks", {"what": "PHYSICIAN_TOLD"}, if_match=seen)

    assert tried.headers["ETag"] == after.headers["ETag"] != seen
    assert [one["what"] for one in after.json()["looks"]] == ["NOT_REACHED"]
    assert reached.status_code == 201
    assert code_of(again)[0] == 412
