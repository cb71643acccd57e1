"""Recipe files that contradict themselves are refused with place and reason."""

from dataclasses import replace
from decimal import Decimal

import pytest

from infusion import catalogue
from infusion.catalogue import files
from infusion.catalogue.recipes import read_recipe

FOLDER = files.ROOT / "recipes"


def changed(folder, key: str, before: str, after: str):
    text = (FOLDER / f"{key}.toml").read_text(encoding="utf-8")
    assert before in text
    path = folder / f"{key}.toml"
    path.write_text(text.replace(before, after), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("key", "before", "after", "place", "why"),
    [
        ("eu-72h", "rate_rounded = true\n", "", "facts.volume_ml", "= 239.76 mL"),
        ("eu-72h", '"3.33"', '"3.3"', None, ""),
        ("eu-72h", '"3.33"', '"3.34"', "facts.volume_ml", "= 240.48 mL"),
        ("uk-96h-stopped", '"72, 96"', '"72, 97"', "facts.run_hours", "at most 96 h"),
        ("uk-96h-stopped", '"72, 96"', '"72;96"', "facts.run_hours.value", "look like"),
        ("uk-96h-stopped", '"275"', '"239"', "facts.bag_volume_ml", "less than the"),
        ("us-24h", 'value = "35"', 'value = "0"', "facts.vial_mcg", "above zero"),
    ],
)
def test_a_recipe_whose_numbers_disagree_is_refused(
    tmp_path, key, before, after, place, why
):
    path = changed(tmp_path, key, before, after)

    if place is None:
        assert read_recipe(path).rate_ml_h == Decimal("3.3")
        return
    with pytest.raises(files.CatalogueFileRefused) as refusal:
        read_recipe(path)
    assert refusal.value.place == place
    assert why in refusal.value.reason.en


def test_a_rounded_rate_is_off_by_half_a_digit_at_the_most():
    recipe = catalogue.get_recipe("eu-72h")

    assert recipe.rounding_ml == Decimal("0.005") * 72
    assert abs(recipe.rate_ml_h * recipe.hours - recipe.volume_ml) <= recipe.rounding_ml


@pytest.mark.parametrize("place", ["eu", "uk", "hk"])
def test_european_bags_hold_one_volume_and_run_at_four_rates(place):
    found = [catalogue.get_recipe(f"{place}-{hours}h") for hours in (24, 48, 72, 96)]

    assert {one.volume_ml for one in found} == {240}
    assert [str(one.rate_ml_h) for one in found] == ["10", "5", "3.33", "2.5"]
    assert {one.vial_mcg for one in found} == {Decimal("38.5")}
    assert {one.jurisdiction for one in found} == {place.upper()}


def test_the_96_hour_bags_of_two_jurisdictions_run_at_different_rates():
    there, here = catalogue.get_recipe("eu-96h"), catalogue.get_recipe("us-96h")

    assert there.hours == here.hours
    assert (there.rate_ml_h, here.rate_ml_h) == (Decimal("2.5"), Decimal("1.8"))


def test_what_was_never_seen_needs_a_signature():
    unsigned = {
        fact.path.split(": ")[1]
        for fact in catalogue.get_recipe("hk-96h").facts
        if fact.needs_sign_off
    }

    assert {"facts.hours", "facts.rate_ml_h", "facts.vial_mcg"} <= unsigned


def test_a_recipe_without_a_strength_counts_no_vials():
    recipe = catalogue.get_recipe("us-24h")

    assert replace(recipe, vial_mcg=None).vials(Decimal(28)) == 0
