"""A course under random events, corrections and changes, against a clock that walks.

Everything goes through the services and a real database; what is refused must leave
nothing behind, and what is taken must keep what is always true.
"""

import datetime as dt
import itertools
import os

from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from infusion import models
from infusion.domain.changes import Change, Scope, Verb
from infusion.domain.refusals import Refusal
from infusion.selectors.courses import read_course
from infusion.selectors.planning import load_rows
from infusion.services import replanning
from infusion.services.events import Report, correct_event
from infusion.services.ledgers import delivered_hours
from tests.factories.wards import HOUR, MONDAY, planned_bags, ward

MINUTE = dt.timedelta(minutes=1)
CYCLE = 672 * HOUR
FOUR_HOURS, SEVEN_DAYS = 4 * 60, 7 * 24 * 60
# Known to be a plan that is not whole; everything else must cover the cycle.
NOT_WHOLE = {"no_recipe_fits", "no_bag_in_time"}


class Life:
    """One course and the minute it has come to."""

    def __init__(self) -> None:
        self.here = ward()
        self.course = self.here.running("us-label-mrd")
        self.now, self.is_fresh = MONDAY, True

    def wait(self, number: int) -> None:
        self.now += (number % 3000 + 1) * MINUTE
        self.is_fresh = False

    def change(self, verb: str, scope: str, **rest: object) -> None:
        wanted = Change(verb=Verb(verb), scope=Scope(scope), reason="Because.", **rest)
        asked = {
            "actor": self.here.physician,
            "course_id": self.course.id,
            "change": wanted,
        }
        seen = replanning.preview_change(**asked, now=self.now)
        token = seen.shown.token
        replanning.apply_change(**asked, token=token, now=self.now + MINUTE)

    def hold(self, number: int) -> None:
        self.change("HOLD", "CYCLE", at=self.now - number % 300 * MINUTE)

    def resume(self, _number: int) -> None:
        self.change("RESUME", "CYCLE", at=self.now, supervised=True)

    def move(self, number: int) -> None:
        visits = list(self.visits("BAG_CHANGE"))
        visit = visits[number % len(visits)] if visits else None
        if visit is not None:
            to = visit.planned_at + (number % 97 - 48) * HOUR
            scope = "CYCLE" if number % 5 == 0 else "STEP"
            self.change("MOVE_VISIT", scope, visit_id=visit.id, to=to)

    def swap(self, number: int) -> None:
        recipe = ("us-48h", "us-72h", "us-96h", "us-7d")[number % 4]
        self.change("SWAP_RECIPE", "CYCLE", recipe=recipe)

    def change_bag(self, _number: int) -> None:
        old = self.course.bags.filter(status="HUNG").first()
        waiting = planned_bags(self.course)
        if waiting:
            bag = waiting[0]
            if bag.status == "PLANNED":
                bag = self.here.deliver(bag, self.now)
            self.here.hang(bag, self.now, replaces=old)

    def correct(self, number: int) -> None:
        event = models.InfusionEvent.objects.filter(kind="PAUSE").last()
        if event is not None:
            at = event.at + (number % 601 - 300) * MINUTE
            correct_event(
                actor=self.here.nurse,
                course_id=self.course.id,
                event_id=event.corrects_id or event.id,
                report=Report(kind="PAUSE", at=at, reason="ADVERSE_EVENT"),
                now=self.now,
            )

    def visits(self, *kinds: str):
        rows = models.Visit.objects.filter(
            cycle__course=self.course, status="BOOKED", kind__in=kinds
        )
        return rows.order_by("planned_at")


class Walk:
    """The oracle: every minute since the start, one after the other."""

    def __init__(self, now: dt.datetime) -> None:
        news = {one.at: one.kind for one in last_words()}
        bags = {bag.hung_at: bag for bag in models.Bag.objects.exclude(hung_at=None)}
        self.delivered, self.since, left, is_on = 0, None, 0, False
        use_by = at = MONDAY
        while at <= now:
            if at in bags:
                left, use_by = bags[at].hours * 60, bags[at].use_by
            if at in news:
                is_on = news[at] in {"START", "RESUME"}
            if is_on and left > 0 and at < use_by:
                self.delivered += at < now
                left, self.since = left - 1, None
            elif self.since is None:
                self.since = at
            at += MINUTE


def last_words():
    last = {}
    for row in models.InfusionEvent.objects.order_by("created_at", "id"):
        last[row.corrects_id or row.id] = row
    return [row for row in last.values() if not row.withdrawn]


OPERATIONS = ("wait", "hold", "resume", "move", "swap", "change_bag", "correct")


@settings(
    max_examples=int(os.environ.get("COURSE_WALKS", "5")),
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    st.lists(
        st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 10_000)),
        min_size=6,
        max_size=12,
    )
)
def test_whatever_happens_the_course_keeps_what_is_always_true(operations):
    with transaction.atomic():
        life = Life()
        for name, number in operations:
            take(life, name, number)
            assert_the_clock_is_that_of_the_walk(life)
            assert_no_message_is_owed_for_what_is_not_planned(life)
            if life.is_fresh:
                assert_the_bags_cover_the_rest_once(life)
        assert life.course.bags.filter(status="HUNG").count() <= 1
        transaction.set_rollback(True)


def take(life: Life, name: str, number: int) -> None:
    before = models.PlanVersion.objects.count()
    try:
        with transaction.atomic():
            getattr(life, name)(number)
    except Refusal:
        assert models.PlanVersion.objects.count() == before
        return
    if models.PlanVersion.objects.count() > before:
        life.is_fresh = True


def assert_the_clock_is_that_of_the_walk(life: Life) -> None:
    rows = load_rows(life.course)
    walk = Walk(life.now)
    (cycle,) = rows.cycles

    assert delivered_hours(rows.of(cycle), life.now) == walk.delivered * MINUTE
    if walk.since is None or walk.since == life.now:
        return
    stood = (life.now - walk.since) // MINUTE
    found = read_course(life.course.id, life.now).current_cycle.clock.way_on
    if stood < FOUR_HOURS:
        assert found == "RESUME"
    elif stood <= SEVEN_DAYS:
        assert found == "SUPERVISED"
    else:
        assert found in {"NEW_CYCLE", "NOT_KNOWN"}


def assert_the_bags_cover_the_rest_once(life: Life) -> None:
    state = read_course(life.course.id, life.now)
    if NOT_WHOLE & {one.code for one in state.unmet}:
        return
    used = {visit.bag_id for visit in life.visits("BAG_CHANGE", "START")}
    bags = [
        bag
        for bag in life.course.bags.order_by("planned_hang_at")
        if bag.status == "HUNG" or bag.id in used
    ]
    spans = [
        (max(bag.planned_hang_at, life.now), bag.planned_take_down_at) for bag in bags
    ]
    rest = CYCLE - Walk(life.now).delivered * MINUTE
    covered = sum((max(end - start, 0 * MINUTE) for start, end in spans), 0 * MINUTE)

    assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans))
    assert abs(covered - rest) <= MINUTE


def assert_no_message_is_owed_for_what_is_not_planned(life: Life) -> None:
    owed = life.course.messages.filter(status="PENDING").select_related("bag")
    for message in owed:
        assert message.bag.planned_take_down_at == message.event_at
        assert message.bag.status not in {"CANCELLED", "DISCARDED", "FINISHED"}
