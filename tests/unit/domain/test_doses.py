from decimal import Decimal

import pytest

from infusion.domain.doses import (
    DoseLevel,
    DoseRoundsToZero,
    DoseTable,
    DosingWeight,
    dosing_surface_m2,
)
from infusion.domain.quantities import UnitNotSupported

TABLE = DoseTable(
    fixed_from_kg=Decimal(45),
    levels={
        "full": DoseLevel(
            key="full",
            fixed_mcg=Decimal(28),
            per_m2_mcg=Decimal(15),
            cap_mcg=Decimal(28),
        )
    },
)


def weighing(kg: str, cm: str) -> DosingWeight:
    return DosingWeight(weight_kg=Decimal(kg), height_cm=Decimal(cm))


@pytest.mark.parametrize("metres", ["1.30", "9.99"])
def test_a_height_in_metres_is_refused(metres):
    with pytest.raises(UnitNotSupported) as refusal:
        dosing_surface_m2(TABLE, weighing("30", metres))

    assert refusal.value.field == "height_cm"
    assert refusal.value.params == {"expected": "cm"}


def test_the_shortest_height_is_accepted():
    assert dosing_surface_m2(TABLE, weighing("30", "10"))


def test_a_height_that_no_dose_goes_by_is_not_judged():
    assert dosing_surface_m2(TABLE, weighing("45", "1.30")) is None


def test_a_dose_that_rounds_to_nothing_is_refused():
    with pytest.raises(DoseRoundsToZero) as refusal:
        TABLE.dose("full", weighing("0.000000001", "10"), Decimal("0.01"))

    assert refusal.value.field == "weight_kg"
