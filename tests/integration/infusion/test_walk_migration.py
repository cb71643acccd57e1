"""A running installation migrates: every course keeps a regimen, every cycle a block."""

import datetime as dt
import importlib
import uuid
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from infusion import models
from infusion.selectors.courses import read_course
from infusion.selectors.outlook import read_outlook
from infusion.selectors.regimens import regimen_of

# Every table back to the second migration and forth again.
pytestmark = pytest.mark.nightly
START = dt.datetime(2026, 1, 5, 15, tzinfo=dt.UTC)
BEFORE, AFTER = ("infusion", "0002_cycle_block"), ("infusion", "0003_walk")


@pytest.fixture
def old():
    """Return the tables as they were before, and bring them back to the present after."""
    executor = step_by_step()
    present = executor.loader.graph.leaf_nodes("infusion")
    executor.migrate([BEFORE])
    yield executor.loader.project_state([BEFORE]).apps
    step_by_step().migrate(present)


def step_by_step() -> MigrationExecutor:
    """Return what migrates as an installation did that came through every step."""
    executor = MigrationExecutor(connection)
    executor.loader = MigrationLoader(connection, replace_migrations=False)
    return executor


def migrate():
    step_by_step().migrate([AFTER])
    executor = step_by_step()
    executor.migrate(executor.loader.graph.leaf_nodes("infusion"))


def people(then):
    site = then.get_model("patients", "Site").objects.create(
        name="Old",
        code=uuid.uuid4().hex[:20],
        time_zone="America/New_York",
        country="US",
    )
    patient = then.get_model("patients", "Patient").objects.create(
        site=site, mrn=uuid.uuid4().hex, family_name="Doe", time_zone=site.time_zone
    )
    user = then.get_model("patients", "User").objects.create(
        email=f"{uuid.uuid4().hex}@example.org"
    )
    return site, patient, user


def course_of(then, key="us-label-rr", status="ACTIVE", **more):
    site, patient, user = people(then)
    return then.get_model("infusion", "Course").objects.create(
        **{
            "patient": patient,
            "site": site,
            "regimen_key": key,
            "regimen_version": "1.0.0",
            "label_id": "label",
            "label_revision": "1",
            "status": status,
            "time_zone": site.time_zone,
            "cycles_planned": 9,
            "ordered_by": user,
            "ordered_at": START,
            **more,
        }
    )


def cycle_of(then, course, number, status):
    start = START + dt.timedelta(days=42 * (number - 1))
    is_over = status in {"COMPLETED", "STOPPED"}
    return then.get_model("infusion", "Cycle").objects.create(
        course=course,
        number=number,
        status=status,
        planned_start_at=start,
        go_at=start if is_over or status == "STARTED" else None,
        ended_at=start + dt.timedelta(days=28) if is_over else None,
        weight_kg=Decimal(70),
        surface_formula="MOSTELLER",
        weight_taken_at=start,
    )


@pytest.mark.django_db(transaction=True)
def test_every_course_gets_its_regimen_and_every_cycle_its_block(old):
    running = course_of(old)
    for number, status in ((1, "COMPLETED"), (2, "COMPLETED"), (3, "STARTED")):
        cycle_of(old, running, number, status)
    cycle_of(old, running, 4, "CANCELLED")
    between = course_of(old)
    cycle_of(old, between, 1, "COMPLETED")
    cycle_of(old, between, 2, "COMPLETED")
    cancelled = course_of(old, status="CANCELLED")
    cycle_of(old, cancelled, 1, "CANCELLED")
    ordered = course_of(old, key="us-label-mrd", status="ORDERED", cycles_planned=4)
    cycle_of(old, ordered, 1, "PLANNED")

    migrate()

    has_its_blocks(models.Course.objects.get(id=running.id))
    waits_for_the_decision(models.Course.objects.get(id=between.id))
    assert not models.Course.objects.get(id=cancelled.id).blocks.exists()
    assert models.Course.objects.get(id=ordered.id).blocks.get().status == "PLANNED"
    # Equal regimens are kept once.
    assert models.RegimenSnapshot.objects.count() == 2


def has_its_blocks(course):
    assert course.snapshot.key == "us-label-rr"
    assert course.regimen_version == course.snapshot.version
    assert course.regimen_version == regimen_of(course).version
    cycles = course.cycles.order_by("number")
    assert [(one.number, one.block_key, one.ordinal) for one in cycles] == [
        (1, "c1", 1),
        (2, "c2", 1),
        (3, "consolidation", 1),
        (4, "consolidation", 2),
    ]
    rows = course.blocks.order_by("sequence")
    assert [(one.block_key, one.ordinal, one.status) for one in rows] == [
        ("c1", 1, "COMPLETED"),
        ("c2", 1, "COMPLETED"),
        # Nobody asked for the decision then.
        ("after-two", 1, "ELSEWHERE"),
        ("consolidation", 1, "STARTED"),
    ]
    assert [one.cycle_number for one in rows] == [1, 2, None, 3]
    assert rows[0].starts_on == START.date()


def waits_for_the_decision(course):
    now = START + dt.timedelta(days=90)
    assert len(read_course(course.id, now).cycles) == 2
    outlook = read_outlook(course.id, now)
    assert outlook.standing.due == "DECISION"
    assert outlook.standing.block.key == "after-two"
    assert outlook.cycles_given == 2


def test_a_course_whose_file_is_gone_stops_the_migration_and_says_so():
    walk = importlib.import_module("infusion.migrations.0003_walk")
    course = models.Course(regimen_key="us-label-gone")

    with pytest.raises(RuntimeError, match="us-label-gone"):
        walk._give_way(apps, course)
