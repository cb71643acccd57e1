from dataclasses import replace

from infusion.domain.courses import Text
from infusion.domain.states import BagStatus, CycleStatus, PlacementKind
from tests.unit.ribbon import pictures


def cycle(number: int, status: CycleStatus):
    return pictures.a_cycle(number=number, status=status)


def test_a_text_is_read_in_the_language_asked_for():
    text = Text(en="bag", zh="输液袋")

    assert text.in_language("zh-hans") == "输液袋"
    assert text.in_language("ZH") == "输液袋"
    assert text.in_language("en-gb") == "bag"


def test_the_current_cycle_is_the_started_one():
    cycles = (
        cycle(1, CycleStatus.COMPLETED),
        cycle(2, CycleStatus.STARTED),
        cycle(3, CycleStatus.PLANNED),
    )
    course = pictures.a_course(cycles=cycles)

    current = [
        replace(course, cycles=some).current_cycle
        for some in (cycles, (cycles[0], cycles[2]), cycles[:1], ())
    ]

    assert [one.number if one else None for one in current] == [2, 3, 1, None]


def test_the_hanging_bag_is_the_one_hung():
    bag = pictures.a_bag(1, 0, 24, status=BagStatus.HUNG)
    hung = pictures.a_course(cycles=(pictures.a_cycle(bags=(bag,)),))
    none = pictures.a_course(cycles=(pictures.a_cycle(bags=()),))

    assert hung.hanging == bag
    assert none.hanging is None


def test_the_place_is_the_last_one_begun():
    places = (
        pictures.a_place(PlacementKind.HOME, 10),
        pictures.a_place(PlacementKind.WARD, 0),
    )
    course = pictures.a_course(placements=places)

    assert course.placement_at(pictures.after(-1)) is None
    assert course.placement_at(pictures.after(9)).kind == PlacementKind.WARD
    assert course.placement_at(pictures.after(10)).kind == PlacementKind.HOME
