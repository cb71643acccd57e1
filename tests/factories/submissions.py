"""Check-ins that are due, and answers as a phone sends them."""

import datetime as dt
import uuid
from typing import Any

from infusion import catalogue, models
from infusion.catalogue.questionnaires import shipped_questionnaires
from infusion.domain.checkins import Way
from infusion.domain.submissions import FormAnswers, Submission
from tests.factories.wards import Ward

HOUR = dt.timedelta(hours=1)
# All is well, by question of the daily check of an adult.
WELL = {
    "temperature": "36.8",
    "antipyretic": "NO",
    "steroid": "NO",
    "chills": "NO",
    "breath": "NO",
    "dizziness": "NO",
    "fainting": "NO",
    "sleepiness": "NO",
    "confusion": "NO",
    "speech": "SAME",
    "tremor": "NO",
    "balance": "SAME",
    "weakness": "NO",
    "seizure": "NO",
    "headache": "NONE",
    "belly": "NONE",
}
DAILY = "daily-adult"


def form(key: str = DAILY, version: str = "", **answers: str) -> FormAnswers:
    """Return answers to one form; of the daily check all is well but for these."""
    given = {**(WELL if key == DAILY else {}), **_keys(answers)}
    return FormAnswers(
        key=key,
        version=version or shipped_questionnaires()[key].version,
        answers={name: answer for name, answer in given.items() if answer},
    )


def _keys(answers: dict[str, str]) -> dict[str, str]:
    """Python names have no hyphen; an empty answer is left out."""
    return {name.replace("_", "-"): answer for name, answer in answers.items()}


def sent(at: dt.datetime, *forms: FormAnswers, **more: Any) -> Submission:
    """Return answers as a phone sends them; without forms all is well."""
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "forms": forms or (form(),),
        "given_at": at,
        "way": Way.SELF,
        **more,
    }
    return Submission(**values)


def due(course: models.Course, at: dt.datetime, **more: Any) -> models.CheckIn:
    """Store a check-in that is due: rung about after an hour, missed after two."""
    values: dict[str, Any] = {
        "key": f"test:{uuid.uuid4()}",
        "forms": [DAILY],
        "due_at": at,
        "call_at": at + HOUR,
        "alert_at": at + 2 * HOUR,
        **more,
    }
    return models.CheckIn.objects.create(course=course, **values)


def bare_course(place: Ward) -> models.Course:
    """Store a course without a plan: enough to ask how somebody is."""
    body = catalogue.document("us-label-rr")
    snapshot, _ = models.RegimenSnapshot.objects.get_or_create(
        digest=catalogue.digest_of(body),
        version="1.0.0",
        defaults={"key": "us-label-rr", "body": body},
    )
    return models.Course.objects.create(
        patient=place.patient,
        site=place.site,
        regimen_key="us-label-rr",
        regimen_version="1.0.0",
        snapshot=snapshot,
        time_zone=place.patient.time_zone,
        cycles_planned=1,
        ordered_by_id=place.physician.user_id,
        ordered_at=place.now,
    )
