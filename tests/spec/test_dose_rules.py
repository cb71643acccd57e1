"""How much per day."""

from decimal import Decimal

import pytest

from infusion import catalogue
from infusion.domain.doses import (
    Basis,
    DosingWeight,
    HeightMissing,
    SurfaceFormula,
    WeightMissing,
    dosing_surface_m2,
    surface_m2,
)
from tests.spec.examples import Chapter, worked

TABLE = catalogue.get_regimen("us-label-rr").doses
STEP = Decimal("0.01")

BANDS = Chapter(
    key="doses",
    title=("Daily dose", "每日剂量"),
    rule=(
        (
            "From 45 kg the dose is fixed. Below 45 kg it goes by body surface, is rounded "
            "once, at the end, half up, and never exceeds the cap of its level. The rows "
            "beyond 1.80 m2 need a height that no patient below 45 kg has: the cap is a "
            "guard against a wrong reading."
        ),
        (
            "体重 ≥45 kg 使用固定剂量；<45 kg 按体表面积计算，仅在最后四舍五入一次，且不超过该级别"
            "上限。超过 1.80 m² 的行对应的身高在 <45 kg 的患者中不会出现：上限用于防止测量错误。"
        ),
    ),
    source="label fact sheet 1.1 [A]: HCP-RR-adj, PMC-Tab1, drugs-dosage, Medscape",
    columns=("level", "kg", "cm", "arithmetic", "ug/day", "capped"),
    rows=(
        ("low", "70", "", "9", "9", "no"),
        ("full", "70", "", "28", "28", "no"),
        ("low", "45", "", "9", "9", "no"),
        ("full", "45", "", "28", "28", "no"),
        ("full", "44.99", "170", "sqrt(170 x 44.99 / 3600) x 15", "21.86", "no"),
        ("full", "40.5", "162", "sqrt(162 x 40.5 / 3600) x 15", "20.25", "no"),
        ("low", "40.5", "162", "sqrt(162 x 40.5 / 3600) x 5", "6.75", "no"),
        ("full", "10", "75", "sqrt(75 x 10 / 3600) x 15", "6.85", "no"),
        ("low", "10", "75", "sqrt(75 x 10 / 3600) x 5", "2.28", "no"),
        ("low", "40", "291.6", "sqrt(291.6 x 40 / 3600) x 5", "9", "no"),
        ("full", "40", "313.6", "min(sqrt(313.6 x 40 / 3600) x 15, 28)", "28", "no"),
        ("low", "40", "324", "min(sqrt(324 x 40 / 3600) x 5, 9)", "9", "yes"),
        ("full", "40", "324", "min(sqrt(324 x 40 / 3600) x 15, 28)", "28", "yes"),
    ),
)

SURFACES = Chapter(
    key="surface",
    title=("Body surface", "体表面积"),
    rule=(
        (
            "Mosteller: sqrt(cm x kg / 3600). Du Bois: 0.007184 x cm^0.725 x kg^0.425. "
            "Which one the label expects was not found: the site signs its choice."
        ),
        (
            "Mosteller：√(身高 × 体重 / 3600)。Du Bois：0.007184 × 身高^0.725 × 体重^0.425。"
            "未找到说明书所用公式：由医疗机构签署选择。"
        ),
    ),
    source="label fact sheet 10 [A Mosteller, B Du Bois]: Oncologist-BSA",
    columns=("formula", "kg", "cm", "arithmetic", "m2"),
    rows=(
        ("MOSTELLER", "40.5", "162", "sqrt(162 x 40.5 / 3600)", "1.3500"),
        ("DU_BOIS", "40.5", "162", "0.007184 x 162^0.725 x 40.5^0.425", "1.3849"),
        ("MOSTELLER", "10", "75", "sqrt(75 x 10 / 3600)", "0.4564"),
        ("DU_BOIS", "10", "75", "0.007184 x 75^0.725 x 10^0.425", "0.4373"),
    ),
)

REFUSED = Chapter(
    key="doses-refused",
    title=("Doses that can't be computed", "无法计算的剂量"),
    rule=(
        (
            "Nothing is assumed: without a weight, or without a height below 45 kg, there "
            "is no dose."
        ),
        "不做任何假设：缺少体重，或 <45 kg 而缺少身高，则不给出剂量。",
    ),
    source="label fact sheet 1.1 and 10",
    columns=("kg", "cm", "refused because"),
    rows=(
        ("44.99", "", "height_missing"),
        ("10", "", "height_missing"),
        ("0", "", "weight_missing"),
        ("-3", "", "weight_missing"),
        ("NaN", "", "weight_missing"),
        ("40", "0", "height_missing"),
        ("40", "Infinity", "height_missing"),
    ),
)
CHAPTERS = (BANDS, SURFACES, REFUSED)


def weighing(kg: str, cm: str, formula: str = "MOSTELLER") -> DosingWeight:
    return DosingWeight(
        weight_kg=Decimal(kg),
        height_cm=Decimal(cm) if cm else None,
        formula=SurfaceFormula(formula),
    )


@pytest.mark.parametrize(
    ("level", "kg", "cm", "arithmetic", "mcg", "capped"), BANDS.rows
)
def test_the_daily_dose(level, kg, cm, arithmetic, mcg, capped):
    dose = TABLE.dose(level, weighing(kg, cm), STEP)

    assert dose.mcg == Decimal(mcg)
    assert worked(arithmetic).quantize(STEP) == Decimal(mcg)
    assert dose.is_capped is (capped == "yes")
    assert dose.basis == (Basis.SURFACE if cm else Basis.FIXED)


@pytest.mark.parametrize(("formula", "kg", "cm", "arithmetic", "area"), SURFACES.rows)
def test_the_body_surface(formula, kg, cm, arithmetic, area):
    found = surface_m2(Decimal(kg), Decimal(cm), SurfaceFormula(formula))

    assert found.quantize(Decimal("0.0001")) == Decimal(area)
    assert found == worked(arithmetic)


@pytest.mark.parametrize(("kg", "cm", "code"), REFUSED.rows)
def test_no_dose_without_the_facts(kg, cm, code):
    with pytest.raises((WeightMissing, HeightMissing)) as refusal:
        TABLE.dose("full", weighing(kg, cm), STEP)

    assert refusal.value.code == code


def test_the_surface_is_kept_only_where_the_dose_goes_by_it():
    light, heavy = weighing("40.5", "162"), weighing("45", "162")

    assert dosing_surface_m2(TABLE, light) == Decimal("1.35")
    assert dosing_surface_m2(TABLE, heavy) is None


def test_the_two_formulas_dose_one_child_differently():
    mosteller = TABLE.dose("full", weighing("40.5", "162"), STEP)
    du_bois = TABLE.dose("full", weighing("40.5", "162", "DU_BOIS"), STEP)

    assert (mosteller.mcg, du_bois.mcg) == (Decimal("20.25"), Decimal("20.77"))


def test_crossing_45_kg_raises_the_dose_by_38_per_cent():
    below = TABLE.dose("full", weighing("40.5", "162"), STEP).mcg
    above = TABLE.dose("full", weighing("45", "162"), STEP).mcg

    assert (above / below - 1).quantize(STEP) == Decimal("0.38")


def test_there_is_no_surface_without_a_height():
    with pytest.raises(HeightMissing):
        dosing_surface_m2(TABLE, weighing("40.5", ""))
