"""Whatever goes wrong, the client gets a problem and the log gets no patient."""

import io
import json
import logging

import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, InternalError, OperationalError
from django.http import Http404
from redis.exceptions import ConnectionError as RedisDown
from rest_framework import exceptions

from config import problems
from patients.policy import NotAllowed
from tests.api.clients import Api, code_of

KEYS = {
    "type",
    "title",
    "status",
    "detail",
    "instance",
    "code",
    "request_id",
    "errors",
}
CANARY = "Quetzalcanary"


class FromDriver(Exception):
    """What the database driver raises below Django's error."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__(f"Key (mrn)=({CANARY}) already exists")
        self.sqlstate = sqlstate


def caused(error: Exception, sqlstate: str | None) -> Exception:
    error.__cause__ = FromDriver(sqlstate)
    return error


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (caused(IntegrityError(CANARY), "23505"), 409, "conflict"),
        (caused(IntegrityError(CANARY), "23P01"), 409, "conflict"),
        (caused(IntegrityError(CANARY), "23514"), 500, "internal_error"),
        (caused(OperationalError(CANARY), "55P03"), 503, "busy"),
        (caused(OperationalError(CANARY), "40001"), 503, "busy"),
        (caused(OperationalError(CANARY), "40P01"), 503, "busy"),
        (caused(OperationalError(CANARY), "57014"), 503, "busy"),
        (caused(OperationalError(CANARY), None), 503, "unavailable"),
        (caused(OperationalError(CANARY), "57P01"), 503, "unavailable"),
        (caused(DatabaseError(CANARY), "22003"), 500, "internal_error"),
        (
            caused(InternalError("pgtrigger: Invalid transition of field"), "P0001"),
            409,
            "conflict",
        ),
        (caused(InternalError("Cannot update rows"), "P0001"), 500, "internal_error"),
        (RedisDown(CANARY), 503, "unavailable"),
        (Http404(CANARY), 404, "not_found"),
        (NotAllowed("bag.hang"), 403, "not_allowed"),
        (exceptions.PermissionDenied(CANARY), 403, "not_allowed"),
        (exceptions.Throttled(7), 429, "throttled"),
        (ValueError(CANARY), 500, "internal_error"),
        (KeyError(CANARY), 500, "internal_error"),
    ],
)
def test_every_kind_of_error_has_its_problem(error, status, code):
    problem = problems.problem_of(error)

    assert (problem.status, problem.code) == (status, code)
    assert CANARY not in problem.title + problem.detail
    if status in {429, 503}:
        assert int(problem.headers["Retry-After"]) > 0


@pytest.fixture
def written():
    """Return what the real log formatter writes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    configured = next(
        each
        for each in logging.getLogger().handlers
        if type(each.formatter).__name__ == "ProcessorFormatter"
    )
    handler.setFormatter(configured.formatter)
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def test_a_failure_tells_the_request_id_and_nothing_else(world, written, monkeypatch):
    def broken(*args, **kwargs):
        raise caused(IntegrityError(f"name={CANARY}"), "23514")

    monkeypatch.setattr("infusion.selectors.rest.list_course_rows", broken)

    answer = world.api("NURSE").get("courses")

    assert code_of(answer) == (500, "internal_error")
    assert set(answer.json()) == KEYS
    assert answer.json()["request_id"] in written.getvalue()
    assert "IntegrityError" in written.getvalue()
    assert CANARY not in answer.content.decode() + written.getvalue()


def test_a_failure_outside_the_api_writes_no_patient_either(written):
    try:
        raise caused(IntegrityError(f"name={CANARY}"), "23514")
    except IntegrityError:
        logging.getLogger("django.request").exception("Internal Server Error: /")

    assert "IntegrityError" in written.getvalue()
    assert CANARY not in written.getvalue()


def test_no_route_writes_a_patients_name(world, course, written):
    world.patient.family_name = CANARY
    world.patient.save()
    nurse = world.api("NURSE")

    nurse.get(f"patients/{world.patient.id}")
    nurse.get(f"patients?search={CANARY}")
    nurse.get(f"courses?status={CANARY}")
    nurse.get(f"courses/{course.id}/plan")
    nurse.post(f"patients/{world.patient.id}/measurements", {"kind": CANARY})
    nurse.post(f"courses/{course.id}/pause", {CANARY: CANARY, "note": CANARY})
    nurse.raw("POST", f"/api/v1/courses/{course.id}/pause", CANARY)

    assert "request_finished" in written.getvalue()
    assert CANARY not in written.getvalue()


BODIES = {
    "no json": b"{",
    "no utf-8": b'{"at": "\xff"}',
    "too deep": b"[" * 100_000,
    "nan": b'{"at": NaN}',
    "long number": b'{"at": ' + b"9" * 5000 + b"}",
    "text": b'"text"',
    "list": b"[1]",
    "null": b"null",
    "number": b"7",
    "lone surrogate": b'{"\\ud800": "\\ud800", "reason": "\\ud800"}',
    "nul": b'{"at": "\\u0000", "reason": "\\u0000"}',
    "empty": b"",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_is_none_is_refused(world, course, body):
    answer = world.api("NURSE").raw(
        "POST",
        f"/api/v1/courses/{course.id}/pause",
        body,
        if_match='"1"',
        idempotency_key="x",
    )

    assert answer.status_code == 400
    assert answer.json()["code"] in {"parse_error", "invalid"}
    assert set(answer.json()) == KEYS


def test_a_body_that_is_too_large_is_413(world, course):
    body = json.dumps({"note": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE})

    answer = world.api("NURSE").raw(
        "POST",
        f"/api/v1/courses/{course.id}/pause",
        body,
        if_match='"1"',
        idempotency_key="x",
    )

    assert code_of(answer) == (413, "body_too_large")


def test_another_format_is_415(world, course):
    answer = world.api("NURSE").client.post(
        f"/api/v1/courses/{course.id}/pause",
        {"at": "x"},
        headers={**world.api("NURSE").headers, "if-match": '"1"'},
    )

    assert code_of(answer) == (415, "unsupported_media_type")


def test_a_format_that_is_not_offered_is_406(world):
    assert code_of(world.api("NURSE").get("me", accept="text/html"))[0] == 406


@pytest.mark.parametrize(
    "query",
    [
        "cursor=x",
        "cursor=cD1ub3QtYW4taWQ%3D",
        "cursor=cD0lMDA%3D",
        "page_size=0",
        "page_size=201",
        "page_size=x",
        "status=NOPE",
        "patient=x",
        "site=%00",
        "unknown=1",
    ],
)
def test_a_query_that_makes_no_sense_is_400(world, query):
    assert world.api("NURSE").get(f"courses?{query}").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-01-01T00:00:00",
        "from=0256-01-01T00:00:00%2B16:00",
        "from=9999-12-31T23:59:59-14:00",
        "from=2026-01-01",
        "from=x",
        "to=2199-13-01T00:00:00Z",
    ],
)
def test_an_instant_that_makes_no_sense_is_400(world, query):
    answer = world.api("NURSE").get(f"visits?{query}")

    assert code_of(answer) == (400, "invalid")


def test_the_last_instants_that_make_sense_are_read(world):
    nurse = world.api("NURSE")

    for query in (
        "from=2199-12-31T23:59:59Z",
        "from=1900-01-01T00:00:00Z&to=2199-12-31T23:59:59Z",
        "to=1900-01-01T00:00:00Z",
    ):
        assert nurse.get(f"visits?{query}").status_code == 200


def test_pages_go_on_where_they_ended(world, course):
    path = f"courses/{course.id}/messages?page_size=2"
    seen, api = [], world.api("NURSE")
    while path:
        page = api.get(path).json()
        seen += [row["id"] for row in page["results"]]
        path = page["next"] and page["next"].split("/api/v1/")[1]

    assert len(seen) == len(set(seen))
    assert seen == [
        row["id"] for row in api.get(f"courses/{course.id}/plan").json()["messages"]
    ]


def test_texts_are_in_the_language_of_the_client(world, course):
    answers = [
        Api(world.people["AUDITOR"], language=language).post(
            f"courses/{course.id}/pause", {}
        )
        for language in ("en", "zh-hans", "fr")
    ]

    assert {code_of(each) for each in answers} == {(403, "not_allowed")}
    assert [each.headers["Content-Language"] for each in answers] == [
        "en",
        "zh-hans",
        "en",
    ]
