"""Calls that nobody waited for, typed in by a nurse over REST."""

import uuid

import pytest

from infusion import models
from tests.api.clients import code_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(world, running):
    """Return how somebody enters a call about the course."""
    form = {"key": "daily-adult", "version": "1.0.0", "answers": {"chills": "YES"}}

    def enter(kind, **changes):
        said = {"id": str(uuid.uuid4()), "given_at": world.now.isoformat()}
        said |= {"forms": [form], "way": "TELEPHONE", "source": "CAREGIVER"}
        path = f"courses/{running.pk}/check-ins/enter"
        return world.api(kind).post(path, said | changes)

    return enter


def test_a_call_nobody_waited_for_is_entered_in_the_language_it_was_held_in(call):
    answer = call("NURSE", language="es")

    row = models.CheckInAnswers.objects.get()
    assert (answer.status_code, answer.json()["colour"]) == (201, "RED")
    assert (row.way, row.source, row.language) == ("TELEPHONE", "CAREGIVER", "es")
    assert row.check_in.kind == "UNPLANNED"


def test_a_family_enters_no_call_and_a_language_is_a_code(call):
    assert call("CAREGIVER").status_code == 403
    for language in ("Spanish", "", "e"):
        assert code_of(call("NURSE", language=language)) == (400, "invalid")
    assert not models.CheckInAnswers.objects.exists()
