"""The preview says which field is wrong and why, whatever it is given."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

PATIENT = Path(__file__).resolve().parents[2] / "data" / "fhir" / "single.json"
GOOD = {
    "patient": str(PATIENT),
    "regimen": "us-label-rr",
    "start": "2027-03-01T08:00Z",
    "zone": "America/New_York",
    "weight-kg": "30",
    "height-cm": "130",
}


def preview(**changed: str) -> str:
    options = GOOD | {key.replace("_", "-"): value for key, value in changed.items()}
    out = io.StringIO()
    arguments = [f"--{name}={value}" for name, value in options.items()]
    call_command("preview_plan", *arguments, "--json", stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_a_good_order_is_planned():
    body = json.loads(preview())

    assert body["cycles"][0]["bags"]


def test_it_says_that_no_visit_hours_of_a_site_are_known():
    error = io.StringIO()
    arguments = [f"--{name}={value}" for name, value in GOOD.items()]
    call_command("preview_plan", *arguments, stdout=io.StringIO(), stderr=error)

    assert "no visit hours, holidays or stock of a site are known" in error.getvalue()
    assert json.loads(preview())["calendar"] == {
        "knows_hours": False,
        "knows_holidays": False,
        "unsure_years": [],
    }


@pytest.mark.parametrize("start", ["1900-01-01T00:00+14:00", "2200-12-31T23:59-12:00"])
def test_the_first_and_the_last_start_are_planned(start):
    assert json.loads(preview(start=start))["cycles"]


@pytest.mark.parametrize(
    ("option", "value", "field", "code"),
    [
        ("start", "tomorrow", "start", "start_not_read"),
        ("start", "2027-03-01T08:00", "start", "naive_time"),
        ("start", "9999-12-20T00:00Z", "start", "instant_out_of_range"),
        ("start", "0001-01-01T00:00Z", "start", "instant_out_of_range"),
        ("start", "0001-01-01T00:00+14:00", "start", "instant_out_of_range"),
        ("zone", "localtime", "time_zone", "unknown_time_zone"),
        ("zone", "Mars/Olympus", "time_zone", "unknown_time_zone"),
        ("weight_kg", "", "weight_kg", "weight_missing"),
        ("weight_kg", "0", "weight_kg", "not_above_zero"),
        ("weight_kg", "1_000", "weight_kg", "not_a_number"),
        ("weight_kg", "1e3", "weight_kg", "not_a_number"),
        ("weight_kg", "9e9999", "weight_kg", "not_a_number"),
        ("weight_kg", "1e-9", "weight_kg", "not_a_number"),
        ("weight_kg", "0.000000001", "weight_kg", "too_precise"),
        ("weight_kg", "10000", "weight_kg", "value_impossible"),
        ("weight_kg", "66 lb", "weight_kg", "unit_not_supported"),
        ("height_cm", "", "height_cm", "height_missing"),
        ("height_cm", "1e60", "height_cm", "not_a_number"),
        ("height_cm", "1e999999", "height_cm", "not_a_number"),
        ("height_cm", "1e-999999", "height_cm", "not_a_number"),
        ("height_cm", "1.30", "height_cm", "unit_not_supported"),
        ("cycles", "0", "cycles", "cycle_not_in_regimen"),
        ("cycles", "1000000000", "cycles", "cycle_not_in_regimen"),
        ("regimen", "none", "regimen", "regimen_unknown"),
        ("patient", "/nowhere.json", "patient", "file_missing"),
    ],
)
def test_a_bad_option_is_named_with_its_reason(option, value, field, code):
    with pytest.raises(CommandError) as error:
        preview(**{option: value})

    said = str(error.value)
    assert said.startswith(f"{field}: ")
    assert said.endswith(f"[{code}]")
    assert error.value.returncode == 1
