"""A re-plan writes the rows it changes, each of them once, and no other."""

import datetime as dt

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infusion import models
from infusion.domain.changes import Change, Scope, Verb
from infusion.selectors.planning import load_rows
from infusion.selectors.reminder_rules import rules_in_force
from infusion.services import replanning
from infusion.services.projection import change_of
from tests.factories.wards import HOUR, MONDAY, planned_bags, ward

DAY = dt.timedelta(days=1)
WRITTEN = """
SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables
WHERE relname LIKE 'infusion_%%'
"""


def written():
    """Return how many rows this transaction has written so far, by table."""
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN)
        return dict(cursor.fetchall())


def stored():
    """Return every row of every table, by key."""
    return {
        model._meta.db_table: {
            row[0]: row for row in model.objects.values_list("pk", *names(model))
        }
        for model in apps.get_app_config("infusion").get_models(
            include_auto_created=True
        )
    }


def names(model):
    return [field.attname for field in model._meta.concrete_fields]


def differing(before, after):
    """Return how many rows differ, by table."""
    found = {}
    for table, rows in after.items():
        keys = rows.keys() | before[table].keys()
        count = sum(rows.get(key) != before[table].get(key) for key in keys)
        if count:
            found[table] = count
    return found


def measured(here, course, wanted, now):
    asked = {"actor": here.physician, "course_id": course.id, "change": wanted}
    seen = replanning.preview_change(**asked, now=now)
    rows, count = stored(), written()
    replanning.apply_change(**asked, token=seen.shown.token, now=now)
    wrote = {
        table: number - count.get(table, 0)
        for table, number in written().items()
        if number != count.get(table, 0)
    }
    return seen, wrote, differing(rows, stored())


def change(verb, scope="CYCLE", **rest):
    return Change(verb=Verb(verb), scope=Scope(scope), reason="Because.", **rest)


def running():
    here = ward()
    course = here.running("us-label-mrd")
    here.deliver(planned_bags(course)[0], MONDAY + HOUR)
    return here, course


def deferred():
    here = ward()
    course = here.order("us-label-rr", start_at=MONDAY + DAY)
    return here, course, change("DEFER", "LATER", to=MONDAY + 3 * DAY), MONDAY


def ceased():
    here, course = running()
    return here, course, change("CEASE", "LATER", at=MONDAY + DAY), MONDAY + DAY


def held():
    here, course = running()
    return here, course, change("HOLD", at=MONDAY + DAY), MONDAY + DAY


def resumed():
    here, course, hold, at = held()
    measured(here, course, hold, at)
    return here, course, change("RESUME", at=at + HOUR), at + HOUR


def sent_home():
    here, course = running()
    home = change(
        "CHANGE_PLACEMENT", at=MONDAY + DAY, place="HOME", override_reason="Paper."
    )
    return here, course, home, MONDAY + DAY


def moved():
    here, course = running()
    visit = models.Visit.objects.filter(kind="BAG_CHANGE").earliest("planned_at")
    move = change(
        "MOVE_VISIT",
        "CYCLE",
        visit_id=visit.id,
        to=visit.planned_at - 3 * HOUR,
    )
    return here, course, move, MONDAY + DAY


def swapped():
    here, course = running()
    swap = change("SWAP_RECIPE", "CYCLE", recipe="us-48h")
    return here, course, swap, MONDAY + DAY


@pytest.mark.parametrize(
    "prepare",
    [deferred, ceased, held, resumed, sent_home, moved, swapped],
    ids=lambda one: one.__name__,
)
def test_every_row_written_is_a_row_changed(prepare):
    _, wrote, changed = measured(*prepare())

    assert wrote == changed
    assert sum(wrote.values()) > 1


def test_what_a_change_leaves_alone_is_not_touched():
    here, course, home, at = sent_home()
    bags = list(models.Bag.objects.values_list("id", "version"))

    _, wrote, _ = measured(here, course, home, at)

    assert "infusion_bag" not in wrote
    assert list(models.Bag.objects.values_list("id", "version")) == bags


@pytest.mark.parametrize(
    "prepare", [sent_home, moved, swapped], ids=lambda one: one.__name__
)
def test_what_a_change_leaves_owed_is_what_its_stored_rows_owe(prepare):
    here, course, wanted, at = prepare()
    measured(here, course, wanted, at)
    course = models.Course.objects.get(id=course.id)
    rules = rules_in_force(course.site_id, course.site.policy).rules

    found = change_of(load_rows(course), rules, None, at)

    assert course.messages.filter(status="PENDING").exists()
    assert (found.added, found.gone, found.moved) == ([], [], [])


def test_a_change_is_looked_at_in_a_bounded_number_of_statements():
    here, course, wanted, at = moved()

    with CaptureQueriesContext(connection) as found:
        replanning.preview_change(
            actor=here.physician, course_id=course.id, change=wanted, now=at
        )

    assert len(found) <= 90
