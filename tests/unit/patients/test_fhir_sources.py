"""Resources are read out of any file, and what is none is named, not lost."""

import json
from pathlib import Path

import pytest

from patients.fhir import sources
from patients.fhir.sources import list_files, read_entries

DATA = Path(__file__).parents[2] / "data" / "fhir"
ALL = frozenset({"Patient", "AllergyIntolerance", "Organization"})


def read(path: Path) -> list[str]:
    """Return the id of each resource, or the code of its refusal."""
    return [
        str(entry.refusal) if entry.refusal else (entry.resource or {})["id"]
        for entry in read_entries(path, ALL)
    ]


def write(tmp_path: Path, name: str, text: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def patient(name: str = "a") -> str:
    return json.dumps({"resourceType": "Patient", "id": name})


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("empty.ndjson", []),
        ("bom_crlf.ndjson", ["bom", "crlf"]),
        ("nul_byte.ndjson", ["before", "not_json", "not_json", "after"]),
        ("single.json", ["single"]),
        ("deceased.json", ["dead-1", "dead-2", "part-1"]),
        ("nowhere.ndjson", ["file_missing"]),
    ],
)
def test_files_of_every_kind_are_read(name, found):
    assert read(DATA / name) == found


@pytest.mark.parametrize(
    "text",
    [
        patient("a") + "\n" + patient("b"),
        patient("a") + "\r\n\r\n" + patient("b") + "\r\n",
        "\n\n" + patient("a") + "\n \n" + patient("b") + "\n",
    ],
)
@pytest.mark.parametrize("name", ["x.ndjson", "x.json", "x"])
def test_the_name_of_a_file_does_not_matter(tmp_path, text, name):
    assert read(write(tmp_path, name, text)) == ["a", "b"]


def test_a_document_over_many_lines_is_one_record_under_any_name(tmp_path):
    text = json.dumps(json.loads(patient()), indent=2)

    assert read(write(tmp_path, "x.ndjson", text)) == ["a"]
    assert read(write(tmp_path, "x.json", text)) == ["a"]


def test_a_cut_off_first_line_costs_one_record(tmp_path):
    text = patient("a")[:-3] + "\n" + patient("b")

    assert read(write(tmp_path, "x.ndjson", text)) == ["not_json", "b"]
    assert read(write(tmp_path, "x.json", text)) == ["not_json", "b"]


def test_a_cut_off_document_is_refused_once(tmp_path):
    text = json.dumps(json.loads(patient()), indent=2)[:-4]

    assert read(write(tmp_path, "x.json", text)) == ["not_json"]


def test_a_huge_line_is_skipped_without_being_held(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "MOST_LINE", 1000)
    text = "\n".join([patient("a"), patient("x" * 5000), patient("b")])

    assert read(write(tmp_path, "x.ndjson", text)) == ["a", "too_large", "b"]


def test_a_huge_document_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "MOST_DOCUMENT", 10)

    assert read(write(tmp_path, "x.json", "{\n" + patient()[1:])) == ["too_large"]


@pytest.mark.parametrize(
    "text",
    ["[1, 2]", '"text"', "null", "17", "{}", '{"resourceType": 1}'],
)
def test_json_that_is_no_resource_is_refused(tmp_path, text):
    assert read(write(tmp_path, "x.ndjson", text)) == ["not_fhir"]


@pytest.mark.parametrize(
    "text", ["NaN", '{"a": Infinity}', '{"a": "\\ud800"}', "{'a'}"]
)
def test_what_is_almost_json_is_refused(tmp_path, text):
    assert read(write(tmp_path, "x.ndjson", text)) == ["not_json"]


def test_json_without_a_bottom_is_refused(tmp_path):
    text = '{"resourceType":"Patient","id":"a","x":' + "[" * 5000 + "]" * 5000 + "}"

    assert read(write(tmp_path, "x.ndjson", text)) == ["not_json"]


@pytest.mark.parametrize(
    "text",
    [
        '{"resourceType":"Patient","id":"a","id":"b"}',
        '{"resourceType":"Patient","id":"a","name":[{"family":"x","family":"y"}]}',
    ],
)
def test_a_key_that_is_said_twice_is_refused(tmp_path, text):
    assert read(write(tmp_path, "x.ndjson", text)) == ["duplicate_key"]


def test_a_repeated_key_costs_one_entry_of_a_bundle(tmp_path):
    twice = '{"resource":{"resourceType":"Patient","id":"a","id":"b"}}'
    once = '{"resource":' + patient("c") + "}"
    text = '{"resourceType":"Bundle","entry":[' + twice + "," + once + "]}"

    assert read(write(tmp_path, "x.json", text)) == ["duplicate_key", "c"]


def test_references_inside_a_bundle_follow_its_full_urls():
    allergy, person = read_entries(DATA / "transaction.json", ALL)

    assert (
        allergy.resource["patient"]["reference"] == f"Patient/{person.resource['id']}"
    )
    assert (allergy.position, person.position) == (0, 1)


@pytest.mark.parametrize("entry", ['"x"', "[{}]", "null", '[null, 3, "x"]', "{}"])
def test_a_bundle_with_nonsense_for_entries_is_survived(tmp_path, entry):
    text = '{"resourceType":"Bundle","entry":' + entry + "}"

    assert set(read(write(tmp_path, "x.json", text))) <= {"not_fhir"}


def test_a_folder_is_walked_in_order_of_name(tmp_path):
    for name in ("b/z.ndjson", "b/a.json", "a.jsonl", ".hidden.json", "notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")

    found = [path.relative_to(tmp_path).as_posix() for path in list_files([tmp_path])]
    assert found == ["a.jsonl", "b/a.json", "b/z.ndjson"]


def test_a_folder_without_files_holds_nothing(tmp_path):
    assert list(list_files([tmp_path])) == []
