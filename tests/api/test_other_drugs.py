"""Drugs beside the infusion over REST: tablets through free days, intrathecal days."""

import pytest

pytestmark = pytest.mark.django_db


def drugs(api, key, **query):
    """Return the other drugs of each round from a start, by block and English name."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    rounds = api.get(f"regimens/{key}/outlook?{asked}").json()["rounds"]
    return {
        (row["block"], one["drug"]["en"]): one for row in rounds for one in row["given"]
    }


def test_intrathecal_days_have_the_dates_of_their_round(world):
    found = drugs(world.api("NURSE"), "e1910", start="2026-06-01")

    methotrexate = found["induction-1", "Methotrexate"]
    assert (methotrexate["route"], methotrexate["days"]) == ("IT", [14])
    assert methotrexate["dates"] == ["2026-06-14"]
    assert not methotrexate["through_free"]


def test_a_tablet_that_runs_on_through_the_free_days_says_so(world):
    found = drugs(world.api("NURSE"), "mdacc-ponatinib", start="2026-06-01")

    tablets = [one for one in found.values() if one["route"] == "PO"]
    assert {one["rhythm"] for one in tablets} == {"DAILY"}
    assert [one["dates"] for one in tablets if one["through_free"]] == [[]]


def test_days_of_a_round_without_a_date_stay_days(world):
    found = drugs(world.api("NURSE"), "interfant-21", start="2026-06-01")

    assert all(len(one["dates"]) in {0, len(one["days"])} for one in found.values())
    assert any(one["days"] for one in found.values())
