"""The bags of a synthetic course: made, brought, hung, changed, and the last one down."""

import datetime as dt
from dataclasses import replace
from functools import partial

from infusion import catalogue, models
from infusion.catalogue.alerts import cause_rule
from infusion.domain.alerts import Cause
from infusion.domain.bag_life import MADE, TO_COME, DiscardReason
from infusion.domain.calendars import Rating, VisitCalendar
from infusion.domain.clock import REINITIATION_FROM, PauseReason
from infusion.domain.hanging import PumpReading
from infusion.domain.states import BagStatus, CycleStatus, PlacementKind
from infusion.domain.visits import Whereabouts
from infusion.selectors.calendars import scheduling_of
from infusion.services import bags, compounding, cycles, hanging, interruptions
from infusion.services.discharging import readmit
from infusion.services.placements import change_placement
from infusion.simulation.life import DAY, HOUR, Life, Stay
from infusion.simulation.stories import ChangeTold, Ending
from infusion.simulation.sweeping import wake

# When a bag is made and brought before it goes up. Not clinical: an assumption.
MADE_BEFORE = 26 * HOUR
BROUGHT_BEFORE = 3 * HOUR


def next_bag(life: Life) -> models.Bag | None:
    """Return the bag of the open cycle that goes up next."""
    rows = models.Bag.objects.filter(
        course_id=life.course_id,
        status__in=TO_COME,
        cycle__status__in=(CycleStatus.PLANNED, CycleStatus.STARTED),
    )
    return rows.order_by("planned_hang_at", "sequence").first()


def make_ready(life: Life, bag: models.Bag) -> models.Bag:
    """Take a bag through every step that is left until it is with the patient."""
    first, second = life.actors["pharmacist"], life.actors["second-pharmacist"]
    now, bag_id = life.now, bag.pk
    if bag.status == BagStatus.PLANNED:
        bag = compounding.order_bag(actor=first, bag_id=bag_id, now=now)
    if bag.status == BagStatus.ORDERED:
        bag = compounding.compound_bag(
            actor=first, bag_id=bag_id, prepared_at=now, now=now
        )
    if bag.status == BagStatus.COMPOUNDED:
        bag = compounding.check_compounded(actor=second, bag_id=bag_id, now=now)
    return bag


def bring(life: Life, bag: models.Bag) -> models.Bag:
    """Hand a bag over to where the patient is."""
    bag = make_ready(life, bag)
    if bag.status == BagStatus.CHECKED:
        actor = life.actors["pharmacist"]
        bag = compounding.dispatch_bag(actor=actor, bag_id=bag.pk, now=life.now)
    if bag.status == BagStatus.DISPATCHED:
        bag = bags.deliver_bag(actor=life.actors["nurse"], bag_id=bag.pk, now=life.now)
    return bag


def throw_unused(life: Life) -> None:
    """Throw away what was made and what the plan has no use for any more."""
    cycle = life.cycle()
    made = models.Bag.objects.filter(cycle=cycle, status__in=MADE)
    if cycle is None or not made.exists():
        return
    plans = life.course().plan_versions.order_by("-number")
    planned = plans.values_list("body__cycles", flat=True).first() or []
    wanted = {
        (dt.datetime.fromisoformat(bag["hang_at"]), bag["recipe"])
        for one in planned
        if one["number"] == cycle.number
        for bag in one["bags"]
    }
    for bag in made.order_by("sequence"):
        if (bag.planned_hang_at, bag.recipe_key) not in wanted:
            _throw(life, bag, DiscardReason.PLAN_CHANGED)


def _throw(life: Life, bag: models.Bag, reason: DiscardReason) -> None:
    actor = life.actors["nurse"]
    bags.discard_bag(actor=actor, bag_id=bag.pk, reason=reason, now=life.now)


def plan_bags(life: Life) -> None:
    """Enter when the next bag is made and brought, and when the one on the pump comes
    down; what a new plan moved is entered anew.
    """
    bag = next_bag(life)
    if bag is not None:
        key = (bag.pk, bag.planned_hang_at)
        planned = bag.planned_hang_at
        life.once(("make", *key), planned - MADE_BEFORE, "a bag is made", _make)
        life.once(("bring", *key), planned - BROUGHT_BEFORE, "a bag is brought", _bring)
    hung = life.hanging()
    due = hung.planned_take_down_at if hung else None
    if due != life.take_down_at:
        life.take_down_at, life.take_down_since = due, life.now
    if hung is None or not life.pump.is_on:
        return
    planned = hung.planned_take_down_at
    at = planned
    if bag is not None:
        off = life.patient.change_off_by(planned - life.begins_at)
        is_step = bag.daily_dose_mcg != hung.daily_dose_mcg
        # Nobody hangs another dose before its time: the service refuses it.
        at += max(off, dt.timedelta(0)) if is_step else off
    key = (hung.pk, planned)
    overdue = partial(_wake_if_overdue, key=key)
    late = _overdue_at(life, planned)
    life.once(("overdue", *key), late, "a change is overdue", overdue)
    act = partial(_come_down, key=key)
    life.once(("change", *key), max(at, life.now), "a bag is changed", act)


def _overdue_at(life: Life, planned: dt.datetime) -> dt.datetime:
    values = catalogue.site_policy(life.world.site.policy)
    return planned + min(cause_rule(values, Cause.BAG_CHANGE_OVERDUE).times)


def _wake_if_overdue(life: Life, key: tuple[object, dt.datetime]) -> None:
    hung = life.hanging()
    if hung is not None and (hung.pk, hung.planned_take_down_at) == key:
        wake(life)


def _make(life: Life) -> None:
    if bag := next_bag(life):
        make_ready(life, bag)


def _bring(life: Life) -> None:
    if bag := next_bag(life):
        bring(life, bag)


def _come_down(life: Life, key: tuple[object, dt.datetime]) -> None:
    """Change a bag, or end the cycle with the last one, if the plan still says so."""
    hung = life.hanging()
    if hung is None or (hung.pk, hung.planned_take_down_at) != key:
        return
    if not life.pump.is_on:
        # It is entered anew once the pump runs again: that is a new plan.
        life.entered.discard(("change", *key))
        return
    if next_bag(life) is None:
        end_cycle(life)
    else:
        change(life)


def hang_first(life: Life) -> None:
    """Give the go for a cycle and hang its first bag."""
    bag = next_bag(life)
    assert bag is not None  # noqa: S101 - the cycle was ordered
    bring(life, bag)
    cycles.start_cycle(
        actor=life.actors["nurse"],
        course_id=life.course_id,
        premedication_given=True,
        now=life.now,
    )
    hang(life)
    life.pump.run(life.now)


def change(life: Life) -> None:
    """Change the bag; after four hours without flow it is a restart."""
    still = life.pump.still_since
    is_restart = still is not None and life.now - still >= REINITIATION_FROM
    if is_restart:
        stop(life, PauseReason.BAG_EMPTY)
    hung = life.hanging()
    planned = hung.planned_take_down_at if hung else life.now
    hang(life)
    life.changes.append(_told(life, planned))
    if is_restart:
        run_again(life)


def hang(life: Life) -> models.Bag:
    """Hang the next bag: one person reads the pump, another confirms."""
    old, bag = life.hanging(), next_bag(life)
    assert bag is not None  # noqa: S101 - a plan has a bag for every hour
    bag = bring(life, bag)
    reading = _reading(bag, life.now)
    at_home = life.place is PlacementKind.HOME
    check = hanging.enter_hang(
        actor=life.actors["home-nurse" if at_home else "nurse"],
        course_id=life.course_id,
        bag_code=bag.code,
        replaces_code=old.code if old else None,
        hung_at=life.now,
        reading=reading,
        now=life.now,
    )
    bag = hanging.confirm_hang(
        actor=life.actors["second-nurse"],
        check_id=check.pk,
        reading=reading,
        now=life.now,
    )
    life.pump.hang(life.now, bag.hours, bag.use_by)
    return bag


def _reading(bag: models.Bag, at: dt.datetime) -> PumpReading:
    hours = float(bag.volume_ml / bag.rate_ml_h)
    return PumpReading(
        rate_ml_h=bag.rate_ml_h,
        volume_ml=bag.volume_ml,
        ends_at=at + dt.timedelta(hours=hours),
    )


def _told(life: Life, planned: dt.datetime) -> ChangeTold:
    return ChangeTold(
        planned=planned - life.begins_at,
        done=life.since,
        is_at_home=life.place is PlacementKind.HOME,
        is_off_hours=is_off_hours(life, life.now),
    )


def is_off_hours(life: Life, at: dt.datetime) -> bool:
    """Say whether an instant lies outside the hours of the site, or on a day off."""
    rating = rating_at(life, at, life.place_at(at))
    return rating.outside or rating.off_day


def rating_at(life: Life, at: dt.datetime, kind: PlacementKind) -> Rating:
    """Return how the calendar of the site rates an instant at a place."""
    here = Whereabouts(kind=kind, from_at=life.begins_at - DAY)
    return replace(_calendar(life), places=(here,)).rates(at)


def _calendar(life: Life) -> VisitCalendar:
    """Return the calendar of the site for all of the course, read once."""
    if life.calendar is None:
        day = life.begins_at.date()
        last = day + life.plot.days * DAY
        found = scheduling_of(life.world.site.pk, life.patient_id, day - DAY, last)
        life.calendar = found.wishes.calendar
    return life.calendar


# --- Stops and restarts ---------------------------------------------------------------


def stop(life: Life, reason: PauseReason) -> None:
    """Let the pump stand still, and tell it."""
    interruptions.pause(
        actor=life.actors["nurse"],
        course_id=life.course_id,
        at=life.now,
        reason=reason,
        now=life.now,
    )
    life.pump.stop(life.now)
    life.stops.append(life.since)


def wake_at_stop(life: Life, until: dt.datetime) -> None:
    """Let the sweeps look at each time at which a pump that stands still is told of."""
    values = catalogue.site_policy(life.world.site.policy)
    for after in cause_rule(values, Cause.PUMP_STOPPED).times:
        if life.now + after < until:
            life.enter(life.now + after, "a pump stands still", wake)


def run_again(life: Life) -> None:
    """Let the pump run again; from four hours on in the clinic, or on the ward.

    A bag that is empty or no longer keeps is replaced first.
    """
    still = life.pump.still_since or life.now
    is_long = life.now - still >= REINITIATION_FROM
    was_at_home = life.place is PlacementKind.HOME
    if is_long and was_at_home:
        go(life, PlacementKind.CLINIC)
    life.pump.go_to(life.now)
    hung, bag = life.hanging(), next_bag(life)
    is_old = hung is None or (hung.use_by is not None and hung.use_by <= life.now)
    is_dry = life.pump.left <= dt.timedelta(0)
    # The plan may ask for another dose than the one on the pump.
    is_due = bag is not None and bag.planned_hang_at <= life.now
    if is_old or is_dry or is_due:
        hang(life)
    interruptions.resume(
        actor=life.actors["nurse"],
        course_id=life.course_id,
        at=life.now,
        supervised=is_long,
        now=life.now,
    )
    life.pump.run(life.now)
    if is_long and was_at_home:
        life.enter(life.now + HOUR, "the way home from the clinic", _home_again)


def _home_again(life: Life) -> None:
    if life.place is PlacementKind.CLINIC and life.cycle() is not None:
        go(life, PlacementKind.HOME)


def go(life: Life, kind: PlacementKind) -> None:
    """Move the patient; from the ward nobody goes home by this."""
    change_placement(
        actor=life.actors["nurse"],
        course_id=life.course_id,
        kind=kind,
        from_at=life.now,
        now=life.now,
    )
    life.stays.append(Stay(kind, life.now))


def come_back(life: Life) -> None:
    """Bring the patient back to the ward while the infusion goes on."""
    if life.place is PlacementKind.WARD:
        return
    readmit(
        actor=life.actors["physician"],
        course_id=life.course_id,
        from_at=life.now,
        keeps_home_pump=False,
        reason="Invented: so the story goes.",
        now=life.now,
    )
    life.stays.append(Stay(PlacementKind.WARD, life.now))


# --- The end --------------------------------------------------------------------------


def end_cycle(life: Life, reason: str = cycles.COMPLETED) -> None:
    """Disconnect: the hours are full, or it is given up."""
    try:
        cycles.end_cycle(
            actor=life.actors["physician"],
            course_id=life.course_id,
            at=life.now,
            reason=reason,
            now=life.now,
        )
    except cycles.HoursMissing as error:
        wait = dt.timedelta(minutes=int(str(error.params["minutes"])))
        life.enter(life.now + wait, "the last bag comes down", end_cycle)
        return
    life.pump.stop(life.now)
    after_end(life)


def after_end(life: Life) -> None:
    """Throw away what was made and has no use, and see whether another cycle comes."""
    made = models.Bag.objects.filter(course_id=life.course_id, status__in=MADE)
    for bag in made.order_by("sequence"):
        _throw(life, bag, DiscardReason.STOPPED)
    life.ended_at = life.now
    life.ended_why = Ending.DONE
