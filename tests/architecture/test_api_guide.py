"""What the guide says of keys, versions and alerts holds for every route and cause."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from infusion.domain.alerts import Cause
from infusion.domain.photos import LARGEST_BYTES, MOST_PHOTOS

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "api" / "guide.md").read_text()
CHANGING = GUIDE.partition("\n## Changing something\n")[2].partition("\n## ")[0]
KEYED, _, VERSIONED = CHANGING.partition("also needs `If-Match`")
RESOURCES = {"courses", "bags", "visits", "events"}


def _routes(found: Any, start: str = "") -> Iterator[tuple[str, Any]]:
    for one in found.url_patterns:
        path = f"{start}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from _routes(one, path)
        elif isinstance(one, URLPattern) and path.startswith("api/v1/"):
            yield (
                path.removeprefix("api/v1/"),
                getattr(one.callback, "view_class", None),
            )


ROUTES = [(path, view) for path, view in _routes(get_resolver()) if view]
WITHOUT_KEY = sorted(
    path
    for path, view in ROUTES
    if hasattr(view, "post") and "POST" not in view.keyed_methods
)
# The steps on a course, a bag and a visit have a table of their own.
WITH_VERSION = sorted(
    (path, method)
    for path, view in ROUTES
    for method in getattr(view, "versioned_methods", ())
    if path.partition("/")[0] not in RESOURCES
)


@pytest.mark.parametrize("path", WITHOUT_KEY)
def test_a_step_without_a_key_is_named(path):
    resource, *_, step = path.split("/")

    line = KEYED.partition("Some take no key")[2]
    assert f"`{resource}/{{id}}/" in line
    assert f"/{step}`" in line


@pytest.mark.parametrize(("path", "method"), WITH_VERSION)
def test_a_record_that_needs_a_version_is_named_with_its_steps(path, method):
    resource, *_, step = path.split("/")

    (row,) = [
        one
        for one in VERSIONED.splitlines()
        if one.startswith("| `") and f"`{resource}/{{id}}`" in one.split("|")[1]
    ]
    assert (f"`/{step}`" if method == "POST" else method) in row


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_of_an_alert_is_told(cause):
    assert f"\n| `{cause}` | " in GUIDE


def test_what_is_said_of_photographs_is_what_is_kept():
    assert MOST_PHOTOS == 5
    assert f"At most {LARGEST_BYTES // 1024**2} MB" in GUIDE
    assert "and five with the\n  same answers (`409 too_many_photos`)" in GUIDE
