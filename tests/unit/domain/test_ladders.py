"""Whom an alert reaches next, and how a site writes its ladders."""

import datetime as dt

import pytest

from infusion import catalogue
from infusion.catalogue.alerts import cause_rule, rule_values
from infusion.catalogue.ladders import LadderNotRead, read_ladder
from infusion.domain.alerts import Cause
from infusion.domain.ladders import ON_CALL, Rung, Severity, Whom, next_rung
from infusion.domain.rota import OnCallRole

LADDER = read_ladder("NURSE 15; PHYSICIAN 15; EVERY_NURSE 30")


def test_an_alert_climbs_rung_by_rung_to_the_end():
    everybody = dict.fromkeys(Whom, ("somebody",))
    reached, seen = next_rung(-1, LADDER, everybody), []
    while reached is not None:
        seen.append(reached.rung.whom)
        reached = next_rung(reached.number, LADDER, everybody)

    assert seen == [Whom.NURSE, Whom.PHYSICIAN, Whom.EVERY_NURSE]


def test_an_alert_never_waits_for_an_empty_chair():
    somebody = {"somebody"}

    assert next_rung(-1, LADDER, {Whom.PHYSICIAN: somebody}).number == 1
    assert next_rung(-1, LADDER, {Whom.NURSE: set(), Whom.EVERY_NURSE: {1}}).number == 2
    assert next_rung(-1, LADDER, {Whom.PHARMACIST: somebody}) is None
    assert next_rung(-1, (), {Whom.NURSE: somebody}) is None


def test_every_role_of_the_rota_can_be_on_a_ladder():
    assert set(ON_CALL.values()) == set(OnCallRole)


def test_a_ladder_is_read_with_its_channels_and_its_nights():
    assert read_ladder("ASSIGNED 5 SMS>EMAIL; EVERY_ADMIN 1440 QUIET") == (
        Rung(
            whom=Whom.ASSIGNED,
            wait=dt.timedelta(minutes=5),
            channels=("SMS", "EMAIL"),
        ),
        Rung(
            whom=Whom.EVERY_ADMIN,
            wait=dt.timedelta(days=1),
            is_quiet_at_night=True,
        ),
    )
    assert read_ladder("NONE") == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NURSE",
        "NURSE 0",
        "NURSE -5",
        "NURSE 2161",
        "NURSE 1.5",
        "NURSE ²",
        "SURGEON 15",
        "nurse 15",
        "NURSE 15 PIGEON",
        "NURSE 15 SMS>SMS",
        "NURSE 15 SMS EMAIL",
        "NURSE 15 QUIET SMS",
        "NURSE 15;",
        "NURSE 15; NURSE 30",
        "QUIET",
    ],
)
def test_what_is_no_ladder_is_refused(text):
    with pytest.raises(LadderNotRead):
        read_ladder(text)


def test_a_site_has_a_ladder_of_its_own_once_it_is_signed():
    written = {"value": "COORDINATOR 240 QUIET", "signed_by": "RN B"}
    policy = catalogue.site_policy({"alert_pump_stopped_ladder": written})
    unsigned = catalogue.site_policy(
        {"alert_pump_stopped_ladder": written | {"signed_by": ""}}
    )

    (rung,) = cause_rule(policy, Cause.PUMP_STOPPED).ladder
    assert rung.whom is Whom.COORDINATOR
    assert len(cause_rule(unsigned, Cause.PUMP_STOPPED).ladder) == 2


@pytest.mark.parametrize(
    "cause", [Cause.PUMP_STOPPED, Cause.BAG_CHANGE_OVERDUE, Cause.DOSE_ON_PUMP]
)
def test_what_stops_an_infusion_is_never_shown_only(cause):
    key = f"alert_{cause.lower()}_severity"
    policy = catalogue.site_policy({key: {"value": "INFO", "signed_by": "RN B"}})

    assert cause_rule(policy, cause).severity is Severity.RED


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_a_rule_that_is_shown_with_its_marks(cause):
    policy = catalogue.site_policy({})
    rule = cause_rule(policy, cause)

    assert rule.times == tuple(sorted(rule.times))
    assert rule.ladder
    shown = rule_values(policy, cause)
    assert {one.mark for one in shown} == {"I"}
    assert all(one.needs_sign_off for one in shown)
