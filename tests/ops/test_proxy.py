"""The proxy lets through what the service promises to take, and no more elsewhere."""

import re
import uuid
from dataclasses import dataclass

import pytest
from django.urls import reverse

from infusion.domain.photos import LARGEST_BYTES, MOST_PHOTOS
from ops.layout import ROOT

CONF = (ROOT / "deploy" / "proxy" / "default.conf").read_text()
SERVER = CONF[CONF.index("listen 8443") :]
MEGABYTE = 1024 * 1024
# Answers and the seams between the parts of a form.
ROOM = MEGABYTE
SOME = uuid.UUID("0197a0c2-6f0e-7c11-9d2f-0a5b3c4d5e6f")

FORMS_WITH_PHOTOS = {
    "board:my_check_in": "check_in_id",
    "board:my_tell": "course_id",
    "board:enter_check_in": "check_in_id",
    "board:enter_unplanned": "course_id",
    "board:correct_answers": "answers_id",
}
WITHOUT_PHOTOS = {
    "check_in_answers": "check_in_id",
    "course_check_ins": "course_id",
    "board:check_in": "check_in_id",
    "board:check_ins": "course_id",
    "enter_check_in": "check_in_id",
    "photo": "photo_id",
}


@dataclass(frozen=True)
class Location:
    """One location of the proxy: what it matches and what it says."""

    how: str
    what: str
    body: str


LOCATIONS = [
    Location(*found)
    for found in re.findall(
        r"^ +location (?:(=|~) )?(\S+) \{(.*?)\}", SERVER, re.MULTILINE | re.DOTALL
    )
]


def serving(path: str) -> Location:
    """Return the location that nginx would choose for a path."""
    exact = [one for one in LOCATIONS if one.how == "=" and one.what == path]
    matching = [
        one for one in LOCATIONS if one.how == "~" and re.search(one.what, path)
    ]
    starts = [one for one in LOCATIONS if not one.how and path.startswith(one.what)]
    longest = sorted(starts, key=lambda one: -len(one.what))
    return [*exact, *matching, *longest][0]


def most_bytes(path: str) -> int:
    """Return how large a body the proxy takes for a path."""
    found = re.search(r"client_max_body_size (\d+)m;", serving(path).body)
    found = found or re.search(
        r"^    client_max_body_size (\d+)m;", SERVER, re.MULTILINE
    )
    assert found
    return int(found[1]) * MEGABYTE


@pytest.mark.parametrize(("name", "of"), FORMS_WITH_PHOTOS.items())
def test_a_form_may_carry_every_photograph_at_its_largest(name: str, of: str) -> None:
    most = most_bytes(reverse(name, kwargs={of: SOME}))

    promised = MOST_PHOTOS * LARGEST_BYTES
    assert promised + ROOM <= most <= promised + 4 * ROOM


def test_an_app_may_send_one_photograph_at_its_largest() -> None:
    most = most_bytes(reverse("answer_photos", kwargs={"answers_id": SOME}))

    assert LARGEST_BYTES + ROOM <= most <= LARGEST_BYTES + 2 * ROOM


@pytest.mark.parametrize(("name", "of"), WITHOUT_PHOTOS.items())
def test_what_carries_no_photograph_stays_small(name: str, of: str) -> None:
    assert most_bytes(reverse(name, kwargs={of: SOME})) == 2 * MEGABYTE


def test_every_location_reaches_the_service_with_the_headers_of_all() -> None:
    assert len(LOCATIONS) == len(re.findall(r"^ +location ", SERVER, re.MULTILINE))
    for one in LOCATIONS:
        # One header of its own, and a location loses those of the server.
        assert "proxy_set_header" not in one.body
        assert "proxy_pass http://web;" in one.body or "return" in one.body
    for header in ("Host $host", "X-Forwarded-For $remote_addr"):
        assert f"\n    proxy_set_header {header};" in SERVER
