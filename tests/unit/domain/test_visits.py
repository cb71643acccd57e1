from infusion.domain.plans import make_plan
from infusion.domain.states import PlacementKind
from infusion.domain.visits import VisitKind, Whereabouts, placement_at, visits_of
from tests.spec.world import DAY, START, facts, hanging, hours, ledger, request

HOME, WARD, CLINIC = PlacementKind.HOME, PlacementKind.WARD, PlacementKind.CLINIC


def at(place: PlacementKind, days: int) -> Whereabouts:
    return Whereabouts(from_at=START + days * DAY, kind=place)


def planned(*places: Whereabouts, now=START, number=1, told="start 0", **more):
    cycle = facts(number=number, ledger=ledger(told), **more)
    plan = make_plan(request(cycles=[cycle], now=now, places=places))
    return [(visit.kind, visit.placement) for visit in plan.cycles[0].visits]


def test_before_anything_is_known_the_patient_is_on_the_ward():
    assert placement_at(START, []) == WARD


def test_the_last_known_place_counts_whatever_the_order():
    places = [at(CLINIC, 9), at(WARD, -1), at(HOME, 3)]

    assert placement_at(START + 4 * DAY, places) == HOME
    assert placement_at(START + 9 * DAY, places) == CLINIC


def test_no_bags_mean_no_visits():
    assert visits_of([], [], has_started=False) == ()


def test_a_first_cycle_starts_on_the_ward_and_goes_home_after_nine_days():
    assert planned(told="") == [
        (VisitKind.START, WARD),
        (VisitKind.BAG_CHANGE, WARD),
        (VisitKind.BAG_CHANGE, HOME),
        (VisitKind.BAG_CHANGE, HOME),
        (VisitKind.DISCONNECT, HOME),
    ]


def test_a_patient_still_on_the_ward_after_the_recommended_days_stays_there():
    bag = hanging("us-7d", "28", START + 7 * DAY)

    found = planned(at(WARD, -1), now=START + 10 * DAY, hanging=bag)

    assert {place for _, place in found} == {WARD}


def test_a_patient_taken_back_to_the_ward_is_not_sent_home_by_the_plan():
    places = (at(WARD, -1), at(HOME, 3), at(WARD, 5))

    found = planned(*places, now=START + 6 * DAY)

    assert {place for _, place in found} == {WARD}


def test_being_at_home_now_leaves_the_hospital_days_of_the_next_cycle():
    at_home = (at(HOME, -30),)

    second = planned(*at_home, number=2, told="")
    third = planned(*at_home, number=3, told="")

    assert second[0] == (VisitKind.START, WARD)
    # A start is supervised, wherever the patient is between cycles.
    assert third[0] == (VisitKind.START, WARD)


def test_a_second_cycle_that_started_on_the_ward_goes_home_after_two_days():
    places = (at(HOME, -30), at(WARD, -1))

    found = planned(*places, number=2, now=START + hours(1))

    assert found[0] == (VisitKind.BAG_CHANGE, WARD)
    assert found[-1] == (VisitKind.DISCONNECT, HOME)


def test_only_the_first_bag_of_the_full_dose_is_the_step():
    plan = make_plan(request())

    steps = [visit.is_step for visit in plan.cycles[0].visits]

    assert steps == [False, True, False, False, False]
