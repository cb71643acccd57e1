"""Green, amber, red: a worked example for every rule that ships."""

import datetime as dt
from dataclasses import replace

import pytest

from infusion.catalogue.scales import shipped_scale
from infusion.catalogue.triage import shipped_triage
from infusion.domain.findings_kinds import Code
from infusion.domain.toxicity import Scale
from infusion.domain.triage import CheckIn, Colour, Unanswered, triage
from tests.spec.examples import Chapter
from tests.spec.findings import found
from tests.spec.world import START

HOUR = dt.timedelta(hours=1)
ITEMS = (
    "ICE_YEAR 1 home, ICE_MONTH 1 home, ICE_CITY 1 home, ICE_OBJECTS 3 home, "
    "ICE_COMMAND 1 home, ICE_SENTENCE 1 home, ICE_COUNT {count} home"
)

TRIAGE = Chapter(
    key="triage",
    title=("The colour of a check-in", "自评的颜色"),
    rule=(
        (
            "Green; one amber: a person looks within the site's time; a red, or ambers on "
            "two topics: now. What was asked and not answered (?) counts as the sign. The "
            "signs have sources, the colours are proposals a site signs. An earlier "
            "check-in is written with the hours before."
        ),
        "绿色；一项黄色：工作人员在机构规定时间内查看；红色或两个主题的黄色：立即。已询问而未回答（?）视同该征象成立。征象有来源，颜色为待机构签署的建议。更早的自评前注明小时数。",
    ),
    source="label fact sheet 11, call-now list; grading tables 9.2 to 9.5; colours [I]",
    columns=("findings", "earlier", "colour", "rules"),
    rows=(
        ("TEMPERATURE 36.8 home, CHILLS NO home", "", "GREEN", ""),
        ("TEMPERATURE 37.9 home", "", "GREEN", ""),
        ("TEMPERATURE 38.0 home", "", "RED", "fever"),
        ("CHILLS YES home", "", "RED", "chills"),
        ("TEMPERATURE 36.8 home, ANTIPYRETIC_TAKEN YES home", "", "AMBER", "fever-hidden"),
        ("TEMPERATURE 36.8 home, STEROID_TAKEN YES home", "", "AMBER", "fever-hidden"),
        ("TEMPERATURE 37.6 home", "8 h: TEMPERATURE 36.6 home", "AMBER", "temperature-rising"),
        ("TEMPERATURE 37.6 home", "25 h: TEMPERATURE 36.6 home", "GREEN", ""),
        ("TEMPERATURE 37.6 home, HEADACHE MILD home", "8 h: TEMPERATURE 36.6 home", "RED", "temperature-rising, headache-mild"),
        ("BREATHLESSNESS YES home", "", "RED", "breathlessness"),
        ("DIZZINESS YES home", "", "RED", "dizziness"),
        ("FAINTING YES home", "", "RED", "fainting"),
        ("CONSCIOUSNESS TO_VOICE home", "", "RED", "consciousness"),
        ("SLEEPINESS YES home", "", "RED", "sleepiness"),
        ("CONFUSION YES home", "", "RED", "confusion"),
        ("SPEECH HARDER home", "", "RED", "speech"),
        ("HANDWRITING SHAKIER", "", "AMBER", "handwriting-shakier"),
        ("HANDWRITING UNREADABLE", "", "RED", "handwriting-unreadable"),
        ("TREMOR YES home", "", "RED", "tremor"),
        ("TREMOR YES home", "24 h: TREMOR NO home", "RED", "tremor, tremor-new"),
        ("BALANCE WORSE home", "", "RED", "balance"),
        ("MOTOR NEW_WEAKNESS home", "", "RED", "weakness"),
        ("SEIZURE SEEN home", "", "RED", "seizure"),
        ("ICE 10", "", "GREEN", ""),
        ("ICE 9", "", "AMBER", "ice-below-ten"),
        ("ICE 9", "24 h: ICE 10", "AMBER", "ice-below-ten, ice-falling"),
        ("ICE 8", "24 h: ICE 10", "RED", "ice-below-ten, ice-falling, ice-falling-fast"),
        ("ICE 6", "24 h: ICE 8", "RED", "ice-low, ice-falling, ice-falling-fast"),
        ("ICE 9", "24 h: ICE 9", "AMBER", "ice-below-ten"),
        (ITEMS.format(count=1), "", "GREEN", ""),
        (ITEMS.format(count=0), "", "AMBER", "ice-below-ten"),
        (ITEMS.format(count=0), "24 h: " + ITEMS.format(count=1), "AMBER", "ice-below-ten, ice-falling"),
        ("CAPD 8", "", "GREEN", ""),
        ("CAPD 9", "", "RED", "capd"),
        ("HEADACHE MILD home", "", "AMBER", "headache-mild"),
        ("HEADACHE SEVERE home", "", "RED", "headache-severe"),
        ("ABDOMINAL_PAIN MILD home", "", "AMBER", "abdomen-mild"),
        ("ABDOMINAL_PAIN SEVERE home", "", "RED", "abdomen-severe"),
        ("HEADACHE MILD home, ABDOMINAL_PAIN MILD home", "", "RED", "headache-mild, abdomen-mild"),
        ("LINE_SITE WET_OR_LEAKING home", "", "RED", "line-site"),
        ("LINE_SITE RED_OR_PAINFUL home", "", "RED", "line-site"),
        ("PUMP_ALARM YES home", "", "RED", "pump-alarm"),
        ("INFUSION_STOPPED YES home", "", "RED", "infusion-stopped"),
        ("LINE_FLUSHED YES home", "", "RED", "line-flushed"),
        ("CONFIDENCE SOME_DOUBT home", "", "GREEN", ""),
        ("CONFIDENCE NEEDS_HELP home", "", "AMBER", "confidence-help"),
        ("TEMPERATURE ? home", "", "RED", "fever"),
        ("ANTIPYRETIC_TAKEN ? home, STEROID_TAKEN NO home", "", "AMBER", "fever-hidden"),
        ("ICE_COUNT ? home, ICE_YEAR 1 home", "", "RED", "ice-low, ice-below-ten"),
    ),
)  # fmt: skip

CHAPTERS = (TRIAGE,)


def at(hours, text):
    return CheckIn(at=START - hours * HOUR, findings=tuple(found(text)))


def earlier_of(text):
    if not text:
        return []
    hours, _, findings = text.partition(" h: ")
    return [at(int(hours), findings)]


def seen(text, *earlier, rules=None):
    scores = shipped_scale(Scale.ASTCT).scores
    return triage(rules or shipped_triage(), at(0, text), earlier, scores)


@pytest.mark.parametrize(("text", "earlier", "colour", "rules"), TRIAGE.rows)
def test_a_check_in_has_its_colour_and_says_which_rules_fired(
    text, earlier, colour, rules
):
    result = seen(text, *earlier_of(earlier))

    assert result.colour == colour
    assert ", ".join(one.rule.key for one in result.fired) == rules


def test_every_rule_has_its_example():
    told = {key for *_, rules in TRIAGE.rows for key in rules.split(", ") if key}

    assert {rule.key for rule in shipped_triage().rules} == told


def test_one_amber_is_looked_at_within_the_sites_time_and_a_red_now():
    rules = replace(shipped_triage(), follow_up=2 * HOUR)

    assert seen("TEMPERATURE 36.8 home", rules=rules).look_by is None
    assert seen("HEADACHE MILD home", rules=rules).look_by == START + 2 * HOUR
    assert seen("CHILLS YES home", rules=rules).look_by == START


def test_a_result_shows_the_answer_the_threshold_and_the_source():
    (fired,) = seen("TEMPERATURE 38.4 home, CHILLS NO home").fired

    assert [(one.code, one.value) for one in fired.answers] == [
        (Code.TEMPERATURE, "38.4")
    ]
    assert "38 C" in fired.rule.statement.value
    assert fired.rule.statement.sources == ("Mayo", "PILs", "CUH", "Swiss")
    assert fired.rule.colour_fact.needs_sign_off


def test_a_trend_shows_what_it_was_compared_with():
    result = seen("ICE 8", at(48, "ICE 9"), at(24, "ICE 10"))

    fast = next(one for one in result.fired if one.rule.key == "ice-falling-fast")
    assert [one.value for one in fast.before] == ["10"]
    assert [one.value for one in fast.answers] == ["8"]


def test_a_site_may_have_an_unanswered_question_count_as_amber_but_never_as_green():
    softer = replace(shipped_triage(), unanswered=Unanswered.AMBER)

    result = seen("TEMPERATURE ? home", rules=softer)

    assert result.colour is Colour.AMBER
    assert result.fired[0].is_unanswered


def test_what_was_not_asked_does_not_count():
    assert seen("").colour is Colour.GREEN


def test_two_ambers_on_one_topic_are_one():
    result = seen("ICE 9, HANDWRITING SHAKIER")

    assert len(result.fired) == 2
    assert result.colour is Colour.AMBER
