"""Where a course may enter a regimen, and what came before."""

import pytest

from infusion.domain.entries import BlockNotEnterable, check_entry, rounds_before
from infusion.domain.regimens import BlockUnknown
from tests.unit.domain.graph_regimens import forked


def keys(rounds):
    return [(one.block.key, one.ordinal, one.cycle) for one in rounds]


def test_nothing_comes_before_the_first_block():
    assert rounds_before(forked(), "ia") == ()


def test_what_lies_on_the_expected_path_was_given_elsewhere():
    assert keys(rounds_before(forked(), "iii", 2)) == [
        ("ia", 1, None),
        ("ib", 1, None),
        ("ii", 1, 1),
        ("iii", 1, 2),
    ]


def test_a_block_beside_the_expected_path_is_reached_the_shortest_way():
    assert keys(rounds_before(forked(), "ic")) == [("ia", 1, None)]


def test_an_unknown_block_is_refused():
    with pytest.raises(BlockUnknown):
        rounds_before(forked(), "nowhere")


@pytest.mark.parametrize(
    ("key", "ordinal", "field"),
    [("allo-hsct", 1, "from_block"), ("iii", 3, "from_round"), ("ii", 0, "from_round")],
)
def test_no_course_begins_at_an_exit_or_with_a_round_there_is_not(key, ordinal, field):
    with pytest.raises(BlockNotEnterable) as refusal:
        check_entry(forked().block(key), ordinal)

    assert refusal.value.field == field
