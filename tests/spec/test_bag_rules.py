"""What a bag holds, how long it runs and keeps, and who may have it."""

from decimal import Decimal

import pytest

from infusion import catalogue
from infusion.domain.recipes import allowed, delivered_daily_mcg, use_by
from tests.spec.examples import Chapter, worked
from tests.spec.world import START, hours, recipe, recipes

RATES = Chapter(
    key="rates",
    title=("Rate, time and volume", "速率、时间与容量"),
    rule=(
        (
            "Rate x hours is the volume delivered. 72 h and 96 h bags share a rate: the "
            "rate on the pump does not identify the bag."
        ),
        "速率 × 小时数 = 输注容量。72 小时与 96 小时输液袋速率相同：不能凭泵速辨认输液袋。",
    ),
    source="label fact sheet 4.1 [A rates, D volumes]: HCP-RR-new, recallguide",
    columns=("recipe", "hours", "mL/h", "arithmetic", "mL"),
    rows=(
        ("us-24h", "24", "10", "10 x 24", "240"),
        ("us-48h", "48", "5", "5 x 48", "240"),
        ("us-72h", "72", "1.8", "1.8 x 72", "129.6"),
        ("us-96h", "96", "1.8", "1.8 x 96", "172.8"),
        ("us-7d", "168", "0.6", "0.6 x 168", "100.8"),
    ),
)

CONTENTS = Chapter(
    key="contents",
    title=("Content of a bag", "输液袋含药量"),
    rule=(
        (
            "Content / volume x rate x 24 is the prescribed daily dose, for every recipe "
            "and dose. The content is that of the volume delivered, without the overfill."
        ),
        (
            "含药量 / 容量 × 速率 × 24 = 处方每日剂量，适用于每种配方与剂量。含药量指实际输注容量中"
            "的药量，不含预充余量。"
        ),
    ),
    source="label fact sheet 4.3 (invariant) [D]",
    columns=("recipe", "ug/day", "content in ug", "content", "back to ug/day"),
    rows=(
        ("us-24h", "9", "9 x 24 / 24", "9", "9 / 240 x 10 x 24"),
        ("us-24h", "28", "28 x 24 / 24", "28", "28 / 240 x 10 x 24"),
        ("us-48h", "9", "9 x 48 / 24", "18", "18 / 240 x 5 x 24"),
        ("us-48h", "28", "28 x 48 / 24", "56", "56 / 240 x 5 x 24"),
        ("us-72h", "9", "9 x 72 / 24", "27", "27 / 129.6 x 1.8 x 24"),
        ("us-72h", "28", "28 x 72 / 24", "84", "84 / 129.6 x 1.8 x 24"),
        ("us-96h", "9", "9 x 96 / 24", "36", "36 / 172.8 x 1.8 x 24"),
        ("us-96h", "28", "28 x 96 / 24", "112", "112 / 172.8 x 1.8 x 24"),
        ("us-7d", "9", "9 x 168 / 24", "63", "63 / 100.8 x 0.6 x 24"),
        ("us-7d", "28", "28 x 168 / 24", "196", "196 / 100.8 x 0.6 x 24"),
        ("us-7d", "20.25", "20.25 x 168 / 24", "141.75", "141.75 / 100.8 x 0.6 x 24"),
    ),
)

FLOOR = Chapter(
    key="weight-floor",
    title=("Who may have a preserved bag", "可使用含防腐剂输液袋的体重"),
    rule=(
        (
            "72 h, 96 h and 7-day bags hold benzyl alcohol: from 5.4 kg on, 5.4 included. "
            "22 kg until at least 2020: needs local sign-off."
        ),
        (
            "72 小时、96 小时与 7 天输液袋含苯甲醇：体重 ≥5.4 kg（含 5.4）方可使用。至少到 2020 年"
            "下限为 22 kg：需本机构签署确认。"
        ),
    ),
    source="label fact sheet 4.2 [B]: ASHP-2025",
    columns=("kg", "allowed"),
    rows=(
        ("5.39", "us-24h us-48h"),
        ("5.4", "us-24h us-48h us-72h us-96h us-7d"),
        ("5.40", "us-24h us-48h us-72h us-96h us-7d"),
        ("22", "us-24h us-48h us-72h us-96h us-7d"),
    ),
)

STORAGE = Chapter(
    key="use-by",
    title=("Use-by of a bag", "输液袋的最晚使用时刻"),
    rule=(
        (
            "Two clocks, the earlier wins: out of the cold (infusion included, one way) and "
            "from preparation. Hours count from the hanging; a minus lies before it."
        ),
        (
            "两个时钟，以先到者为准：离开冷藏起（含输注，不可逆）与配制起。小时数以挂袋时刻为 0，负数"
            "表示此前。"
        ),
    ),
    source="label fact sheet 5 [B, re-check; U for preserved bags]: 120ty-storage",
    columns=("recipe", "prepared at", "out of the cold at", "arithmetic", "use-by at"),
    rows=(
        ("us-48h", "", "", "0 + 48", "48"),
        ("us-48h", "-24", "0", "min(0 + 48, 0 - 24 + 192)", "48"),
        ("us-48h", "-24", "-6", "min(0 - 6 + 48, 0 - 24 + 192)", "42"),
        ("us-24h", "-160", "0", "min(0 + 48, 0 - 160 + 192)", "32"),
        ("us-24h", "-191", "-1", "min(0 - 1 + 48, 0 - 191 + 192)", "1"),
        ("us-7d", "-200", "0", "min(0 + 168, 0 - 200 + 336)", "136"),
        ("us-72h", "-48", "-10", "min(0 - 10 + 168, 0 - 48 + 336)", "158"),
    ),
)

CHAPTERS = (RATES, CONTENTS, FLOOR, STORAGE)


@pytest.mark.parametrize(("key", "life", "rate", "arithmetic", "volume"), RATES.rows)
def test_rate_times_hours_is_the_volume(key, life, rate, arithmetic, volume):
    found = recipe(key)

    assert found.hours == int(life)
    assert found.rate_ml_h == Decimal(rate)
    assert found.volume_ml == Decimal(volume) == worked(arithmetic)


@pytest.mark.parametrize(("key", "dose", "sum_", "content", "back"), CONTENTS.rows)
def test_the_content_delivers_the_prescribed_dose(key, dose, sum_, content, back):
    bag = recipe(key)

    made = bag.content_mcg(Decimal(dose))
    delivered = delivered_daily_mcg(made, bag.volume_ml, bag.rate_ml_h)

    assert made == Decimal(content) == worked(sum_)
    assert delivered == Decimal(dose)
    assert worked(back).quantize(Decimal("0.000001")) == Decimal(dose)


@pytest.mark.parametrize(("kg", "keys"), FLOOR.rows)
def test_the_weight_floor_includes_its_limit(kg, keys):
    assert " ".join(one.key for one in allowed(recipes(), Decimal(kg))) == keys


@pytest.mark.parametrize(("key", "made", "out", "arithmetic", "until"), STORAGE.rows)
def test_the_earlier_of_the_two_clocks_wins(key, made, out, arithmetic, until):
    found = use_by(
        recipe(key),
        hang_at=START,
        prepared_at=START + hours(int(made)) if made else None,
        out_of_cold_at=START + hours(int(out)) if out else None,
    )

    assert found == START + hours(int(until))
    assert worked(arithmetic) == Decimal(until)


def test_a_48_hour_bag_has_no_time_to_lie_at_room_temperature():
    bag = recipe("us-48h")

    assert bag.room_limit - bag.life == hours(0)


def test_72_and_96_hour_bags_share_a_rate_but_not_a_concentration():
    short, long = recipe("us-72h"), recipe("us-96h")

    assert short.rate_ml_h == long.rate_ml_h
    assert short.volume_ml != long.volume_ml


def test_every_recipe_delivers_every_dose_of_the_label():
    """Exactly; a rate that is rounded for the pump by the part it is rounded by."""
    for one in catalogue.all_recipes().values():
        rounding = one.rounding_ml / one.volume_ml
        for dose in map(Decimal, ("9", "28", "20.25", "6.75", "0.01")):
            content = one.content_mcg(dose)
            given = delivered_daily_mcg(content, one.volume_ml, one.rate_ml_h)

            assert abs(given - dose) <= dose * rounding + Decimal("1E-12")


def test_240_ml_in_72_hours_are_a_tenth_of_a_per_cent_short():
    bag = recipe("eu-72h")

    given = delivered_daily_mcg(
        bag.content_mcg(Decimal(28)), bag.volume_ml, bag.rate_ml_h
    )

    assert given == Decimal("27.972")
