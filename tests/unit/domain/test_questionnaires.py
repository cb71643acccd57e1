"""From answers to findings: what is asked, what is kept, what is refused."""

import datetime as dt
from dataclasses import replace

import pytest

from infusion.catalogue.questionnaires import shipped_questionnaires
from infusion.catalogue.scales import shipped_scale
from infusion.catalogue.triage import shipped_triage
from infusion.domain.findings import OnlyClinical, Source
from infusion.domain.findings_kinds import KINDS, Code
from infusion.domain.instants import NaiveTime
from infusion.domain.questionnaires import (
    AnswerInTheFuture,
    AnswerNotOnForm,
    Answers,
    FormDiffers,
    Option,
    findings_of,
)
from infusion.domain.readiness.facts import FactImpossible
from infusion.domain.toxicity import Scale
from infusion.domain.triage import CheckIn, Colour, triage

NOW = dt.datetime(2026, 11, 24, 3, 5, tzinfo=dt.UTC)
THREE = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)
FORMS = shipped_questionnaires()


def answers(form="daily-adult", by=Source.PATIENT, **values):
    return Answers(
        form=f"{form} 1.0.0",
        by=by,
        given_at=THREE,
        values={key.replace("_", "-"): value for key, value in values.items()},
        language=values.pop("language", "en"),
    )


def found(given):
    form = FORMS[given.form.split()[0]]
    return {one.code: one for one in findings_of(form, given, NOW)}


def test_a_fever_keeps_where_and_when_it_was_measured_and_the_form():
    given = answers(
        temperature="38.4",
        temperature_site="EAR",
        temperature_time="2026-11-24T02:30:00+00:00",
    )

    fever = found(given)[Code.TEMPERATURE]

    assert (fever.value, fever.unit, fever.site) == ("38.4", "Cel", "EAR")
    assert fever.at == THREE - dt.timedelta(minutes=30)
    assert (fever.form, fever.source) == ("daily-adult 1.0.0", Source.PATIENT)


def test_an_answer_is_kept_in_the_words_it_was_given_in():
    given = replace(answers(headache="MILD"), language="zh-hans")

    assert found(given)[Code.HEADACHE].verbatim == "是，可以忍受"
    assert found(answers(headache="MILD"))[Code.HEADACHE].verbatim == (
        "Yes, it is bearable"
    )


def test_what_is_left_out_or_can_not_be_told_is_not_known_never_normal():
    result = found(answers(chills="CANNOT_TELL"))

    assert (result[Code.CHILLS].value, result[Code.CHILLS].verbatim) == (
        None,
        "I can't tell",
    )
    assert result[Code.TEMPERATURE].value is None
    assert result[Code.SEIZURE].value is None


@pytest.mark.parametrize(
    ("values", "refusal", "field"),
    [
        ({"temperature": "101.1"}, FactImpossible, "temperature"),
        ({"temperature": "3.68e1"}, FactImpossible, "temperature"),
        ({"temperature": "３７"}, FactImpossible, "temperature"),
        ({"temperature": "-37"}, FactImpossible, "temperature"),
        ({"chills": "MAYBE"}, AnswerNotOnForm, "chills"),
        ({"pulse": "80"}, AnswerNotOnForm, "pulse"),
        ({"antipyretic_time": "2026-11-24T02:00:00Z"}, AnswerNotOnForm, "antipyretic-time"),
        ({"temperature_time": "three in the night"}, AnswerNotOnForm, "temperature-time"),
        ({"temperature_time": "2026-11-24T03:06:00+00:00"}, AnswerInTheFuture, "temperature-time"),
        ({"temperature_time": "2026-11-24T03:00:00"}, NaiveTime, "temperature-time"),
    ],
)  # fmt: skip
def test_an_answer_that_can_not_be_is_refused_by_its_question(values, refusal, field):
    with pytest.raises(refusal) as refused:
        found(answers(**values))

    assert refused.value.field == field


def test_answers_to_another_version_are_refused():
    given = replace(answers(chills="NO"), form="daily-adult 0.9.0")

    with pytest.raises(FormDiffers) as refused:
        findings_of(FORMS["daily-adult"], given, NOW)

    assert refused.value.params["wanted"] == "daily-adult 1.0.0"


def test_answers_from_the_future_are_refused():
    given = replace(answers(chills="NO"), given_at=NOW + dt.timedelta(seconds=1))

    with pytest.raises(AnswerInTheFuture):
        findings_of(FORMS["daily-adult"], given, NOW)


def test_when_a_fever_reducer_was_taken_is_asked_only_of_who_took_one():
    form = FORMS["daily-adult"]

    def asked(**values):
        return {one.key for one in form.asked(values)}

    assert "antipyretic-time" in asked(antipyretic="YES")
    assert "antipyretic-time" not in asked(antipyretic="NO")
    assert "antipyretic-time" not in asked()


def test_the_place_is_asked_once_the_site_has_signed_it():
    form = FORMS["neuro"]
    signed = replace(
        answers(form="neuro", by=Source.CAREGIVER, place="RIGHT"),
        signed=frozenset({"place"}),
    )

    with pytest.raises(AnswerNotOnForm):
        findings_of(form, replace(signed, signed=frozenset()), NOW)
    assert found(signed)[Code.ICE_PLACE].value == "1"
    assert Code.ICE_PLACE not in found(answers(form="neuro", year="RIGHT"))


def test_a_clinical_finding_from_a_home_is_refused():
    form = FORMS["daily-adult"]
    (first, *rest) = form.questions
    odd = replace(form, questions=(replace(first, code=Code.ANC), *rest))

    with pytest.raises(OnlyClinical):
        findings_of(odd, answers(temperature="0.7"), NOW)


def colour_of(given):
    findings = findings_of(FORMS[given.form.split()[0]], given, NOW)
    scores = shipped_scale(Scale.ASTCT).scores
    found_now = CheckIn(at=given.given_at, findings=findings)
    return triage(shipped_triage(), found_now, (), scores)


def well(form, **others):
    """Answer a form as somebody does who has nothing."""
    best = {
        one.key: one.options[0].key
        for one in FORMS[form].questions
        if one.code is not None and one.options and not one.needs_signature
    }
    temperature = {"temperature": "36.8"} if form.startswith("daily") else {}
    given = answers(form=form, by=Source.CAREGIVER)
    return replace(given, values={**best, **temperature, **others})


HOME_FORMS = ["daily-adult", "daily-child", "daily-caregiver", "neuro", "pump-line"]


@pytest.mark.parametrize("form", HOME_FORMS)
def test_a_form_of_somebody_who_has_nothing_is_green(form):
    result = colour_of(well(form))

    assert (result.colour, result.fired, result.look_by) == (Colour.GREEN, (), None)


@pytest.mark.parametrize("form", HOME_FORMS)
def test_a_form_that_nobody_answered_is_never_green(form):
    result = colour_of(replace(well(form), values={}))

    assert result.colour is Colour.RED
    assert all(one.is_unanswered for one in result.fired)


@pytest.mark.parametrize("form", HOME_FORMS)
def test_leaving_out_any_one_answer_is_never_green(form):
    whole = well(form)
    for key in whole.values:
        less = {name: value for name, value in whole.values.items() if name != key}

        assert colour_of(replace(whole, values=less)).colour is not Colour.GREEN, key


def test_a_fever_in_the_night_after_a_fever_reducer():
    result = colour_of(well("daily-caregiver", temperature="38.2", antipyretic="YES"))

    told = {one.rule.key: one.answers[0].verbatim for one in result.fired}
    assert told == {"fever": "38.2", "fever-hidden": "Yes"}
    assert (result.colour, result.look_by) == (Colour.RED, THREE)


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.key)
def test_every_answer_that_ships_is_read(form):
    by = Source.NURSE
    for question in form.questions:
        for option in question.options or (Option(key="", text=question.text),):
            if question.code is None or not option.key:
                continue
            given = Answers(
                form=form.name,
                by=by,
                given_at=THREE,
                values={question.key: option.key},
                signed=frozenset({question.key}),
            )
            result = {one.code: one for one in findings_of(form, given, NOW)}

            assert result[question.code].value == option.value


def test_every_question_a_home_is_asked_can_be_answered_by_not_knowing():
    choices = [
        (form.key, one.key, [option.value for option in one.options])
        for form in FORMS.values()
        for one in form.questions
        if one.code is not None and one.options
    ]

    assert choices
    assert [row for row in choices if None not in row[2]] == []


def test_the_three_daily_forms_ask_for_the_same():
    asked = {
        frozenset(one.code for one in FORMS[f"daily-{who}"].questions if one.code)
        for who in ("adult", "child", "caregiver")
    }

    assert len(asked) == 1


def test_every_sign_the_triage_rules_ask_for_is_on_a_form():
    asked = {one.code for form in FORMS.values() for one in form.questions}
    # Sums follow from their items; of CAPD only a nurse gives one.
    sums = {Code.ICE, Code.CAPD}

    wanted = {code for rule in shipped_triage().rules for code in rule.codes}

    assert wanted - sums - asked == set()


def test_every_kind_has_its_words_or_its_scale():
    assert set(KINDS) == set(Code)
    assert [code for code, kind in KINDS.items() if len(set(kind.ends)) < 2] == []
