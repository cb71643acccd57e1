"""What holds of the cadence whatever happened to a course."""

import datetime as dt
import itertools
import uuid
import zoneinfo

from hypothesis import given, settings
from hypothesis import strategies as st

from infusion import catalogue
from infusion.domain.cadence import Symptom, Watched, WatchedCycle, check_ins_of
from infusion.domain.states import PlacementKind
from infusion.domain.visits import Whereabouts, placement_at

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
CADENCE = catalogue.cadence_of(catalogue.site_policy({}))
ZONES = ["America/New_York", "Asia/Hong_Kong", "Australia/Lord_Howe", "UTC"]
# Both nights of 2026 in which the clocks of New York change are within reach.
STARTS = st.datetimes(
    dt.datetime(2026, 2, 20),  # noqa: DTZ001 - the library adds the zone
    dt.datetime(2026, 11, 20),  # noqa: DTZ001
    timezones=st.just(dt.UTC),
)
HOURS = st.integers(0, 28 * 24)


@st.composite
def courses(draw, *, at_home: bool = False) -> Watched:
    start = draw(STARTS)
    moves = (
        []
        if at_home
        else draw(
            st.lists(st.tuples(HOURS, st.sampled_from(PlacementKind)), max_size=4)
        )
    )
    places = [Whereabouts(from_at=start, kind=PlacementKind.HOME)]
    places += [Whereabouts(from_at=start + h * HOUR, kind=kind) for h, kind in moves]
    symptoms = draw(st.lists(HOURS, max_size=2))
    return Watched(
        zone=zoneinfo.ZoneInfo(draw(st.sampled_from(ZONES))),
        places=tuple(places),
        cycle=WatchedCycle(
            id=uuid.UUID(int=1),
            number=draw(st.integers(1, 4)),
            started_at=start,
            ends_at=start + 28 * DAY,
            steps=tuple(start + h * HOUR for h in draw(st.lists(HOURS, max_size=2))),
            restarts=tuple(start + h * HOUR for h in draw(st.lists(HOURS, max_size=2))),
            is_stopped=draw(st.booleans()),
        ),
        symptoms=tuple(
            Symptom(at=start + h * HOUR, forms=("daily-adult",)) for h in symptoms
        ),
        years=draw(st.one_of(st.none(), st.integers(0, 90))),
    )


@given(courses(), HOURS, st.integers(1, 71))
def test_looking_later_says_the_same_of_what_is_still_to_come(one, hours, later):
    now = one.cycle.started_at + hours * HOUR
    until, then = now + 3 * DAY, now + later * HOUR

    before = check_ins_of(one, CADENCE, now, until)

    assert check_ins_of(one, CADENCE, then, until) == tuple(
        each for each in before if each.due_at >= then
    )


@settings(max_examples=25)
@given(courses())
def test_an_occasion_is_named_once_and_lies_where_families_are_asked(one):
    start = one.cycle.started_at
    found = check_ins_of(one, CADENCE, start, start + 30 * DAY)

    assert len({each.key for each in found}) == len(found)
    assert all(each.forms for each in found)
    assert all(each.due_at < each.call_at <= each.alert_at for each in found)
    for each in found:
        assert placement_at(each.due_at, one.places) != PlacementKind.WARD


@settings(max_examples=25)
@given(courses(at_home=True))
def test_at_home_nobody_waits_longer_than_from_one_morning_to_the_next(one):
    start = one.cycle.started_at
    found = check_ins_of(one, CADENCE, start, start + 28 * DAY)

    asked = [start, *(each.due_at for each in found), start + 28 * DAY]

    # A day, and an hour where the clocks go back.
    assert max(b - a for a, b in itertools.pairwise(asked)) <= 25 * HOUR


@settings(max_examples=25)
@given(courses())
def test_a_sign_of_harm_never_takes_a_question_away(one):
    start = one.cycle.started_at
    well = Watched(**{**vars(one), "symptoms": ()})

    plain = check_ins_of(well, CADENCE, start, start + 28 * DAY)
    found = {
        each.due_at: each
        for each in check_ins_of(one, CADENCE, start, start + 28 * DAY)
    }

    for each in plain:
        again = found[each.due_at]
        assert set(each.forms) <= set(again.forms)
        assert again.alert_at <= each.alert_at
