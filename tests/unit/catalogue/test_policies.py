import datetime as dt
from decimal import Decimal

import pytest

from infusion import catalogue
from infusion.catalogue import files
from infusion.catalogue.policies import proposals, read_policy, unsound
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
        ("start_hours", ""),
        ("start_hours", "8:00"),
        ("start_hours", "08:00 08:00"),
        ("start_hours", "08:00,10:00"),
        ("start_hours", "24:00"),
        ("start_hours", 8),
        ("home_hours", ""),
        ("home_hours", "8-17"),
        ("home_hours", "Mo-Fr"),
        ("home_hours", "Fr-Mo 08:00-17:00"),
        ("home_hours", "Mo 17:00-08:00"),
        ("home_hours", "Mo-Fr 08:00-17:00; We 08:00-12:00"),
        ("home_hours", "Mo 08:00-12:00,11:00-17:00"),
        ("clinic_hours", None),
        ("run_pattern", "48_96"),
        ("needle_to_day", "13"),
        ("importance_outside", "53"),
        ("importance_outside", "-1"),
        ("importance_outside", "1.5"),
        ("shortest_run_hours", "0"),
        ("shortest_run_hours", "0.5"),
        ("pharmacy_lead_hours", "97"),
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


@pytest.mark.parametrize("key", ["importance_vials", "end_tolerance_minutes"])
def test_a_wish_may_be_left_out_where_the_file_allows_zero(key):
    assert signed(key, "0").number(key) == 0


def test_hours_and_times_are_read():
    policy = signed("home_hours", "Mo-Fr 08:00-12:00,13:00-17:00; Sa 09:00-24:00")
    week = policy.week("home_hours")

    assert week is not None
    assert [len(day) for day in week] == [2, 2, 2, 2, 2, 1, 0]
    assert (week[5][0].from_minute, week[5][0].to_minute) == (540, 1440)
    assert policy.week("clinic_hours") is None
    assert signed("start_hours", "14:00 09:30").times("start_hours") == (
        dt.time(9, 30),
        dt.time(14),
    )
    assert not policy.is_on("one_rate")
    assert policy.is_on("steady_hour")


@pytest.mark.parametrize(
    "key",
    [key for key, one in proposals().items() if not one.choices and not one.format],
)
def test_every_number_has_a_bound_and_the_bound_itself_may_be_signed(key):
    most = proposals()[key].most

    assert most is not None
    assert signed(key, str(most)).number(key) == most
    assert signed(key, str(most + 1)).signed == {}


def test_every_proposal_without_a_source_needs_a_signature():
    sourced = {key for key, one in proposals().items() if not one.fact.needs_sign_off}

    assert sourced == {
        "needle_from_day",
        "needle_to_day",
        "fever_from_c",
        "capd_below_years",
        "ecog_most",
        "transaminase_uln_most",
        "bilirubin_uln_most",
        "check_in_cycle_1_hours",
        "check_in_cycle_2_hours",
    }
    assert catalogue.site_policy({}).unsigned(*sourced) == ()


def test_no_value_is_set_in_two_files():
    paths = files.paths("policy")

    assert len(paths) > 1
    assert sum(len(read_policy(path)) for path in paths) == len(proposals())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("neutrophils_least", "-1"),
        ("neutrophils_least", "none"),
        ("neutrophils_least", "1e3"),
        ("readiness_harder", ""),
        ("readiness_harder", "TC3"),
        ("readiness_harder", "TC03,TC13"),
        ("transaminase_uln_most", "6"),
    ],
)
def test_a_limit_or_a_list_of_criteria_that_cannot_be_read_is_not_signed(key, value):
    assert signed(key, value).signed == {}


def test_a_limit_may_be_none_zero_or_a_number():
    assert signed("neutrophils_least", "NONE").limit("neutrophils_least") is None
    assert signed("neutrophils_least", "0").limit("neutrophils_least") == 0
    assert signed("neutrophils_least", "0.75").limit("neutrophils_least") == Decimal(
        "0.75"
    )
    harder = signed("readiness_harder", "TC03 TC13").criteria("readiness_harder")
    assert harder == {"TC03", "TC13"}


def test_a_stored_value_that_would_not_count_is_named_with_the_reason():
    def entry(value, by="RN B"):
        return {"value": value, "signed_by": by}

    stored = {
        "alert_pump_stopped_ladder": entry("NURSE 15 PIGEON"),
        "alert_climb_minutes": entry("15"),
        "alert_taken_minutes": entry("60", by=""),
        "rota_gap_days": "7",
        "alert_rota_gap_ladder": entry("EVERY_NURSE 60 QUIET"),
    }

    assert unsound(stored) == {
        "alert_pump_stopped_ladder": "UNREAD",
        "alert_climb_minutes": "UNKNOWN",
        "alert_taken_minutes": "UNSIGNED",
        "rota_gap_days": "UNREAD",
    }
