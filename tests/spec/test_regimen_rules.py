"""The three US label uses, as data."""

from decimal import Decimal

import pytest

from infusion import catalogue
from infusion.domain.evidence import Mark
from tests.spec.examples import Chapter, worked

CYCLES = Chapter(
    key="cycles",
    title=("Cycles of a regimen", "方案的周期"),
    rule=(
        (
            "Infusion days + free days. A dash means that the source asks for a supervised "
            "start or hospital without a number of days. Consolidation: only the days in "
            "hospital have a source; the rest needs local sign-off."
        ),
        (
            "输注天数 + 间歇天数。“-”表示来源要求监护下开始或住院，但未给出天数。巩固方案：仅住院天数"
            "有来源；其余需本机构签署确认。"
        ),
    ),
    source="label fact sheet 1.2, 2 [A; consolidation U, stay B]",
    columns=("regimen", "cycle", "arithmetic", "days", "hospital days", "doses"),
    rows=(
        ("us-label-rr", "1", "672 / 24 + 14", "42", "9", "0:low 168:full"),
        ("us-label-rr", "2", "672 / 24 + 14", "42", "2", "0:full"),
        ("us-label-rr", "3", "672 / 24 + 14", "42", "-", "0:full"),
        ("us-label-rr", "4", "672 / 24 + 14", "42", "-", "0:full"),
        ("us-label-rr", "5", "672 / 24 + 14", "42", "-", "0:full"),
        ("us-label-rr", "6", "672 / 24 + 56", "84", "-", "0:full"),
        ("us-label-rr", "9", "672 / 24 + 56", "84", "-", "0:full"),
        ("us-label-mrd", "1", "672 / 24 + 14", "42", "3", "0:full"),
        ("us-label-mrd", "2", "672 / 24 + 14", "42", "2", "0:full"),
        ("us-label-mrd", "3", "672 / 24 + 14", "42", "-", "0:full"),
        ("us-label-mrd", "4", "672 / 24 + 14", "42", "-", "0:full"),
        ("us-label-consolidation", "1", "672 / 24 + 14", "42", "3", "0:full"),
        ("us-label-consolidation", "2", "672 / 24 + 14", "42", "2", "0:full"),
        ("us-label-consolidation", "4", "672 / 24 + 14", "42", "-", "0:full"),
    ),
)

MOST = Chapter(
    key="most-cycles",
    title=("Most cycles", "最多周期数"),
    rule=(
        (
            "Other jurisdictions stop earlier: 5 for relapsed or refractory disease in EU, "
            "Hong Kong and NHS texts."
        ),
        "其他辖区更少：欧盟、香港与 NHS 文件中复发/难治为 5 个周期。",
    ),
    source="label fact sheet 1.2 [A; consolidation U]",
    columns=("regimen", "arithmetic", "cycles"),
    rows=(
        ("us-label-rr", "2 + 3 + 4", "9"),
        ("us-label-mrd", "1 + 3", "4"),
        ("us-label-consolidation", "4", "4"),
    ),
)
CHAPTERS = (CYCLES, MOST)


@pytest.mark.parametrize(
    ("key", "number", "arithmetic", "days", "stay", "doses"), CYCLES.rows
)
def test_the_cycle(key, number, arithmetic, days, stay, doses):
    pattern = catalogue.get_regimen(key).pattern(int(number))

    length = pattern.infusion_hours // 24 + pattern.free_days
    steps = " ".join(f"{step.from_hour}:{step.level}" for step in pattern.steps)

    assert length == int(days) == worked(arithmetic)
    assert pattern.inpatient_days == (None if stay == "-" else int(stay))
    assert steps == doses


@pytest.mark.parametrize(("key", "arithmetic", "cycles"), MOST.rows)
def test_the_largest_number_of_cycles(key, arithmetic, cycles):
    assert catalogue.get_regimen(key).max_cycles == int(cycles) == worked(arithmetic)


def test_every_number_of_consolidation_but_the_stay_needs_sign_off():
    facts = catalogue.get_regimen("us-label-consolidation").facts
    loose = {"inpatient_days", "supervision", "premedication", "fixed_from_kg"}
    loose |= {"population", "next"}

    signed = [fact.path for fact in facts if not fact.needs_sign_off]

    assert signed
    assert all(any(name in path for name in loose) for path in signed)


def test_the_storage_of_preserved_bags_is_marked_as_not_seen():
    for key in ("us-72h", "us-96h", "us-7d"):
        facts = {one.path: one for one in catalogue.get_recipe(key).facts}

        assert facts[f"{key}: facts.room_hours"].mark == Mark.U
        assert facts[f"{key}: facts.cold_hours"].mark == Mark.U


def test_no_dose_of_a_regimen_is_above_its_cap():
    levels = [
        level
        for regimen in catalogue.all_regimens().values()
        for level in regimen.doses.levels.values()
    ]

    fixed = {one.fixed_mcg for one in levels}
    by_surface = {(one.per_m2_mcg, one.cap_mcg) for one in levels}

    assert fixed <= {None, Decimal(9), Decimal(28)}
    assert by_surface <= {
        (None, None),
        (Decimal(5), Decimal(9)),
        (Decimal(15), Decimal(28)),
        (Decimal(15), None),
    }


def test_only_a_regimen_that_can_not_be_ordered_lacks_the_cap_of_a_surface_dose():
    uncapped = {
        regimen.key
        for regimen in catalogue.all_regimens().values()
        for level in regimen.doses.levels.values()
        if level.per_m2_mcg is not None and level.cap_mcg is None
    }

    assert uncapped == {"blast"}
    assert not catalogue.get_regimen("blast").is_complete
