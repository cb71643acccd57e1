"""Hours that no bag could have given never count, however late a fact arrives."""

from infusion.domain.clock import Event, EventKind, Ledger
from infusion.domain.flows import HungBag, flowing
from tests.spec.world import DAY, HOUR, START


def ledger(*facts):
    kinds = {kind.value.lower(): kind for kind in EventKind}
    return Ledger.of(
        Event(START + hours * HOUR, kinds[kind], reason)
        for hours, kind, reason in [(0, "start", ""), *facts]
    )


def bag(hung, down, life=24.0, keeps=8 * 24):
    return HungBag(
        hung_at=START + hung * HOUR,
        down_at=START + down * HOUR,
        life=life * HOUR,
        use_by=START + (hung + keeps) * HOUR,
    )


def test_an_empty_bag_gives_nothing_until_the_next_one_is_up():
    found = flowing(ledger(), [bag(0, 26)], START + 26 * HOUR)

    (gap,) = found.gaps()
    assert (gap.start, gap.end) == (START + DAY, START + 26 * HOUR)
    assert gap.reason == "BAG_EMPTY"
    assert found.delivered(START + 30 * HOUR) == 28 * HOUR


def test_a_stop_told_late_lets_the_bag_run_dry_later():
    told = ledger((10, "pause", "OCCLUSION"), (12, "resume", ""))

    found = flowing(told, [bag(0, 26)], START + 26 * HOUR)

    assert found == told
    assert found.delivered(START + 26 * HOUR) == 24 * HOUR


def test_the_reason_said_for_the_stop_stays_although_the_bag_was_empty_before():
    told = ledger((25, "pause", "ADVERSE_EVENT"), (30, "resume", ""))

    found = flowing(told, [bag(0, 29)], START + 29 * HOUR)

    (gap,) = found.gaps()
    assert (gap.start, gap.end) == (START + DAY, START + 30 * HOUR)
    assert gap.reason == "ADVERSE_EVENT"


def test_a_bag_past_its_use_by_gives_nothing():
    found = flowing(ledger(), [bag(0, 26, life=48, keeps=20)], START + 26 * HOUR)

    assert found.delivered(START + 26 * HOUR) == 20 * HOUR


def test_without_a_bag_nothing_flows_and_the_end_stays_the_end():
    told = ledger((30, "stop", "COMPLETED"))

    found = flowing(told, [bag(0, 30)], None)

    assert [event.kind for event in found.events] == ["START", "PAUSE", "STOP"]
    assert found.delivered(START + 40 * HOUR) == 24 * HOUR


def test_three_bags_in_a_row_lose_only_what_each_could_not_give():
    gone = [bag(0, 25), bag(25, 48), bag(48, 75)]

    found = flowing(ledger(), gone, START + 75 * HOUR)

    assert found.delivered(START + 75 * HOUR) == (24 + 23 + 24) * HOUR
    assert len(found.gaps()) == 2
