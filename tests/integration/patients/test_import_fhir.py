"""An import stores what is good, says what is not, and changes nothing twice."""

import io
import json
import os
import threading
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from patients import models
from patients.selectors.people import get_recipients
from tests.factories.patients import PatientFactory, SiteFactory

DATA = Path(__file__).parents[2] / "data" / "fhir"


def run(*paths: object, **options: object) -> tuple[int, str, str]:
    """Run the command; return the exit status, the output and the errors."""
    out, errors = io.StringIO(), io.StringIO()
    status = 0
    try:
        call_command(
            "import_fhir", *map(str, paths), stdout=out, stderr=errors, **options
        )
    except SystemExit as stopped:
        status = int(stopped.code or 0)
    return status, out.getvalue(), errors.getvalue()


def totals(output: str) -> dict[str, list[int]]:
    """Read the table: created, updated, unchanged, refused, skipped by kind."""
    rows = [line.strip("│ ").split("│") for line in output.splitlines() if "│" in line]
    return {row[0].strip(): [int(cell) for cell in row[1:]] for row in rows}


def patient(source_id: str, **change: object) -> dict[str, object]:
    return {
        "resourceType": "Patient",
        "id": source_id,
        "identifier": [{"value": f"M-{source_id}"}],
        "name": [{"family": "Rivera", "given": ["Ana"]}],
        **change,
    }


@pytest.fixture
def site():
    return SiteFactory(code="main", country="US", time_zone="America/New_York")


@pytest.fixture
def write(tmp_path):
    def _write(*resources: dict[str, object], name: str = "x.ndjson") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(map(json.dumps, resources)))
        return path

    return _write


def test_records_are_linked_whatever_their_order(site):
    status, output, errors = run(DATA / "family.ndjson")

    assert (status, errors) == (0, "")
    assert totals(output)["total"] == [8, 0, 0, 0, 0]
    stored = models.Patient.objects.get()
    role = models.PractitionerRole.objects.get()
    assert (stored.site, stored.time_zone) == (site, "America/New_York")
    assert (stored.sort_key, stored.initials) == ("rivera ana", "ra")
    assert stored.allergies.get().reactions == [
        {"manifestations": ["Hives"], "severity": "moderate"}
    ]
    assert stored.devices.get().name == "Ambulatory pump"
    assert (role.practitioner.family_name, role.organization.name) == (
        "Okafor",
        "Example Hospital",
    )
    assert [place.name for place in role.locations.all()] == ["Ward 4"]


def test_a_second_run_changes_nothing(site):
    run(DATA / "family.ndjson", DATA / "chinese.ndjson")
    events = models.Patient.pgh_event_model.objects.count()

    status, output, _ = run(DATA / "family.ndjson", DATA / "chinese.ndjson")

    assert status == 0
    assert totals(output)["total"] == [0, 0, 10, 0, 0]
    assert models.Patient.pgh_event_model.objects.count() == events


def test_every_bad_record_is_named_and_the_good_ones_are_stored(site):
    status, output, errors = run(DATA / "bad.ndjson")

    reasons = {}
    for line in errors.splitlines():
        place, field, code = line.split(": ")[:3]
        reasons[place.rpartition(":")[2]] = (field, code)
    assert status == 1
    assert set(models.Patient.objects.values_list("source_id", flat=True)) == {
        "good-1",
        "good-2",
        "in-bundle",
    }
    assert reasons == {
        "2": ("file", "not_json"),
        "3": ("gender", "fhir_code"),
        "4": ("deceasedDateTime", "fhir_invalid"),
        "5": ("birthDate", "birth_in_the_future"),
        "6": ("Patient", "duplicate_key"),
        "7": ("participant", "fhir_invalid"),
        "8": ("clinicalStatus.coding[0].code", "fhir_code"),
        "9": ("patient", "reference_not_found"),
        "10": ("name[0].period", "period_reversed"),
        "11": ("identifier", "missing"),
        "12": ("name", "missing"),
        "13": ("name.family", "not_storable"),
        "14": ("name.family", "too_long"),
        "15": ("modifierExtension", "modifier_not_understood"),
        "16": ("file", "not_fhir"),
        "17": ("file", "not_fhir"),
        "18": ("file", "not_fhir"),
        "19": ("file", "not_fhir"),
        "20": ("file", "not_fhir"),
        "21": ("resourceType", "not_fhir"),
        "23": ("active", "fhir_invalid"),
        "24": ("id", "missing"),
        "25 entry[1]": ("file", "not_fhir"),
        "25 entry[2]": ("entry.resource", "not_fhir"),
    }
    assert totals(output)["Observation"] == [0, 0, 0, 0, 1]
    assert "Observation: 1 skipped, not supported" in output


def test_errors_say_nothing_about_the_patient(site):
    _, output, errors = run(DATA / "bad.ndjson", DATA / "nul_byte.ndjson")

    for secret in ("Rivera", "Ana", "999-00-1111", "2999", "M-", "xxx", "Nul"):
        assert secret not in errors
        assert secret not in output


def test_odd_files_are_survived(site):
    names = ["empty.ndjson", "bom_crlf.ndjson", "nul_byte.ndjson", "nowhere.json"]
    status, output, errors = run(*(DATA / name for name in names))

    assert status == 1
    assert totals(output)["Patient"] == [4, 0, 0, 0, 0]
    assert errors.count("not_json") == 2
    assert errors.count("file_missing") == 1


def test_a_whole_folder_is_read(site):
    status, output, _ = run(DATA)

    assert status == 1
    assert totals(output)["Organization"] == [1, 0, 0, 0, 0]
    assert models.Patient.objects.filter(source_id="single").exists()


def test_bundles_and_single_resources_are_read(site):
    status, _, errors = run(DATA / "transaction.json", DATA / "single.json")

    assert (status, errors) == (0, "")
    assert models.Allergy.objects.get().patient.mrn == "M-x"


def test_a_chinese_patient_is_found_by_pinyin(site):
    run(DATA / "chinese.ndjson")
    stored = models.Patient.objects.get(source_id="zh-1")

    assert stored.name.display == "单雄信"
    assert (stored.sort_key, stored.language) == ("shan xiong xin", "zh-hans")


def test_the_dead_are_imported_and_never_written_to(site):
    _, output, _ = run(DATA / "deceased.json")
    died = models.Patient.objects.get(source_id="dead-1")
    without_instant = models.Patient.objects.get(source_id="dead-2")

    assert died.deceased_at.isoformat() == "2001-02-03T09:05:06+00:00"
    assert (without_instant.is_deceased, without_instant.deceased_at) == (True, None)
    assert models.Patient.objects.get(source_id="part-1").birth_date is None
    assert "only a year or month" in output
    assert not get_recipients(died.id, died.created_at)[0].addresses


def test_numbers_nobody_can_dial_are_kept_as_written(site, write):
    phones = [
        {"system": "phone", "value": "555-810-7203", "use": "mobile"},
        {"system": "phone", "value": "(202) 456-1111", "use": "mobile"},
        {"system": "phone", "value": "+1 202 456 1111", "use": "mobile"},
        {"system": "email", "value": "not an address"},
    ]
    status, output, _ = run(write(patient("a", telecom=phones)))

    points = models.ContactPoint.objects.order_by("rank")
    assert status == 0
    assert [point.value for point in points] == ["555-810-7203", "+12024561111"]
    assert all(point.verified_at is None for point in points)
    assert "a number no message can be sent to" in output
    person = get_recipients(points[0].patient_id, points[0].created_at)[0]
    assert [address.value for address in person.addresses] == ["+12024561111"]


def test_a_changed_record_is_updated_and_its_history_kept(site, write):
    run(write(patient("a", telecom=[{"system": "email", "value": "old@example.org"}])))
    stored = models.Patient.objects.get()
    models.Patient.objects.update(time_zone="Asia/Shanghai")
    models.ContactPoint.objects.create(
        patient=stored, channel="EMAIL", value="own@example.org"
    )

    changed = patient("a", name=[{"family": "单", "given": ["一"]}], telecom=[])
    _, output, _ = run(write(changed))

    stored.refresh_from_db()
    assert totals(output)["Patient"] == [0, 1, 0, 0, 0]
    assert (stored.sort_key, stored.initials, stored.version) == ("shan yi", "sy", 2)
    assert stored.time_zone == "Asia/Shanghai"
    addresses = [point.value for point in stored.contact_points.all()]
    assert addresses == ["own@example.org"]
    first, *_, last = stored.events.order_by("pgh_id")
    assert (first.family_name, last.family_name) == ("Rivera", "单")
    assert last.pgh_context.metadata == {"command": "import_fhir"}


def test_an_opt_out_outlives_the_address_at_the_source(site, write):
    telecom = [{"system": "email", "value": "a@example.org"}]
    run(write(patient("a", telecom=telecom)))
    point = models.ContactPoint.objects.get()
    models.ContactPoint.objects.update(opted_out_at=point.created_at)

    run(write(patient("a")))
    run(write(patient("a", telecom=telecom)))

    assert models.ContactPoint.objects.get().opted_out_at


def test_a_dry_run_stores_nothing_and_tells_the_same(site):
    dry = run(DATA, dry_run=True)

    assert not models.Patient.objects.exists()
    assert not models.Organization.objects.exists()
    real = run(DATA)
    assert dry[0] == real[0]
    assert totals(dry[1]) == totals(real[1])
    assert dry[2] == real[2]


def test_a_record_number_belongs_to_one_record_of_a_site(site, write):
    run(write(patient("a")))
    PatientFactory(site=site, mrn="M-hand")

    taken = patient("b", identifier=[{"value": "M-a"}])
    by_hand = patient("c", identifier=[{"value": "M-hand"}])
    twice = [patient("d", identifier=[{"value": "M-d"}]) for _ in range(2)]
    twice[1]["id"] = "e"
    status, output, errors = run(write(taken, by_hand, *twice))

    assert status == 1
    assert totals(output)["Patient"] == [1, 0, 0, 3, 0]
    assert errors.count("mrn_taken") == 3


def test_two_versions_of_one_id_do_not_replace_each_other(site, write):
    other = patient("a", gender="male")
    status, output, errors = run(write(patient("a"), patient("a"), other))

    assert status == 1
    assert totals(output)["Patient"] == [1, 0, 1, 1, 0]
    assert "x.ndjson:3: id: duplicate_id" in errors
    assert totals(run(write(patient("a"), patient("a"), other))[1])["Patient"] == [
        0,
        0,
        2,
        1,
        0,
    ]


def test_a_record_of_another_source_is_another_record(site, write):
    run(write(patient("a")), source="north")
    _, output, _ = run(
        write(patient("a", identifier=[{"value": "other"}])), source="south"
    )

    assert totals(output)["Patient"] == [1, 0, 0, 0, 0]


class TestWhichSite:
    def test_the_named_one(self, site, write):
        other = SiteFactory(code="other")
        run(write(patient("a")), site="other")

        assert models.Patient.objects.get().site == other

    def test_the_one_of_the_organisation(self, site):
        run(DATA / "family.ndjson", site="main")
        models.Patient.objects.update(mrn="moved", source_id="moved")
        hospital = SiteFactory(organization=models.Organization.objects.get())
        run(DATA / "family.ndjson")

        assert models.Patient.objects.get(source_id="pat-1").site == hospital

    @pytest.mark.parametrize("others", [0, 2])
    def test_a_waiting_one_when_nothing_tells(self, others, write):
        SiteFactory.create_batch(others)
        path = write(patient("a"))
        first, second = run(path), run(path)

        assert (first[0], second[0]) == (0, 0)
        assert totals(first[1])["Patient"] == [1, 0, 0, 0, 0]
        assert totals(second[1])["Patient"] == [0, 0, 1, 0, 0]
        stored = models.Patient.objects.get()
        assert (stored.site.code, stored.time_zone) == ("unassigned", "UTC")
        assert not stored.site.memberships.exists()

    def test_one_who_waited_comes_to_the_named_site(self, write):
        path = write(patient("a"))
        run(path)
        SiteFactory(code="main", time_zone="America/New_York")
        status, output, errors = run(path, site="main")

        assert (status, errors) == (0, "")
        assert totals(output)["Patient"] == [0, 1, 0, 0, 0]
        stored = models.Patient.objects.get()
        assert (stored.site.code, stored.time_zone) == ("main", "America/New_York")

    def test_one_who_has_a_site_keeps_it_when_nothing_tells(self, site, write):
        path = write(patient("a"))
        run(path)
        SiteFactory()
        status, _, errors = run(path)

        assert (status, errors) == (0, "")
        assert models.Patient.objects.get().site == site

    def test_none_when_the_organisation_has_several(self, site):
        run(DATA / "family.ndjson", site="main")
        models.Patient.objects.update(mrn="moved", source_id="moved")
        SiteFactory.create_batch(2, organization=models.Organization.objects.get())
        status, _, errors = run(DATA / "family.ndjson")

        assert status == 1
        assert "managingOrganization: site_unknown" in errors

    def test_a_dry_run_leaves_no_waiting_site(self, write):
        run(write(patient("a")), dry_run=True)

        assert not models.Site.objects.exists()

    def test_an_import_never_moves_a_patient(self, site, write):
        path = write(patient("a"))
        run(path)
        SiteFactory(code="other")
        status, _, errors = run(path, site="other")

        assert status == 1
        assert "other_site" in errors
        assert models.Patient.objects.get().site == site

    def test_an_unknown_code_stops_before_anything_is_read(self, write):
        with pytest.raises(CommandError):
            run(write(patient("a")), site="nowhere")


def test_an_organisation_that_comes_later_is_linked_by_the_next_run(site, write):
    place = {
        "resourceType": "Location",
        "id": "l",
        "name": "Ward",
        "managingOrganization": {"reference": "Organization/o"},
    }
    first = run(write(place))
    hospital = {"resourceType": "Organization", "id": "o", "name": "Hospital"}
    second = run(write(place, hospital))

    assert "reference_not_found" in first[1]
    assert totals(second[1])["Location"] == [0, 1, 0, 0, 0]
    assert models.Location.objects.get().organization.name == "Hospital"


def test_an_identifier_two_records_share_means_neither(site, write):
    shared = [{"system": "s", "value": "v"}]
    homes = [
        {"resourceType": "Organization", "id": i, "name": i, "identifier": shared}
        for i in "ab"
    ]
    place = {
        "resourceType": "Location",
        "id": "l",
        "managingOrganization": {"identifier": shared[0]},
    }
    run(write(*homes, place))

    assert models.Location.objects.get().organization is None


def test_one_record_the_database_refuses_costs_only_itself(site, write, monkeypatch):
    from patients.services import import_extras

    real = import_extras.EXTRAS["Patient"]

    def break_on_bad(written, resolver, system):
        if any(row.source_id == "bad" for row, _, _ in written):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1/0")
        return real(written, resolver, system)

    monkeypatch.setitem(import_extras.EXTRAS, "Patient", break_on_bad)
    names = [f"p{n}" for n in range(250)]
    names[120] = "bad"
    status, output, errors = run(write(*map(patient, names)))

    assert status == 1
    assert totals(output)["Patient"] == [249, 0, 0, 1, 0]
    assert "x.ndjson:121: Patient: not_storable" in errors


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_store_each_record_once(write):
    SiteFactory()
    people = [patient(f"p{n}") for n in range(600)]
    paths = [
        write(*people, name="one.ndjson"),
        write(*reversed(people), name="two.ndjson"),
    ]
    results = []

    def work(path: Path) -> None:
        try:
            results.append(run(path))
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    tables = [totals(output)["Patient"] for _, output, _ in results]
    assert [status for status, _, _ in results] == [0, 0]
    assert sum(table[0] for table in tables) == 600
    assert sum(table[2] for table in tables) == 600
    assert models.Patient.objects.count() == 600


@pytest.mark.skipif(
    "FHIR_SAMPLE_DIR" not in os.environ, reason="FHIR_SAMPLE_DIR names no folder"
)
def test_a_real_export_is_imported_without_loss_twice(site):
    folder = Path(os.environ["FHIR_SAMPLE_DIR"])
    first, second = run(folder), run(folder)

    created, *others = totals(first[1])["total"]
    assert (first[0], second[0]) == (0, 0)
    assert others[:3] == [0, 0, 0]
    assert totals(second[1])["total"][:4] == [0, 0, created, 0]
