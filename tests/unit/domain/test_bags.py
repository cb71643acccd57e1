import datetime as dt
import uuid
from decimal import Decimal
from zoneinfo import ZoneInfo

from infusion.domain.bags import Line, Stretch, WaitingBag, stepping_early
from infusion.domain.calendars import VisitCalendar
from infusion.domain.planner import ChainRequest, plan_chain
from tests.spec.world import START, hours, recipe, recipes

LINE = Line(at=START, delivered=hours(0))
NO_DAY_IS_OFF = VisitCalendar(zone=ZoneInfo("UTC"), weekend=frozenset())


def stretch(start: float, end: float, dose: str = "28") -> Stretch:
    return Stretch(
        start=hours(start), end=hours(end), level="full", daily_dose_mcg=Decimal(dose)
    )


def waiting(key: str, number: int = 1, dose: str = "28", **more) -> WaitingBag:
    return WaitingBag(
        id=uuid.UUID(int=number),
        recipe=recipe(key),
        daily_dose_mcg=Decimal(dose),
        **more,
    )


def runs(found) -> list[tuple[int | None, str, float]]:
    return [
        (bag.id.int if bag.id else None, bag.recipe.key, bag.run / hours(1))
        for bag in found
    ]


def test_a_line_turns_delivered_time_into_instants_and_back():
    line = Line(at=START, delivered=hours(10))

    assert line.instant(hours(12)) == START + hours(2)
    assert line.position(START + hours(2)) == hours(12)


def chain(line, stretches, choice, made=()):
    """Plan where no hour and no day is better than another."""
    request = ChainRequest(
        line=line,
        stretches=tuple(stretches),
        recipes=tuple(choice),
        calendar=NO_DAY_IS_OFF,
        waiting=tuple(made),
    )
    return plan_chain(request).bags


def test_no_hours_need_no_bags():
    assert chain(LINE, [], recipes()) == ()


def test_of_two_recipes_with_one_life_the_first_is_taken():
    first, second = recipe("us-24h"), recipe("eu-24h")

    (bag,) = chain(LINE, [stretch(0, 24)], (first, second))

    assert bag.recipe is first


def test_the_next_dose_begins_early_rather_than_ask_for_a_bag_of_minutes():
    low, full = stretch(167.5, 168, "9"), stretch(168, 672)

    found = stepping_early((low, full), hours(167.5), dt.timedelta(minutes=30))

    assert found == (stretch(167.5, 672),)
    assert stepping_early((low, full), hours(167.5), hours(0)) == (low, full)


def test_part_of_an_hour_asks_for_a_bag_that_covers_it():
    (bag,) = chain(LINE, [stretch(0, 23.5)], recipes())

    assert runs([bag]) == [(None, "us-24h", 23.5)]


def test_without_recipes_nothing_is_planned():
    assert chain(LINE, [stretch(0, 24)], ()) == ()


def test_a_bag_that_was_made_is_used_first_and_the_rest_is_filled():
    made = waiting("us-48h", prepared_at=START)

    found = chain(LINE, [stretch(0, 216)], recipes(), [made])

    assert runs(found) == [(1, "us-48h", 48), (None, "us-7d", 168)]


def test_a_bag_of_another_dose_waits_for_its_stretch():
    made = waiting("us-24h", prepared_at=START)

    found = chain(LINE, [stretch(0, 24, "9"), stretch(24, 48)], recipes(), [made])

    assert runs(found) == [(None, "us-24h", 24), (1, "us-24h", 24)]


def test_a_bag_not_made_yet_that_does_not_fit_gives_way():
    planned = waiting("us-7d")

    found = chain(LINE, [stretch(0, 24)], recipes(), [planned])

    assert runs(found) == [(None, "us-24h", 24)]


def test_a_bag_that_was_made_comes_down_early_when_the_stretch_ends():
    made = waiting("us-7d", prepared_at=START)

    found = chain(LINE, [stretch(0, 24)], recipes(), [made])

    assert runs(found) == [(1, "us-7d", 24)]


def test_a_bag_past_its_use_by_is_left_out():
    old = waiting("us-24h", prepared_at=START - hours(200))

    found = chain(LINE, [stretch(0, 24)], recipes(), [old])

    assert runs(found) == [(None, "us-24h", 24)]


def test_a_bag_that_expires_on_the_pump_comes_down_then():
    old = waiting("us-24h", prepared_at=START - hours(182))

    found = chain(LINE, [stretch(0, 34)], recipes(), [old])

    # A visit more than with one new bag of 48 h, and a vial less.
    assert runs(found) == [(1, "us-24h", 10), (None, "us-24h", 24)]
    assert found[0].take_down_at == found[0].use_by


def test_a_bag_about_to_expire_is_not_hung_where_it_saves_no_drug():
    old = waiting("us-24h", prepared_at=START - hours(182))

    found = chain(LINE, [stretch(0, 24)], recipes(), [old])

    assert runs(found) == [(None, "us-24h", 24)]


def test_more_bags_than_needed_are_left_over():
    made = [waiting("us-24h", number, prepared_at=START) for number in (1, 2)]

    found = chain(LINE, [stretch(0, 24)], recipes(), made)

    assert runs(found) == [(1, "us-24h", 24)]


def test_a_bag_is_used_once_though_two_stretches_have_its_dose():
    made = waiting("us-24h", prepared_at=START)

    found = chain(LINE, [stretch(0, 24), stretch(24, 48)], recipes(), [made])

    assert runs(found) == [(1, "us-24h", 24), (None, "us-24h", 24)]


def test_the_hours_of_day_follow_from_the_line():
    (bag,) = chain(LINE, [stretch(0, 24)], recipes())

    assert (bag.hang_at, bag.take_down_at) == (START, START + dt.timedelta(days=1))
