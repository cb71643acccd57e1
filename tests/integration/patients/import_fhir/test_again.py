"""An import that is run again changes nothing twice, and mixes no records."""

import os
import threading
from pathlib import Path

import pytest
from django.db import connection

from patients import models
from patients.services import import_batches
from tests.factories.patients import PatientFactory, SiteFactory
from tests.integration.patients.import_fhir.runs import DATA, patient, run, totals


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


def test_what_another_import_stored_alike_in_the_meantime_stays_as_it_is(
    site, write, monkeypatch
):
    run(write(patient("a")))
    # What is read before the rows are locked is from before the other import.
    monkeypatch.setattr(import_batches, "digests_of", lambda *_asked: {})

    _, output, _ = run(write(patient("a"), patient("b")))

    assert totals(output)["Patient"] == [1, 0, 1, 0, 0]
    assert models.Patient.objects.get(source_id="a").version == 1


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
