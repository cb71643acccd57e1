from dataclasses import replace
from decimal import Decimal

import pytest

from infusion.domain.doses import (
    DoseLevel,
    DoseNotInRegimen,
    DoseRoundsToZero,
    DoseTable,
    DosingWeight,
    HeightMissing,
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


def test_without_a_limit_every_dose_goes_by_surface():
    table = replace(TABLE, fixed_from_kg=None)
    heavy = DosingWeight(weight_kg=Decimal(80), height_cm=Decimal(180))

    assert not table.is_fixed(heavy)
    # sqrt(180 x 80 / 3600) = 2 m2; 2 x 15 = 30, capped at 28.
    assert table.dose("full", heavy, Decimal("0.01")).mcg == 28
    with pytest.raises(HeightMissing):
        dosing_surface_m2(table, DosingWeight(weight_kg=Decimal(80)))


def test_no_dose_is_known_while_the_limit_is_missing():
    table = replace(TABLE, fixed_from_kg=None, is_limit_known=False)
    weight = DosingWeight(weight_kg=Decimal(80), height_cm=Decimal(180))

    with pytest.raises(DoseNotInRegimen):
        table.dose("full", weight, Decimal("0.01"))
    with pytest.raises(DoseNotInRegimen):
        dosing_surface_m2(table, weight)


@pytest.mark.parametrize(("kg", "lacking"), [("80", "fixed_mcg"), ("20", "per_m2_mcg")])
def test_a_regimen_without_a_dose_for_a_weight_is_refused(kg, lacking):
    level = replace(TABLE.levels["full"], **{lacking: None})
    table = replace(TABLE, levels={"full": level})
    weight = DosingWeight(weight_kg=Decimal(kg), height_cm=Decimal(110))

    with pytest.raises(DoseNotInRegimen):
        table.dose("full", weight, Decimal("0.01"))
