"""Titles and texts of the errors that no rule of ours makes, by code."""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Words(NamedTuple):
    """The HTTP status and the two texts of an error."""

    status: int
    title: str | Promise
    detail: str | Promise


TEXTS: Mapping[str, Words] = {
    "invalid": Words(
        400, _("Not understood"), _("Some fields are missing or wrong; see errors.")
    ),
    "parse_error": Words(400, _("Not understood"), _("The body is not valid JSON.")),
    "cursor_invalid": Words(
        400, _("Not understood"), _("This cursor is not one the service gave out.")
    ),
    "bad_request": Words(
        400, _("Not understood"), _("The service cannot read this request.")
    ),
    "not_authenticated": Words(401, _("Not logged in"), _("Please log in.")),
    "authentication_failed": Words(401, _("Not logged in"), _("Please log in again.")),
    "csrf_failed": Words(
        403, _("Not allowed"), _("The CSRF token is missing or wrong.")
    ),
    "method_not_allowed": Words(
        405, _("Not offered"), _("This address does not offer this method.")
    ),
    "not_acceptable": Words(
        406, _("Not offered"), _("This address does not offer such a format.")
    ),
    "conflict": Words(
        409,
        _("Changed meanwhile"),
        _("Somebody changed the same thing at this moment. Look again, then repeat."),
    ),
    "body_too_large": Words(
        413, _("Too large"), _("The request is larger than the service accepts.")
    ),
    "unsupported_media_type": Words(
        415, _("Not understood"), _("Send application/json.")
    ),
    "throttled": Words(
        429, _("Too many requests"), _("Wait as long as Retry-After says.")
    ),
    "internal_error": Words(
        500,
        _("Something went wrong here"),
        _("The service failed. Name the request id when you ask about it."),
    ),
    "busy": Words(
        503, _("Busy"), _("The service is busy and changed nothing. Please repeat.")
    ),
    "unavailable": Words(
        503,
        _("Not available"),
        _("A part of the service is down; nothing was changed. Please repeat."),
    ),
}
