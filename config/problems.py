"""Every error of the REST API as an RFC 9457 problem, in one place."""

import json
import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import Error as DatabaseFailure
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.views import defaults
from drf_standardized_errors.formatter import flatten_errors
from redis.exceptions import RedisError
from rest_framework import exceptions
from rest_framework.status import is_client_error

from config.problem_texts import TEXTS
from infusion import wording
from infusion.domain.refusals import Refusal as InfusionRefusal
from infusion.fhir.outcomes import operation_outcome
from patients import clock
from patients.api.fields import instant_text
from patients.domain.refusals import Refusal as PatientsRefusal
from patients.policy import NotAllowed

_log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
FHIR_JSON = "application/fhir+json"
_LONGEST = 500
_SOON = {"Retry_After": "2"}

# SQLSTATE -> code: what two requests at the same moment do to each other.
_DATABASE_CODES: Mapping[str, str] = {
    "23505": "conflict",  # unique
    "23P01": "conflict",  # exclusion
    "40001": "busy",  # serialization
    "40P01": "busy",  # deadlock
    "55P03": "busy",  # lock timeout
    "57014": "busy",  # statement timeout
}
_CONNECTION_CLASSES = ("08", "53", "57")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What goes back to the client; the texts are in its language."""

    status: int
    code: str
    title: str
    detail: str
    errors: list[dict[str, Any]] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)


def handle(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """Answer an error of a REST view."""
    problem = problem_of(error)
    if problem.code == "internal_error":
        # The log formatter leaves out values, which may be patient data.
        _log.error("unhandled_error", exc_info=error)
    elif problem.status in {401, 403}:
        _log.warning("access_refused", extra={"code": problem.code})
    if getattr(context.get("view"), "speaks_fhir", False):
        return answer_fhir(problem)
    return answer(problem, context["request"])


def problem_of(error: Exception) -> Problem:
    """Find the problem an error stands for."""
    for kinds, translate in _TRANSLATIONS:
        if isinstance(error, kinds):
            return translate(error)
    return plain("internal_error")


def plain(code: str, **headers: str) -> Problem:
    """Return a problem that is told by its code alone."""
    words = TEXTS[code]
    return Problem(
        status=words.status,
        code=code,
        title=str(words.title),
        detail=str(words.detail),
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def answer(problem: Problem, request: Any) -> HttpResponse:
    """Write a problem as a response, whatever format was asked for."""
    body = {
        "type": f"urn:home-infusion:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.path,
        "code": problem.code,
        "request_id": _request_id(),
        "errors": problem.errors,
    }
    return _response(problem, body, CONTENT_TYPE)


def answer_fhir(problem: Problem) -> HttpResponse:
    """Write a problem as a FHIR OperationOutcome."""
    body = operation_outcome(
        status=problem.status,
        code=problem.code,
        title=problem.title,
        detail=problem.detail,
        errors=problem.errors,
    )
    return _response(problem, body, FHIR_JSON)


def _response(
    problem: Problem, body: dict[str, Any], content_type: str
) -> HttpResponse:
    text = json.dumps(body, ensure_ascii=False)
    return HttpResponse(
        text.encode("utf-8", "replace"),
        status=problem.status,
        content_type=content_type,
        headers={
            **problem.headers,
            "Cache-Control": "no-store",
            "X-Server-Time": instant_text(clock.now()),
        },
    )


def _request_id() -> str:
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


# --- One translation per family of errors ------------------------------------


def _refusal(error: Any) -> Problem:
    told = wording.explain(error)
    item = {"field": told.field, "code": told.code, "detail": told.detail}
    return Problem(
        status=told.status,
        code=told.code,
        title=told.title,
        detail=told.detail,
        errors=[item] if told.field else [],
    )


def _not_allowed(error: Any) -> Problem:
    return _by_wording("not_allowed")


def _not_found(error: Any) -> Problem:
    return _by_wording("not_found")


def _by_wording(code: str) -> Problem:
    words = wording.REFUSALS[code]
    return Problem(
        status=words.status, code=code, title=str(words.title), detail=str(words.detail)
    )


def _invalid(error: exceptions.ValidationError) -> Problem:
    problem = plain("invalid")
    problem.errors.extend(
        {
            "field": None if each.attr == "non_field_errors" else each.attr,
            "code": each.code,
            "detail": each.detail[:_LONGEST],
        }
        for each in flatten_errors(error.detail)
    )
    return problem


def _framework(error: exceptions.APIException) -> Problem:
    code = str(error.get_codes())
    if code not in TEXTS:
        return plain(
            "bad_request" if is_client_error(error.status_code) else "internal_error"
        )
    headers = {}
    if scheme := getattr(error, "auth_header", None):
        headers["WWW_Authenticate"] = scheme
    if wait := getattr(error, "wait", None):
        headers["Retry_After"] = str(int(wait) + 1)
    return plain(code, **headers)


def _denied(error: exceptions.PermissionDenied) -> Problem:
    code = str(error.get_codes())
    return plain(code) if code in TEXTS else _by_wording("not_allowed")


def _database(error: DatabaseFailure) -> Problem:
    state = str(getattr(error.__cause__, "sqlstate", None) or "")
    if "Invalid transition" in str(error):
        return plain("conflict")
    if state in _DATABASE_CODES:
        code = _DATABASE_CODES[state]
        return plain(code, **(_SOON if code == "busy" else {}))
    is_connection = not state or state.startswith(_CONNECTION_CLASSES)
    if is_connection and isinstance(error, OperationalError | InterfaceError):
        return plain("unavailable", **_SOON)
    return plain("internal_error")


def _unavailable(error: Any) -> Problem:
    return plain("unavailable", **_SOON)


def _too_large(error: Any) -> Problem:
    return plain("body_too_large")


_TRANSLATIONS: list[tuple[Any, Callable[[Any], Problem]]] = [
    ((InfusionRefusal, PatientsRefusal), _refusal),
    (NotAllowed, _not_allowed),
    ((Http404, exceptions.NotFound), _not_found),
    (exceptions.ValidationError, _invalid),
    (exceptions.NotAuthenticated, _framework),
    (exceptions.PermissionDenied, _denied),
    (PermissionDenied, _not_allowed),
    (exceptions.APIException, _framework),
    (DatabaseFailure, _database),
    (RedisError, _unavailable),
    (RequestDataTooBig, _too_large),
]


# --- Errors outside of REST views ---------------------------------------------


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith(("/api/", "/auth/"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that does not exist."""
    if _is_api(request):
        return answer(_not_found(exception), request)
    return defaults.page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django itself refuses."""
    if _is_api(request):
        large = isinstance(exception, RequestDataTooBig)
        return answer(plain("body_too_large" if large else "bad_request"), request)
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a failure outside of a REST view."""
    if _is_api(request):
        failure = sys.exc_info()[1]
        if isinstance(failure, Exception):
            return answer(problem_of(failure), request)
        return answer(plain("internal_error"), request)
    return defaults.server_error(request)
