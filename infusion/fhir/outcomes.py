"""Maps a problem to a FHIR R4 OperationOutcome."""

from collections.abc import Iterable, Mapping
from typing import Any

from infusion.fhir.elements import Json, present

_SYSTEM = "urn:home-infusion:problem"
# HTTP status -> FHIR issue type (required binding).
_TYPES: Mapping[int, str] = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    422: "business-rule",
    429: "throttled",
    503: "transient",
}
_SERVER_ERROR = 500


def operation_outcome(
    *,
    status: int,
    code: str,
    title: str,
    detail: str,
    errors: Iterable[Mapping[str, Any]] = (),
) -> Json:
    """Return one issue for the problem, and one for each field that is wrong.

    ``code`` is the stable code of the problem; FHIR's own type is coarser.
    """
    kind = _TYPES.get(status, "exception" if status >= _SERVER_ERROR else "processing")
    issue = _issue(kind, code, title, detail)
    fields = [
        _issue(kind, str(each["code"]), title, str(each["detail"]), each["field"])
        for each in errors
    ]
    return {"resourceType": "OperationOutcome", "issue": [issue, *fields]}


def _issue(
    kind: str, code: str, title: str, detail: str, field: str | None = None
) -> Json:
    return present(
        severity="error",
        code=kind,
        details={"coding": [{"system": _SYSTEM, "code": code}], "text": title},
        diagnostics=detail,
        expression=[field] if field else [],
    )
