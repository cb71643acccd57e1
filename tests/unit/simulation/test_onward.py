"""How long the rota of a simulation has to be."""

import pytest

from infusion.catalogue import get_regimen
from infusion.simulation.onward import weeks_of


@pytest.mark.parametrize(
    ("regimen", "cycles", "weeks"),
    [
        ("us-label-mrd", 1, 6 + 10),
        ("us-label-mrd", None, 4 * 6 + 10),
        ("us-label-rr", 2, 2 * 6 + 10),
        ("us-label-rr", None, 5 * 6 + 4 * 12 + 10),
    ],
)
def test_the_rota_is_longer_than_the_course(regimen, cycles, weeks):
    assert weeks_of(get_regimen(regimen), cycles) == weeks
