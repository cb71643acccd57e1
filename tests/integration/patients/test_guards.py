"""The database stops what must never happen, whatever the code does."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from patients import models
from tests.factories.patients import (
    CaregiverLinkFactory,
    ConsentFactory,
    ContactPointFactory,
    MeasurementFactory,
    MembershipFactory,
    PatientFactory,
    SiteDayFactory,
)


@contextmanager
def refusal(error=DatabaseError) -> Iterator[None]:
    """Expect the database to refuse, and leave the transaction of the test whole."""
    with pytest.raises(error), transaction.atomic():
        yield


def test_a_reading_is_neither_changed_nor_deleted():
    row = MeasurementFactory()
    rows = models.Measurement.objects.filter(id=row.id)
    before = list(rows.values())

    for work in (lambda: rows.update(value=1), rows.delete, row.patient.delete):
        with refusal():
            work()
    assert list(rows.values()) == before


@pytest.mark.parametrize("value", ["0", "-1", "NaN"])
def test_an_impossible_reading_is_not_stored(value):
    row = MeasurementFactory()
    sql = "INSERT INTO patients_measurement SELECT gen_random_uuid(), created_at,"
    sql += " kind, %s::numeric, taken_at, patient_id, taken_by_id"
    sql += " FROM patients_measurement WHERE id = %s"

    with refusal(IntegrityError), connection.cursor() as cursor:
        cursor.execute(sql, [value, row.id])
    assert models.Measurement.objects.get() == row


@pytest.mark.parametrize(
    ("start", "end"),
    [("DENIED", "CONFIRMED"), ("REVOKED", "PENDING"), ("CONFIRMED", "PENDING")],
)
def test_a_caregiver_link_moves_forward_only(start, end):
    link = CaregiverLinkFactory(state=start)
    rows = models.CaregiverLink.objects.filter(id=link.id)

    with refusal():
        rows.update(state=end)
    assert rows.get().state == start


@pytest.mark.parametrize(
    ("factory", "change"),
    [
        (PatientFactory, {"family_name": "Roe"}),
        (CaregiverLinkFactory, {"state": "REVOKED"}),
        (ContactPointFactory, {"rank": 2}),
        (ConsentFactory, {"withdrawn_at": dt.datetime(2026, 2, 1, tzinfo=dt.UTC)}),
        (MembershipFactory, {"is_active": False}),
        (SiteDayFactory, {"note": "clinic closed"}),
    ],
)
def test_every_insert_update_and_delete_is_kept_for_good(factory, change):
    row = factory()
    rows = type(row).objects.filter(pk=row.pk)
    rows.update(**change)
    event = type(row).pgh_event_model
    pk = row.pk
    rows.delete()

    labels = event.objects.filter(pgh_obj_id=pk).order_by("pgh_id")
    assert list(labels.values_list("pgh_label", flat=True)) == [
        "insert",
        "update",
        "delete",
    ]
    with refusal():
        event.objects.filter(pgh_obj_id=pk).update(pgh_label="x")
    with refusal():
        event.objects.filter(pgh_obj_id=pk).delete()


def test_nobody_dies_without_being_deceased():
    died = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

    with refusal(IntegrityError):
        PatientFactory(deceased_at=died)
    assert PatientFactory(deceased_at=died, is_deceased=True).pk


def test_a_reading_keeps_two_decimal_places():
    row = MeasurementFactory(value=Decimal("70.5"))

    row.refresh_from_db()
    assert str(row.value) == "70.50"
