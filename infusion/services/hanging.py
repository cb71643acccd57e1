"""Hangs bags: a first person reads the pump, a second confirms, then the clock knows."""

import datetime as dt
import uuid

from django.db import IntegrityError

from infusion import catalogue, models
from infusion.domain import hanging
from infusion.domain.clock import EventKind
from infusion.domain.hanging import Candidate, PumpReading, Tolerances
from infusion.domain.instants import in_utc
from infusion.domain.recipes import use_by
from infusion.domain.states import BagStatus
from infusion.selectors.planning import (
    CycleRows,
    load_rows,
    site_policy,
)
from infusion.services.common import NotFound, changing, touch
from infusion.services.cycles import check_attended, running_cycle
from infusion.services.due_doses import due_doses
from infusion.services.ledgers import (
    emptied_at,
    go_of,
    ledger,
    record_event,
)
from infusion.services.planning import fulfil_visit, replan
from patients import policy
from patients.policy import Actor
from patients.services.writing import violated


def enter_hang(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    expected_version: int | None = None,
    bag_code: str,
    replaces_code: str | None,
    hung_at: dt.datetime,
    reading: PumpReading,
    now: dt.datetime,
) -> models.HangCheck:
    """Keep the first person's reading of the pump until a second one confirms it.

    ``replaces_code`` names the bag that comes down, or is None when none hangs.

    :raises Refusal: when the bag must not go up or the reading is not the label's.
    """
    with changing(
        actor=actor,
        action="bag.hang",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        rows = load_rows(course).of(running_cycle(course))
        bag = _by_code(actor, bag_code)
        hung_at = in_utc(hung_at, field="hung_at")
        reading = _in_utc(reading)
        _check(
            course=course,
            rows=rows,
            bag=bag,
            replaces_code=replaces_code,
            hung_at=hung_at,
            reading=reading,
            now=now,
        )
        check = _open_check(actor, rows, bag, replaces_code, hung_at, reading)
        touch(course)
    return check


def confirm_hang(
    *, actor: Actor, check_id: uuid.UUID, reading: PumpReading, now: dt.datetime
) -> models.Bag:
    """Compare the second person's reading with the first and put the bag on the clock.

    :raises SamePersonTwice: when it is the same person.
    :raises SecondCheckDiffers: when the readings do not agree.
    :raises Refusal: when the bag must not go up any more.
    """
    check = _check_row(check_id)
    with changing(
        actor=actor, action="bag.confirm", course_id=check.bag.course_id
    ) as course:
        check.refresh_from_db()
        if check.confirmed_at or check.withdrawn_at:
            raise hanging.CheckClosed(field="check")
        if check.entered_by_id == actor.user_id:
            raise hanging.SamePersonTwice(field="confirmed_by")
        rows = load_rows(course).of(running_cycle(course))
        bag = _bag_of(check, rows)
        replaced = check.replaces.code if check.replaces else None
        reading = _in_utc(reading)
        hanging.check_same(_first(check), reading, _tolerances(course))
        _check(
            course=course,
            rows=rows,
            bag=bag,
            replaces_code=replaced,
            hung_at=check.hung_at,
            reading=reading,
            now=now,
        )
        check.confirmed_by_id, check.confirmed_at = actor.user_id, now
        check.save(update_fields=["confirmed_by", "confirmed_at"])
        _put_up(rows, bag, check.hung_at, actor)
        replan(course, cause="bag_hung", actor_id=actor.user_id, now=now)
    bag.refresh_from_db()
    return bag


def withdraw_hang(*, actor: Actor, check_id: uuid.UUID, now: dt.datetime) -> None:
    """Take back a first reading that nobody has confirmed.

    :raises CheckClosed: when it was confirmed or withdrawn before.
    """
    check = _check_row(check_id)
    with changing(
        actor=actor, action="bag.hang", course_id=check.bag.course_id
    ) as course:
        check.refresh_from_db()
        if check.confirmed_at or check.withdrawn_at:
            raise hanging.CheckClosed(field="check")
        check.withdrawn_at = now
        check.save(update_fields=["withdrawn_at"])
        touch(course)


def _bag_of(check: models.HangCheck, rows: CycleRows) -> models.Bag:
    """Return the bag of a check among those of the running cycle."""
    for bag in rows.bags:
        if bag.id == check.bag_id:
            return bag
    raise hanging.CheckClosed(field="check")


def _by_code(actor: Actor, code: str) -> models.Bag:
    """Return a bag by its code; one the actor may not know of is as unknown as none."""
    rows = models.Bag.objects.select_related("course")
    bag = rows.filter(code=code.strip().upper()).first()
    if bag is None or not policy.can(actor, "course.view", bag.course):
        raise hanging.BagUnknown(field="bag_code")
    return bag


def _check_row(check_id: uuid.UUID) -> models.HangCheck:
    rows = models.HangCheck.objects.select_related("bag", "replaces")
    check = rows.filter(id=check_id).first()
    if check is None:
        raise NotFound(field="check")
    return check


def _in_utc(reading: PumpReading) -> PumpReading:
    return PumpReading(
        rate_ml_h=reading.rate_ml_h,
        volume_ml=reading.volume_ml,
        ends_at=in_utc(reading.ends_at, field="ends_at"),
    )


def _first(check: models.HangCheck) -> PumpReading:
    return PumpReading(
        rate_ml_h=check.rate_ml_h, volume_ml=check.volume_ml, ends_at=check.ends_at
    )


def _tolerances(course: models.Course) -> Tolerances:
    values = site_policy(course.site_id)
    return Tolerances(
        end=dt.timedelta(minutes=float(values.number("pump_end_tolerance_minutes"))),
        volume_ml=values.number("pump_volume_tolerance_ml"),
    )


def _check(
    *,
    course: models.Course,
    rows: CycleRows,
    bag: models.Bag,
    replaces_code: str | None,
    hung_at: dt.datetime,
    reading: PumpReading,
    now: dt.datetime,
) -> None:
    """Refuse a bag, an instant, a dose or a reading that is not right."""
    candidate = _candidate(course, rows, bag, replaces_code, hung_at)
    hanging.check_bag(candidate, hung_at)
    hanging.check_instant(hung_at, now, _not_before(rows, bag))
    if not ledger(rows).events:
        check_attended(course, hung_at)
    hanging.check_gap(ledger(rows), emptied_at(rows), hung_at)
    tolerances = _tolerances(course)
    _check_dose(course, rows, bag, hung_at, now)
    hanging.check_reading(candidate, reading, hung_at, tolerances)


def _candidate(
    course: models.Course,
    rows: CycleRows,
    bag: models.Bag,
    replaces_code: str | None,
    hung_at: dt.datetime,
) -> Candidate:
    hangs = rows.hanging
    return Candidate(
        status=BagStatus(bag.status),
        same_course=bag.course_id == course.id and bag.cycle_id == rows.cycle.id,
        rate_ml_h=bag.rate_ml_h,
        volume_ml=bag.volume_ml,
        daily_dose_mcg=bag.daily_dose_mcg,
        use_by=_use_by(bag, hung_at),
        hanging_code=hangs.code if hangs else None,
        replaces_code=replaces_code.strip().upper() if replaces_code else None,
    )


def _use_by(bag: models.Bag, hung_at: dt.datetime) -> dt.datetime:
    return use_by(
        catalogue.get_recipe(bag.recipe_key),
        hang_at=hung_at,
        out_of_cold_at=bag.out_of_cold_at,
        prepared_at=bag.prepared_at,
    )


def _not_before(rows: CycleRows, bag: models.Bag) -> dt.datetime:
    """Return the last recorded fact of the cycle: the go and the making of the bag too."""
    facts = [event.at for event in ledger(rows).events]
    facts += [go_of(rows.cycle)]
    facts += [bag.prepared_at] if bag.prepared_at else []
    facts += [bag.hung_at for bag in rows.bags if bag.hung_at]
    facts += [bag.taken_down_at for bag in rows.bags if bag.taken_down_at]
    return max(facts)


def _check_dose(
    course: models.Course,
    rows: CycleRows,
    bag: models.Bag,
    hung_at: dt.datetime,
    now: dt.datetime,
) -> None:
    """Refuse a bag of another dose than the one due within the tolerance of a step."""
    if bag.daily_dose_mcg not in due_doses(course, rows, hung_at, now):
        raise hanging.BagOfAnotherDose(field="bag_code")


def _open_check(
    actor: Actor,
    rows: CycleRows,
    bag: models.Bag,
    replaces_code: str | None,
    hung_at: dt.datetime,
    reading: PumpReading,
) -> models.HangCheck:
    waiting = models.HangCheck.objects.filter(
        bag__cycle=rows.cycle, confirmed_at=None, withdrawn_at=None
    )
    if waiting.exists():
        raise hanging.CheckAlreadyOpen(field="bag_code")
    try:
        return models.HangCheck.objects.create(
            bag=bag,
            replaces=rows.hanging if replaces_code else None,
            hung_at=hung_at,
            rate_ml_h=reading.rate_ml_h,
            volume_ml=reading.volume_ml,
            ends_at=reading.ends_at,
            entered_by_id=actor.user_id,
        )
    except IntegrityError as error:
        if violated(error) == "one_open_check_a_bag":
            raise hanging.CheckAlreadyOpen(field="bag_code") from None
        raise


def _put_up(
    rows: CycleRows, bag: models.Bag, hung_at: dt.datetime, actor: Actor
) -> None:
    """Write the facts: the old bag down, the new bag up, the clock started if need be."""
    _write_ledger(rows, hung_at, actor)
    old = rows.hanging
    if old is not None:
        old.status, old.taken_down_at = BagStatus.FINISHED, hung_at
        old.version += 1
        old.save(update_fields=["status", "taken_down_at", "version"])
    bag.out_of_cold_at = bag.out_of_cold_at or hung_at
    bag.use_by = _use_by(bag, hung_at)
    bag.status, bag.hung_at = BagStatus.HUNG, hung_at
    bag.version += 1
    bag.save()
    fulfil_visit(rows.cycle, bag=bag, done_at=hung_at)


def _write_ledger(rows: CycleRows, hung_at: dt.datetime, actor: Actor) -> None:
    """Start the clock with the first bag; the gap of an empty one is derived."""
    if not ledger(rows).events:
        record_event(rows, EventKind.START, hung_at, actor.user_id)
