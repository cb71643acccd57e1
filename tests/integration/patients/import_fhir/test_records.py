"""An import stores what is good and says what is not."""

from patients import models
from patients.selectors.people import get_recipients
from tests.integration.patients.import_fhir.runs import DATA, patient, run, totals


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
