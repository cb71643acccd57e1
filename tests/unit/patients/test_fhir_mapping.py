"""What an outside record says is taken over, or refused with the field."""

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.domain.refusals import Refusal
from patients.fhir.mapping import read_patient, to_record
from patients.fhir.records import Reference, Telecom

DATA = Path(__file__).parents[2] / "data" / "fhir"
NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
MR = {"type": {"coding": [{"code": "MR"}]}, "system": "urn:x", "value": "M1"}


def patient(**change):
    base = {
        "resourceType": "Patient",
        "id": "p1",
        "identifier": [MR],
        "name": [{"family": "Rivera", "given": ["Ana", "Luz"]}],
    }
    return {
        key: value for key, value in {**base, **change}.items() if value is not None
    }


def refusal_of(resource) -> tuple[str, str | None]:
    with pytest.raises(Refusal) as caught:
        to_record(resource, NOW)
    return str(caught.value), caught.value.field


def test_a_small_patient_is_enough():
    record = to_record(patient(), NOW)

    assert (record.family_name, record.given_name) == ("Rivera", "Ana Luz")
    assert (record.mrn, record.mrn_system, record.source_id) == ("M1", "urn:x", "p1")
    assert (record.sex, record.language, record.is_active) == ("unknown", "en", True)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([{"use": "usual", "family": "U"}, {"use": "official", "family": "O"}], "O"),
        ([{"use": "maiden", "family": "M"}, {"use": "usual", "family": "U"}], "U"),
        ([{"use": "nickname", "family": "N"}, {"family": "F"}], "F"),
        (
            [
                {"use": "official", "family": "Past", "period": {"end": "2001"}},
                {"use": "usual", "family": "Now"},
            ],
            "Now",
        ),
        ([{"use": "old", "family": "Only"}], "Only"),
        ([{"text": "Suharto"}], "Suharto"),
        ([{"given": ["Cher"]}], "Cher"),
        ([{"family": "  "}, {"family": "X"}], "X"),
    ],
)
def test_the_name_in_use_is_taken(names, expected):
    assert to_record(patient(name=names), NOW).family_name == expected


def test_a_chinese_speaker_is_called_by_the_chinese_name():
    first, second = [
        to_record(json.loads(line), NOW)
        for line in (DATA / "chinese.ndjson").read_text(encoding="utf-8").splitlines()
    ]

    assert (first.family_name, first.given_name) == ("单", "雄信")
    assert first.language == "zh-hans"
    assert (second.family_name, second.given_name) == ("欧阳", "娜娜")


@pytest.mark.parametrize(
    ("identifiers", "mrn"),
    [
        ([{"value": "A"}, MR], "M1"),
        ([{"value": "A"}, {"value": "B"}], "A"),
        ([{"use": "old", **MR, "value": "OLD"}, {**MR, "value": "NEW"}], "NEW"),
        ([{"type": {"coding": [{"code": "SS"}]}, "value": "9"}, {"value": "B"}], "B"),
    ],
)
def test_the_record_number_is_found(identifiers, mrn):
    assert to_record(patient(identifier=identifiers), NOW).mrn == mrn


def test_addresses_keep_their_kind():
    record = to_record(
        patient(
            telecom=[
                {"system": "phone", "value": "1", "use": "home"},
                {"system": "phone", "value": "2", "use": "mobile", "rank": 1},
                {"system": "sms", "value": "3"},
                {"system": "email", "value": "a@b.example"},
                {"system": "fax", "value": "4"},
                {"system": "phone", "value": "5", "use": "old"},
                {"system": "phone"},
            ]
        ),
        NOW,
    )

    assert record.telecoms == (
        Telecom(channel="PHONE", value="1", rank=1),
        Telecom(channel="SMS", value="2", rank=1),
        Telecom(channel="SMS", value="3", rank=3),
        Telecom(channel="EMAIL", value="a@b.example", rank=4),
    )


@pytest.mark.parametrize(
    ("change", "dead", "at", "notes"),
    [
        ({}, False, None, 0),
        ({"deceasedBoolean": False}, False, None, 0),
        ({"deceasedBoolean": True}, True, None, 0),
        ({"deceasedDateTime": "2020"}, True, None, 1),
        (
            {"deceasedDateTime": "2020-01-02T03:04:05-05:00"},
            True,
            dt.datetime(2020, 1, 2, 8, 4, 5, tzinfo=dt.UTC),
            0,
        ),
    ],
)
def test_a_death_is_known_with_or_without_its_instant(change, dead, at, notes):
    record = to_record(patient(**change), NOW)

    assert (record.is_deceased, record.deceased_at) == (dead, at)
    assert len(record.notes) == notes


@pytest.mark.parametrize(("written", "taken"), [("1962", None), ("1962-03", None)])
def test_half_a_birth_date_is_no_birth_date(written, taken):
    record = to_record(patient(birthDate=written), NOW)

    assert record.birth_date is taken
    assert [note.code for note in record.notes] == ["date_incomplete"]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"id": None}, "missing", "id"),
        ({"identifier": None}, "missing", "identifier"),
        ({"name": []}, "missing", "name"),
        ({"gender": "f"}, "fhir_code", "gender"),
        ({"gender": 1}, "fhir_invalid", "gender"),
        ({"active": "yes"}, "fhir_invalid", "active"),
        ({"birthDate": "2999"}, "birth_in_the_future", "birthDate"),
        ({"birthDate": "2026-06-02"}, "birth_in_the_future", "birthDate"),
        ({"birthDate": "1990-02-30"}, "fhir_invalid", "birthDate"),
        ({"deceasedDateTime": "2026-06-01T12:00:01Z"}, "in_the_future", None),
        ({"deceasedDateTime": "2001-02-03T04:05:06"}, "fhir_invalid", None),
        ({"name": [{"use": "x", "family": "A"}]}, "fhir_code", "name[0].use"),
        ({"name": [{"family": 3}]}, "fhir_invalid", "name[0].family"),
        ({"name": [{"family": "x" * 201}]}, "too_long", "name.family"),
        ({"name": [{"family": "x\u0000"}]}, "not_storable", "name.family"),
        ({"identifier": [{**MR, "value": "x" * 65}]}, "too_long", "identifier.value"),
        ({"modifierExtension": [{"url": "u"}]}, "modifier_not_understood", None),
        ({"implicitRules": "http://x.example"}, "modifier_not_understood", None),
        ({"Jane Doe": 1}, "fhir_invalid", "?"),
        ({"participant": []}, "fhir_invalid", "participant"),
        (
            {"telecom": [{"period": {"start": "2020-05", "end": "2020-04-30"}}]},
            "period_reversed",
            "telecom[0].period",
        ),
    ],
)
def test_what_is_wrong_is_refused_with_its_field(change, code, field):
    found, place = refusal_of(patient(**change))

    assert found == code
    assert field is None or place == field


def test_a_period_may_end_in_the_month_it_began():
    period = {"start": "2020-05-20", "end": "2020-05"}

    assert to_record(patient(telecom=[{"period": period}]), NOW)


def test_r4_that_r4b_does_not_know_is_not_lost():
    record = to_record(
        patient(
            contained=[{"resourceType": "MedicinalProduct", "id": "1"}],
            text={"status": "generated"},
            extension=[{"url": "u", "valueMoney": {"currency": "EUR"}}],
        ),
        NOW,
    )

    assert record.source_id == "p1"


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ({"reference": "Organization/1"}, {"source_id": "1"}),
        ({"reference": "Organization/1/_history/2"}, {"source_id": "1"}),
        ({"reference": "https://x.example/fhir/Organization/1"}, {"source_id": "1"}),
        ({"reference": "urn:uuid:abc"}, {"source_id": "abc"}),
        ({"reference": "Organization?identifier=s|v"}, {"identifier": "s|v"}),
        ({"identifier": {"system": "s", "value": "v"}}, {"identifier": "s|v"}),
        ({"identifier": {"value": "v"}}, {"identifier": "|v"}),
    ],
)
def test_references_are_read_in_every_form(element, expected):
    record = to_record(patient(managingOrganization=element), NOW)

    assert record.organization == Reference(kind="Organization", **expected)


@pytest.mark.parametrize("element", [{"display": "Somewhere"}, {"reference": "#x"}])
def test_a_reference_to_nothing_is_none(element):
    assert to_record(patient(managingOrganization=element), NOW).organization is None


@pytest.mark.parametrize("kind", ["clinicalStatus", "verificationStatus"])
def test_codes_of_a_local_system_are_not_judged(kind):
    coding = [{"system": "urn:local", "code": "perhaps"}]
    allergy = {
        "resourceType": "AllergyIntolerance",
        "id": "a",
        "patient": {"reference": "Patient/1"},
        "code": {"text": "Latex"},
        kind: {"coding": coding},
    }

    assert to_record(allergy, NOW).substance == "Latex"
    coding[0].pop("system")
    assert refusal_of(allergy)[0] == "fhir_code"


def test_the_patient_of_a_file_is_read():
    assert read_patient(DATA / "single.json", now=NOW).source_id == "single"
    assert read_patient(DATA / "transaction.json", now=NOW).family_name == "Rivera"
    assert read_patient(DATA / "family.ndjson", now=NOW).source_id == "pat-1"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("empty.ndjson", "no_patient"),
        ("nowhere.json", "file_missing"),
    ],
)
def test_a_file_without_a_patient_says_so(name, code):
    with pytest.raises(Refusal) as caught:
        read_patient(DATA / name, now=NOW)
    assert str(caught.value) == code


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["use", "value", "coding", "end", "start"]), inner
        )
    ),
    max_leaves=8,
)
KEYS = ["name", "identifier", "telecom", "gender", "birthDate", "communication"]
KEYS += ["deceasedDateTime", "managingOrganization", "id", "active", "contact", "link"]


@given(st.dictionaries(st.sampled_from(KEYS), json_values, max_size=4))
def test_nonsense_is_refused_and_nothing_else(change):
    try:
        to_record({**patient(), **change}, NOW)
    except Refusal as refusal:
        assert str(refusal) == refusal.code  # noqa: PT017
