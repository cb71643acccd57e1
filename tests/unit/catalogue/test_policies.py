from decimal import Decimal

import pytest

from infusion import catalogue
from infusion.catalogue.policies import proposals
from infusion.domain.doses import SurfaceFormula


def signed(key: str, value: object) -> catalogue.SitePolicy:
    return catalogue.site_policy({key: {"value": value, "signed_by": "RPh A"}})


def test_without_signatures_the_proposals_are_in_force():
    policy = catalogue.site_policy({})

    assert policy.surface_formula == SurfaceFormula.MOSTELLER
    assert policy.number("dose_rounding_mcg") == Decimal("0.01")


def test_a_signed_value_is_in_force_and_no_longer_unsigned():
    policy = signed("surface_formula", "DU_BOIS")

    assert policy.surface_formula == SurfaceFormula.DU_BOIS
    assert policy.unsigned("surface_formula") == ()
    assert [one.path for one in policy.unsigned("weight_max_age_days")] == [
        "site policy: weight_max_age_days"
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("surface_formula", "BOYD"),
        ("surface_formula", ""),
        ("dose_rounding_mcg", "0"),
        ("dose_rounding_mcg", "-1"),
        ("dose_rounding_mcg", "1"),
        ("dose_rounding_mcg", "NaN"),
        ("dose_rounding_mcg", "Infinity"),
        ("dose_rounding_mcg", "²"),
        ("dose_rounding_mcg", None),
        ("dose_rounding_mcg", "1E-2"),
        ("dose_rounding_mcg", "0.0001"),
        ("dose_rounding_mcg", 1e-05),
        ("weight_max_age_days", "soon"),
        ("weight_max_age_days", "1E+12"),
        ("weight_max_age_days", "1000000000000"),
        ("weight_max_age_days", "366"),
        ("weight_max_age_days", "0.5"),
        ("weight_max_age_days", True),
        ("overdue_after_minutes", "1E+12"),
        ("overdue_after_minutes", "1441"),
        ("overdue_after_minutes", "15.5"),
        ("pump_end_tolerance_minutes", "1E+12"),
        ("pump_end_tolerance_minutes", "1441"),
        ("pump_volume_tolerance_ml", "1E+12"),
        ("step_tolerance_minutes", "1E+12"),
        ("step_tolerance_minutes", "1441"),
        ("no_such_value", "1"),
    ],
)
def test_a_value_that_can_not_be_leaves_the_proposal_in_force(key, value):
    assert signed(key, value).signed == {}


@pytest.mark.parametrize(
    "stored", [{"value": "56"}, {"value": "56", "signed_by": ""}, "56", None]
)
def test_a_value_without_a_signature_does_not_count(stored):
    policy = catalogue.site_policy({"weight_max_age_days": stored})

    assert policy.signed == {}


def test_the_coarsest_rounding_step_is_a_tenth():
    assert signed("dose_rounding_mcg", "0.1").number("dose_rounding_mcg") == Decimal(
        "0.1"
    )


@pytest.mark.parametrize(
    "key", [key for key, one in proposals().items() if not one.choices]
)
def test_every_number_has_a_bound_and_the_bound_itself_may_be_signed(key):
    most = proposals()[key].most

    assert most is not None
    assert signed(key, str(most)).number(key) == most
    assert signed(key, str(most + 1)).signed == {}


def test_every_proposal_needs_a_signature():
    assert all(value.fact.needs_sign_off for value in proposals().values())
