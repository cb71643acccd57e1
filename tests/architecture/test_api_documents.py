"""What is written for the builders of the app holds."""

from pathlib import Path

import pytest

from config.problem_texts import TEXTS
from infusion.wording.alerts import ALERTS
from infusion.wording.changes import CHANGES
from infusion.wording.checkins import CHECKINS
from infusion.wording.courses import COURSES
from infusion.wording.events import EVENTS
from infusion.wording.messages import MESSAGES
from infusion.wording.people import PEOPLE
from infusion.wording.readiness import READINESS
from infusion.wording.reminders import REMINDERS
from infusion.wording.requests import REQUESTS
from infusion.wording.rota import ROTA
from infusion.wording.walking import WALKING

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "api"
ROWS = {
    **TEXTS,
    **REQUESTS,
    **COURSES,
    **CHANGES,
    **EVENTS,
    **WALKING,
    **READINESS,
    **PEOPLE,
    **ROTA,
    **REMINDERS,
    **MESSAGES,
    **ALERTS,
    **CHECKINS,
}


@pytest.mark.parametrize("code", sorted(ROWS))
def test_every_code_is_told(code):
    row = ROWS[code]

    assert (
        f"| {row.status} | `{code}` | {row.detail} |"
        in (FOLDER / "codes.md").read_text().splitlines()
    )


def test_no_code_is_told_that_does_not_exist():
    lines = (FOLDER / "codes.md").read_text().splitlines()
    told = {
        line.split("`")[1] for line in lines if line.count("`") == 2 and "|" in line
    }

    assert told == set(ROWS)
