"""The form of one row of the table."""

from typing import NamedTuple

from django.utils.functional import Promise


class Wording(NamedTuple):
    """The HTTP status and the two texts of a refusal."""

    status: int
    title: str | Promise
    detail: str | Promise
