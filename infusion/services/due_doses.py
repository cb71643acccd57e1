"""Which dose is due in a cycle at an instant, after every change of it."""

import datetime as dt
from decimal import Decimal

from infusion import models
from infusion.domain.cycles import stretches_of
from infusion.domain.hanging import BagOfAnotherDose
from infusion.selectors.planning import CycleRows, cycle_facts, site_policy
from infusion.selectors.regimens import regimen_of
from infusion.services.ledgers import delivered_hours


def due_doses(
    course: models.Course, rows: CycleRows, at: dt.datetime, now: dt.datetime
) -> set[Decimal]:
    """Return the daily doses in mcg that are due, give or take the step's tolerance."""
    values = site_policy(course.site_id)
    step = dt.timedelta(minutes=float(values.number("step_tolerance_minutes")))
    delivered = delivered_hours(rows, at)
    found = stretches_of(
        regimen_of(course), cycle_facts(rows), values.number("dose_rounding_mcg"), now
    )
    return {
        one.daily_dose_mcg for one in found if one.start - step <= delivered < one.end
    }


def first_dose(course: models.Course, rows: CycleRows, now: dt.datetime) -> Decimal:
    """Return the daily dose in mcg with which a cycle begins."""
    rounding = site_policy(course.site_id).number("dose_rounding_mcg")
    found = stretches_of(regimen_of(course), cycle_facts(rows), rounding, now)
    return found[0].daily_dose_mcg


def check_dose_on_pump(
    course: models.Course, rows: CycleRows, at: dt.datetime, now: dt.datetime
) -> None:
    """Refuse to run a bag on under which the dose was changed.

    :raises BagOfAnotherDose: when it holds another dose than the one due since.
    """
    bag = rows.hanging
    if bag is None or bag.hung_at is None:
        return
    changed = [one for one in rows.dose_changes if bag.hung_at < one.from_at <= at]
    if changed and bag.daily_dose_mcg not in due_doses(course, rows, at, now):
        raise BagOfAnotherDose(field="at")
