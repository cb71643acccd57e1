"""Regimens and the way ahead as they read over REST."""

import pytest

from infusion import models
from tests.api.clients import Api, code_of
from tests.factories.walks import A041703, holes, signed


def test_the_list_says_what_is_complete_and_what_is_missing(world, ward_of):
    api = world.api("NURSE")
    rows = {row["key"]: row for row in api.get("regimens").json()["results"]}
    assert rows["us-label-rr"]["is_complete"]
    assert not rows[A041703]["is_complete"]
    assert [one["place"] for one in rows[A041703]["missing"]] == holes()

    signed(ward_of)

    rows = api.get(f"regimens?site={world.site.id}").json()["results"]
    ours = next(row for row in rows if row["key"] == A041703)
    assert (ours["is_complete"], ours["is_completed_by_site"]) == (True, True)
    assert ours["version"].endswith("+site.1")
    elsewhere = api.get(f"regimens?site={world.other_site.id}")
    assert code_of(elsewhere) == (404, "not_found")


def test_a_regimen_has_its_graph_its_numbers_and_their_sources(world):
    found = world.api("NURSE").get(f"regimens/{A041703}").json()

    blocks = {row["key"]: row for row in found["blocks"]}
    assert [way["to"] for way in blocks["ia"]["next"]] == ["ib", "ic", "ii-1"]
    facts = {row["path"]: row for row in found["facts"]}
    length = next(row for path, row in facts.items() if path.endswith("ia.length_days"))
    assert (length["value"], length["mark"], length["sources"]) == ("21", "S", ["R-31"])
    assert any(row["needs_sign_off"] for row in found["facts"])


def test_the_days_of_a_course_that_is_not_ordered(world):
    api = world.api("NURSE")

    found = api.get(f"regimens/{A041703}/outlook?start=2027-01-04").json()

    first, fork = found["rounds"][0], found["rounds"][0]["ways"]
    assert (first["starts_on"], first["ends_on"]) == ("2027-01-04", "2027-01-24")
    assert [way["to"] for way in fork] == ["ib", "ic", "ii-1"]
    assert fork[2]["conditions"][0]["in_words"] == "Cytoreduction: no"
    last = [row for row in found["rounds"] if row["block"].startswith("iii")][-1]
    assert (last["firmness"], last["starts_on"]) == ("UNKNOWN", None)
    assert not models.Course.objects.exists()


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 400, "invalid"),
        ("?start=soon", 400, "invalid"),
        ("?start=2027-01-04T08:00:00", 400, "invalid"),
        ("?start=9999-12-31", 400, "invalid"),
        ("?start=2027-01-04&block=nowhere", 422, "block_unknown"),
        ("?start=2027-01-04&opening=allo-hsct", 422, "block_unknown"),
        ("?start=2027-01-04&site=1", 400, "invalid"),
        ("?start=2027-01-04&unknown=1", 400, "invalid"),
    ],
)
def test_an_outlook_that_can_not_be_asked_for(world, query, status, code):
    answer = world.api("NURSE").get(f"regimens/{A041703}/outlook{query}")

    assert code_of(answer) == (status, code)


def test_the_family_sees_the_days_and_not_the_findings(world, walked):
    for kind, is_staff in (("NURSE", True), ("PATIENT", False), ("CAREGIVER", False)):
        found = world.api(kind).get(f"courses/{walked.id}/outlook").json()
        assert found["rounds"][0]["block"] == "ia"
        assert ("facts" in found) is is_staff
        assert ("decisions" in found) is is_staff


def test_a_condition_reads_in_the_language_of_the_reader(world, walked):
    reader = Api(world.people["NURSE"], language="zh-hans")

    found = reader.get(f"courses/{walked.id}/outlook").json()

    words = found["rounds"][0]["ways"][0]["conditions"][0]["in_words"]
    assert words
    assert words.isascii() is False
