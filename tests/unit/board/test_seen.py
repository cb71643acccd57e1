"""The version that a form says somebody saw."""

import pytest
from django.test import RequestFactory

from infusion.board.seen import seen_version


@pytest.mark.parametrize(
    ("sent", "version"),
    [
        ({"version": "7"}, 7),
        ({}, 0),
        ({"version": ""}, 0),
        ({"version": "-1"}, 0),
        ({"version": "²"}, 0),
        ({"version": "٣"}, 0),
        ({"version": "9" * 5000}, 0),
    ],
)
def test_what_is_no_version_of_a_row_is_none(
    sent: dict[str, str], version: int
) -> None:
    assert seen_version(RequestFactory().post("/", sent)) == version
