"""What must hold in every course at every moment, however it goes."""

import datetime as dt
import uuid
from collections.abc import Sequence
from itertools import pairwise

from infusion import catalogue, models
from infusion.catalogue.alerts import cause_rule
from infusion.domain.alerts import AlertStepKind, Cause, Outcome
from infusion.domain.bag_life import TO_COME
from infusion.domain.checkins import CheckInKind
from infusion.domain.ladders import Severity
from infusion.domain.states import (
    AlertStatus,
    BagStatus,
    CheckInStatus,
    MessageStatus,
    PlacementKind,
    VisitStatus,
)
from infusion.domain.triage import Colour
from infusion.selectors.alert_causes import PUMP_CAUSES
from infusion.selectors.planning import CycleRows, load_rows
from infusion.services.ledgers import delivered_hours
from infusion.simulation.bags import rating_at
from infusion.simulation.life import Life

# Acts of one instant are done one after the other: what is due then is not late yet.
_AT_ONCE = dt.timedelta(minutes=1)
_ASKED = (CheckInKind.PLANNED, CheckInKind.FOLLOW_UP)


class InvariantBroken(Exception):
    """Something that must never be is."""


class Invariants:
    """Looks at one course after every act, and once more at its end."""

    def __init__(self) -> None:
        self._version = self._number = 0
        self._reds: set[uuid.UUID] = set()

    def check_waiting(self, life: Life) -> None:
        """Look at what the time has made of it since the last act.

        :raises InvariantBroken: when something is not as it must be.
        """
        _check_pump(life)
        _check_climbing(life)

    def check(self, life: Life, warned: Sequence[str]) -> None:
        """Look at what an act has left.

        :raises InvariantBroken: when something is not as it must be.
        """
        _hold(not warned, f"the background warned of {', '.join(warned)}")
        self._check_reds(life)
        version = life.version
        _hold(version >= self._version, "a version of the course fell")
        if version != self._version:
            self._version = version
            self._check_plan(life)

    def _check_reds(self, life: Life) -> None:
        """Every red has an alert in the same transaction."""
        reds = models.CheckIn.objects.filter(
            course_id=life.course_id, colour=Colour.RED
        )
        for check_in_id in reds.exclude(id__in=self._reds).values_list("id", flat=True):
            self._reds.add(check_in_id)
            alerts = models.Alert.objects.filter(subject__startswith=str(check_in_id))
            _hold(alerts.exists(), "a red check-in is no alert")

    def _check_plan(self, life: Life) -> None:
        rows = life.course().plan_versions.order_by("-number")
        number, body = rows.values_list("number", "body__cycles").first() or (0, [])
        _hold(number >= self._number, "the number of a plan fell")
        is_new, self._number = number != self._number, number
        cycle = life.cycle()
        if cycle is None:
            return
        _check_cycle(life, load_rows(life.course()).of(cycle))
        if is_new:
            score = next(one["score"] for one in body if one["number"] == cycle.number)
            _check_hours(life, outside=score["outside"], off_days=score["off_days"])

    def check_at_end(self, life: Life) -> None:
        """Look at the whole course.

        :raises InvariantBroken: when something is not as it must be.
        """
        numbers = life.course().plan_versions.order_by("number")
        counted = list(numbers.values_list("number", flat=True))
        _hold(counted == list(range(1, len(counted) + 1)), "a plan has no number")
        _check_alerts(life)
        _check_asked(life)
        left = models.Message.objects.filter(course_id=life.course_id).exclude(
            status__in=(MessageStatus.PENDING, MessageStatus.CANCELLED)
        )
        _hold(not left.exists(), "a message has left")


def _hold(is_so: bool, what: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not is_so:
        raise InvariantBroken(what)


# --- The pump -------------------------------------------------------------------------


def _check_pump(life: Life) -> None:
    """No pump stands still, and no bag is overdue, without an alert that says so."""
    if life.held_for is not None or life.take_down_at is None:
        return
    values = catalogue.site_policy(life.world.site.policy)
    still, due = life.pump.still_since, life.take_down_at
    first = {cause: min(cause_rule(values, cause).times) for cause in PUMP_CAUSES}
    if still and life.now > still + first[Cause.PUMP_STOPPED] + _AT_ONCE:
        _hold(_is_alerted(life, still), "the pump stands still without an alert")
    late = max(due + first[Cause.BAG_CHANGE_OVERDUE], life.take_down_since or due)
    if life.now > late + _AT_ONCE:
        _hold(_is_alerted(life, due), "a change is overdue without an alert")


def _is_alerted(life: Life, since: dt.datetime) -> bool:
    rows = models.Alert.objects.filter(
        course_id=life.course_id, cause__in=PUMP_CAUSES, raised_at__gte=since
    )
    return rows.exists()


def _check_cycle(life: Life, rows: CycleRows) -> None:
    """The clock is that of the pump; one bag hangs, and the chain has no two at once."""
    told = delivered_hours(rows, life.now)
    _hold(told == life.pump.delivered, "the clock is not what the pump delivered")
    hanging = [bag for bag in rows.bags if bag.status == BagStatus.HUNG]
    _hold(len(hanging) <= 1, "two bags hang")
    for bag in rows.bags:
        keeps = not (bag.hung_at and bag.use_by) or bag.hung_at < bag.use_by
        _hold(keeps, "a bag was hung past its use-by")
    waiting = [bag for bag in rows.bags if bag.status in TO_COME]
    chain = sorted(waiting, key=lambda bag: (bag.planned_hang_at, bag.sequence))
    if life.pump.is_on:
        _check_chain([*hanging, *chain])


def _check_chain(chain: Sequence[models.Bag]) -> None:
    for one, other in pairwise(chain):
        is_after = one.planned_take_down_at <= other.planned_hang_at
        _hold(is_after, "two plans are in force: bags hang at once")


def _check_hours(life: Life, *, outside: int, off_days: int) -> None:
    """Where the plan says that nobody comes out of hours, nobody is booked so."""
    visits = models.Visit.objects.filter(
        cycle__course_id=life.course_id,
        cycle__status="STARTED",
        status=VisitStatus.BOOKED,
        placement=PlacementKind.HOME,
        planned_at__gte=life.now,
    )
    for at in visits.values_list("planned_at", flat=True):
        rating = rating_at(life, at, PlacementKind.HOME)
        _hold(bool(outside) or not rating.outside, "a visit lies outside the hours")
        _hold(bool(off_days) or not rating.off_day, "a visit lies on a day off")


# --- Alerts ---------------------------------------------------------------------------


def _check_climbing(life: Life) -> None:
    """What waits for a person is never forgotten on a rung."""
    rows = models.Alert.objects.filter(
        course_id=life.course_id,
        status=AlertStatus.OPEN,
        climb_at__lt=life.now - _AT_ONCE,
    )
    _hold(not rows.exists(), "an alert waits on its rung for too long")


def _check_alerts(life: Life) -> None:
    """Each was taken, or climbed out to the administrators, or its cause was gone."""
    rows = models.Alert.objects.filter(course_id=life.course_id)
    for alert in rows.exclude(severity=Severity.INFO).prefetch_related("steps"):
        steps = list(alert.steps.all())
        kinds = {one.kind for one in steps}
        told = sum(one.told for one in steps if one.kind == AlertStepKind.EXHAUSTED)
        is_out = AlertStepKind.EXHAUSTED in kinds
        _hold(not is_out or told > 0, "a ladder ran out and nobody was told")
        is_gone = alert.outcome == Outcome.CAUSE_ENDED
        is_open = alert.status != AlertStatus.RESOLVED
        is_taken = AlertStepKind.TAKEN in kinds
        _hold(is_taken or is_out or is_gone or is_open, "nobody took an alert")


# --- Check-ins ------------------------------------------------------------------------


def _check_asked(life: Life) -> None:
    """Nobody on a ward was asked, and after a cycle only what follows from a sign."""
    cycles = list(life.course().cycles.exclude(ended_at=None))
    rows = models.CheckIn.objects.filter(course_id=life.course_id, kind__in=_ASKED)
    for row in rows.exclude(status=CheckInStatus.CANCELLED):
        is_ward = life.place_at(row.due_at) is PlacementKind.WARD
        _hold(not is_ward, "somebody on the ward was asked")
        in_cycle = any(
            one.planned_start_at <= row.due_at <= (one.ended_at or row.due_at)
            for one in cycles
        )
        is_again = row.kind == CheckInKind.FOLLOW_UP
        is_lived = life.ended_at is None or in_cycle
        _hold(is_again or is_lived, "somebody was asked after the end")
