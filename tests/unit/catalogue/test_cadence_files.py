"""The cadence as data: what is refused, the numbers of a site, and where they come from."""

import datetime as dt

import pytest

from infusion import catalogue
from infusion.catalogue.cadence import cadence_numbers, cadence_values
from infusion.catalogue.checking import check
from infusion.catalogue.policies import proposals
from infusion.catalogue.questionnaires import shipped_questionnaires
from infusion.domain.findings_kinds import Code
from tests.unit.catalogue.writing import written

HOUR = dt.timedelta(hours=1)


def signed(**values: str) -> catalogue.SitePolicy:
    return catalogue.site_policy(
        {key: {"value": value, "signed_by": "MD A"} for key, value in values.items()}
    )


@pytest.mark.parametrize(
    ("before", "after", "place", "why"),
    [
        ('usual = "daily"', 'usual = "weekly"', "usual", "weekly"),
        ('rhythm = "dense"', 'rhythm = "denser"', "windows.cycle-1", "denser"),
        ('key = "cycle-2"', 'key = "cycle-1"', "windows", "twice"),
        ('key = "twice"', 'key = "dense"', "rhythms", "twice"),
        ('first = ["daily"', 'first = ["hourly"', "rhythms.dense", "hourly"),
        ('form = "capd"', 'form = "cap"', "forms[4]", "cap"),
        ('"check_in_cycle_1_hours"', '"check_in_cycle_9_hours"', "lasts", "site value"),
        ('"check_in_cycle_1_hours"', '"check_in_self_from_years"', "lasts", "site value"),
        ('"check_in_times_dense"', '"check_in_cycle_1_hours"', "times", "site value"),
        ('"check_in_while_stopped"', '"check_in_times_dense"', "while_stopped", "site value"),
        ('"check_in_self_from_years"', '"ecog_most"', "below_years", "site value"),
        ('after = "CYCLE_START"', 'after = "LUNCH"', "windows.cycle-1", ""),
        ('asked_at = ["HOME", "CLINIC"]', "asked_at = []", "asked_at", ""),
        (', zh = "剂量上调之后"', "", "windows.step", "both languages"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_sound_is_refused_by_line_and_reason(
    tmp_path, before, after, place, why
):
    path = written(tmp_path, "cadence", (before, after))

    problems = check([path])

    assert problems, "nothing was refused"
    assert any(place in one.place and why in one.reason.en for one in problems), [
        (one.place, one.reason.en) for one in problems
    ]
    assert all(one.line is not None and one.reason.zh for one in problems)


def test_what_a_site_signs_takes_the_place_of_the_proposal():
    policy = signed(
        check_in_cycle_1_hours="96",
        check_in_times_usual="07:30 19:00",
        check_in_while_stopped="NO",
        check_in_adult_from_years="16",
    )

    found = catalogue.cadence_of(policy)

    windows = {one.key: one.lasts for one in found.windows}
    assert windows["cycle-1"] == 96 * HOUR
    assert windows["cycle-2"] == 48 * HOUR
    assert found.rhythms["daily"].times == (dt.time(7, 30), dt.time(19))
    assert not found.while_stopped
    assert [
        one.form for one in found.forms if one.topic == "daily" and one.fits(16)
    ] == ["daily-adult"]


def test_only_the_hours_of_the_trial_have_a_source_and_the_rest_says_so():
    shown = {one.key: one for one in cadence_numbers(catalogue.site_policy({}))}

    sourced = {key for key, one in shown.items() if not one.needs_sign_off}

    assert sourced == {
        "check_in_cycle_1_hours",
        "check_in_cycle_2_hours",
        "capd_below_years",
    }
    assert set(shown) == cadence_values()


def test_every_number_of_the_cadence_is_used_by_it_or_by_a_reminder():
    reminded = {one.rule.policy for one in catalogue.shipped_reminders()}

    unused = {
        key
        for key in proposals()
        if key.startswith("check_in_") and key not in cadence_values() | reminded
    }

    assert not unused


@pytest.mark.parametrize("years", range(0, 100, 3))
@pytest.mark.parametrize("topic", ["daily", "neuro", "pump-line"])
def test_every_age_has_one_form_of_every_topic(years, topic):
    found = catalogue.cadence_of(catalogue.site_policy({}))

    assert (
        len([one for one in found.forms if one.topic == topic and one.fits(years)]) == 1
    )


def test_every_occasion_asks_for_the_temperature():
    found = catalogue.cadence_of(catalogue.site_policy({}))
    fevers = {
        key
        for key, form in shipped_questionnaires().items()
        if any(one.code == Code.TEMPERATURE for one in form.questions)
    }

    daily = {one.form for one in found.forms if one.topic == "daily"}

    assert daily <= fevers
    for rhythm in found.rhythms.values():
        assert "daily" in rhythm.first
        assert "daily" in rhythm.others
