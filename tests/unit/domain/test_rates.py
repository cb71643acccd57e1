"""A rate with so few patients says how little is known."""

import pytest

from infusion.domain.rates import Rate


@pytest.mark.parametrize(
    ("events", "of", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3.
        (81, 263, 25.53, 36.62),
        (15, 148, 6.24, 16.05),
        (0, 20, 0.0, 16.11),
        (1, 29, 0.61, 17.18),
    ],
)
def test_the_interval_is_that_of_wilson(events, of, low, high):
    found = Rate(events=events, of=of).interval

    assert found == (pytest.approx(low, abs=0.01), pytest.approx(high, abs=0.01))


def test_of_none_nothing_can_be_said():
    none = Rate(events=0, of=0)

    assert (none.percent, none.interval) == (None, (0.0, 100.0))
    assert none.holds(99)


def test_more_than_all_is_refused():
    with pytest.raises(ValueError, match="more than all"):
        Rate(events=2, of=1)
