"""Check-ins over REST: asked, answered, answered twice, wrongly, by telephone, with photos."""

import datetime as dt
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from infusion import models
from infusion.domain.photos import LARGEST_BYTES
from infusion.services.checkins_answering import ask_for_call
from tests.api.clients import code_of
from tests.factories import checkins as factories

pytestmark = pytest.mark.django_db
ADULT = {"key": "daily-adult", "version": "1.0.0"}
FINE = {
    "temperature": "36.8",
    **dict.fromkeys(
        ["antipyretic", "steroid", "chills", "breath", "dizziness", "fainting"], "NO"
    ),
    **dict.fromkeys(["sleepiness", "confusion", "tremor", "weakness", "seizure"], "NO"),
    "speech": "SAME",
    "balance": "SAME",
    "headache": "NONE",
    "belly": "NONE",
}


@pytest.fixture
def due(running, world):
    """Return a check-in that is due."""
    return factories.check_in(running, world.now - dt.timedelta(minutes=5))


def body(now, answers=None, **changes):
    form = ADULT | {"answers": FINE if answers is None else answers}
    sent = {"id": str(uuid.uuid4()), "given_at": now.isoformat(), "forms": [form]}
    return sent | changes


def send(world, due, sent, kind="PATIENT", path="answers"):
    return world.api(kind).post(f"check-ins/{due.pk}/{path}", sent)


def test_a_family_reads_what_it_is_asked(world, due):
    found = world.api("CAREGIVER").get(f"check-ins/{due.pk}/sheet").json()
    questions = {one["key"]: one for one in found["forms"][0]["questions"]}
    signs = {one["question"]: one for one in found["signs"]["answers"]}

    assert found["hotline"] == world.site.on_call_phone
    assert (found["forms"][0]["key"], found["forms"][0]["version"]) == tuple(
        ADULT.values()
    )
    assert set(questions["chills"]["text"]) == {"en", "zh_hans"}
    assert questions["antipyretic-time"]["asked_when"]["answers"] == ["YES"]
    assert (questions["temperature"]["unit"], questions["temperature"]["most"]) == (
        "Cel",
        "45",
    )
    assert signs["temperature"]["limits"][0]["at_least"] == "38"
    assert signs["chills"]["answers"] == ["YES"]


def test_good_answers_are_green_and_bad_ones_say_which_rules_fired(world, due, running):
    now = world.now
    first = send(world, due, body(now))
    other = factories.check_in(running, now - dt.timedelta(minutes=1))
    second = send(world, other, body(now, FINE | {"temperature": "38.4"}))
    told = world.api("NURSE").get(f"check-ins/{other.pk}").json()

    assert (first.status_code, first.json()["colour"]) == (201, "GREEN")
    assert (second.status_code, second.json()["colour"]) == (201, "RED")
    result = told["answers"][0]["result"]
    fever = next(one for one in result["fired"] if one["rule"] == "fever")
    assert fever["answers"][0]["verbatim"] == "38.4"
    assert (fever["mark"], bool(fever["sources"])) == ("S", True)
    assert told["answers"][0]["values"]["daily-adult"]["temperature"] == "38.4"
    assert result["grades"]


def test_a_family_sees_its_answers_without_grades(world, due):
    send(world, due, body(world.now))

    found = world.api("PATIENT").get(f"check-ins/{due.pk}").json()

    assert found["status"] == "ANSWERED"
    assert "grades" not in found["answers"][0]["result"]
    assert "looks" not in found


def test_the_same_twice_is_once_and_another_under_its_id_is_refused(world, due):
    sent = body(world.now)
    answers = [send(world, due, sent), send(world, due, sent)]
    other = send(world, due, sent | {"language": "zh-hans"})

    assert [one.status_code for one in answers] == [201, 200]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert code_of(other) == (409, "answers_differ")
    assert due.answers.count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"temperature": "98.6"}, "fact_impossible"),
        ({"temperature": "12"}, "fact_impossible"),
        ({"temperature": "hot"}, "fact_impossible"),
        ({"temperature-time": "2099-01-01T00:00:00Z"}, "answer_in_the_future"),
        ({"chills": "MAYBE"}, "answer_not_on_form"),
        ({"unheard-of": "YES"}, "answer_not_on_form"),
    ],
    ids=["fahrenheit", "out-of-range", "a-word", "future", "option", "question"],
)
def test_an_answer_that_cannot_be_is_named_and_nothing_is_kept(
    world, due, changes, code
):
    answer = send(world, due, body(world.now, FINE | changes))

    assert code_of(answer) == (422, code)
    assert [one["field"] for one in answer.json()["errors"]] == [*changes]
    assert not due.answers.exists()


def test_a_time_to_come_is_refused(world, due):
    later = (world.now + dt.timedelta(days=1)).isoformat()

    answer = send(world, due, body(world.now, given_at=later))

    assert code_of(answer) == (422, "answer_in_the_future")


def test_another_version_is_kept_and_the_client_is_told_what_to_do(world, due):
    old = [{"key": "daily-adult", "version": "0.9.0", "answers": FINE}]
    sent = body(world.now, forms=old)

    first, again = send(world, due, sent), send(world, due, sent)
    kept = models.UnreadAnswers.objects.get()
    told = world.api("NURSE").get(f"check-ins/{kept.check_in_id}").json()
    seen = world.api("CAREGIVER").get(f"check-ins/{kept.check_in_id}").json()

    assert code_of(first) == code_of(again) == (409, "answers_unread")
    assert "Load the questions again" in first.json()["detail"]
    assert (told["kind"], told["colour"]) == ("UNREAD", "RED")
    assert told["unread"][0]["values"]["daily-adult"] == FINE
    assert (told["unread"][0]["meant_id"], "unread" in seen) == (str(due.pk), False)


@pytest.mark.parametrize("version", ["1.0.0", "0.9.0"])
def test_the_same_form_twice_is_refused_and_neither_is_lost_unseen(world, due, version):
    twice = [ADULT | {"answers": FINE | {"seizure": one}} for one in ("YES", "NO")]
    twice[1]["version"] = version

    answer = send(world, due, body(world.now, forms=twice))

    assert code_of(answer) == (422, "form_twice")
    assert [one["field"] for one in answer.json()["errors"]] == ["forms.1.key"]
    assert not due.answers.exists()
    assert not models.UnreadAnswers.objects.exists()


@pytest.mark.parametrize("version", ["1.0.0", "0.9.0"])
@pytest.mark.parametrize("question", ["a\0b", "\ud800", "", "q" * 61, "a b"])
@pytest.mark.parametrize("said", ["YES", ""])
def test_a_question_of_an_impossible_name_is_refused_in_every_version(
    world, due, version, question, said
):
    sent = [{"key": "daily-adult", "version": version, "answers": {question: said}}]

    answer = send(world, due, body(world.now, forms=sent))

    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == ["forms.0.answers"]
    assert not models.UnreadAnswers.objects.exists()


@pytest.mark.parametrize("early", [dt.timedelta(0), dt.timedelta(hours=3)])
def test_answers_to_a_wish_to_be_rung_are_a_check_in_of_their_own(
    world, running, early
):
    wish = ask_for_call(
        actor=world.actor("CAREGIVER"), course_id=running.pk, now=world.now
    )

    nothing = send(world, wish, body(world.now - early, forms=[]))
    something = send(world, wish, body(world.now - early))

    assert code_of(nothing) == (422, "nothing_answered")
    assert something.status_code == 201
    assert something.json()["check_in_id"] != str(wish.pk)
    wish.refresh_from_db()
    assert (wish.colour, wish.looked_at, wish.answers.count()) == ("RED", None, 0)


def test_nobody_answers_for_another_patient(world, due):
    due.course.patient.user = None
    due.course.patient.save()
    world.neighbour.user = world.people["PATIENT"]
    world.neighbour.save()

    assert send(world, due, body(world.now)).status_code == 404
    assert not due.answers.exists()


def test_what_comes_forty_minutes_late_keeps_its_time(world, due):
    given = world.now - dt.timedelta(minutes=40)
    due.due_at = given
    due.save()

    answer = send(world, due, body(given, FINE | {"chills": "YES"}))

    row = models.CheckInAnswers.objects.get()
    assert answer.json()["colour"] == "RED"
    assert row.given_at == given
    assert row.received_at > given
    assert models.Alert.objects.filter(cause="CHECK_IN_RED").exists()


def test_a_nurse_enters_what_was_said_on_the_telephone(world, due):
    sent = body(world.now, way="TELEPHONE", source="CAREGIVER")
    refused = send(world, due, sent, "PATIENT", "enter")
    answer = send(world, due, sent, "NURSE", "enter")

    row = models.CheckInAnswers.objects.get()
    assert (refused.status_code, answer.status_code) == (403, 201)
    assert (row.way, row.source) == ("TELEPHONE", "CAREGIVER")


def test_answers_nobody_asked_for_are_taken(world, running):
    api = world.api("CAREGIVER")
    sheet = api.get(f"courses/{running.pk}/check-in-sheet").json()
    forms = [
        {"key": one["key"], "version": one["version"], "answers": {}}
        for one in sheet["forms"]
    ]
    forms[0]["answers"] = {"chills": "YES"}

    answer = api.post(f"courses/{running.pk}/check-ins", body(world.now, forms=forms))

    assert (answer.status_code, answer.json()["colour"]) == (201, "RED")
    assert models.CheckIn.objects.get().kind == "UNPLANNED"


def test_wishing_a_call_twice_is_one_wish(world, running):
    api = world.api("CAREGIVER")
    first, second = (api.post(f"courses/{running.pk}/call-wanted") for _ in range(2))

    assert first.status_code == 200
    assert first.json()["id"] == second.json()["id"]
    assert models.Alert.objects.get(cause="CALL_WANTED").severity == "RED"


def test_a_person_looks_and_a_stale_look_is_refused(world, due):
    send(world, due, body(world.now, FINE | {"chills": "YES"}))
    api, path = world.api("NURSE"), f"check-ins/{due.pk}/looks"
    due.refresh_from_db()
    look = {"what": "PHYSICIAN_TOLD", "note": "rung"}

    stale = api.post(path, look, version=due.version - 1)
    answer = api.post(path, look, version=due.version)

    due.refresh_from_db()
    assert (stale.status_code, answer.status_code) == (412, 201)
    assert due.looked_at is not None


# --- Photographs ----------------------------------------------------------------------


@pytest.fixture
def answered(world, running):
    """Return neuro answers, with a sentence to photograph."""
    row = factories.check_in(running, world.now, forms=["neuro"])
    form = {"key": "neuro", "version": "1.0.0", "answers": {"year": "RIGHT"}}
    return send(world, row, body(world.now, forms=[form]), "CAREGIVER").json()


def photograph(world, answered, bytes_, question="neuro.sentence-photo", **headers):
    api = world.api("CAREGIVER")
    file = SimpleUploadedFile("../../x.jpg", bytes_, content_type="image/jpeg")
    return api.client.post(
        answered["photos_url"],
        {"question": question, "photo": file},
        headers=api.headers,
        **headers,
    )


def test_a_photograph_is_kept_and_shown(world, answered):
    answer = photograph(world, answered, factories.JPEG)
    again = photograph(world, answered, factories.JPEG)
    shown = world.api("NURSE").get(f"photos/{answer.json()['id']}")

    assert (answer.status_code, again.status_code) == (201, 201)
    assert answer.json()["id"] == again.json()["id"]
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert shown.content.startswith(b"\xff\xd8\xff")
    assert (
        world.api("OTHER_NURSE").get(f"photos/{answer.json()['id']}").status_code == 404
    )


@pytest.mark.parametrize(
    ("bytes_", "status", "code"),
    [
        (b"<svg onload='x'/>", 422, "not_a_photo"),
        (b"", 422, "not_a_photo"),
        (factories.JPEG + b"\0" * LARGEST_BYTES, 422, "photo_too_large"),
    ],
    ids=["svg", "empty", "large"],
)
def test_a_photograph_that_is_none_is_refused_and_the_answers_stand(
    world, answered, bytes_, status, code
):
    assert code_of(photograph(world, answered, bytes_)) == (status, code)
    assert models.CheckInAnswers.objects.filter(id=answered["id"]).exists()


def test_forty_megabytes_are_refused_before_they_are_read(world, answered):
    answer = photograph(
        world, answered, factories.JPEG, CONTENT_LENGTH=40 * 1024 * 1024
    )

    assert code_of(answer) == (413, "body_too_large")


def test_a_photograph_nobody_asked_for_is_refused(world, answered):
    answer = photograph(world, answered, factories.JPEG, question="neuro.year")

    assert code_of(answer) == (422, "photo_not_asked")
