"""A phone that has no network never shows less than the rules would make of it."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infusion.catalogue.questionnaires import shipped_questionnaires
from infusion.catalogue.scales import shipped_scale
from infusion.catalogue.triage import shipped_triage
from infusion.domain.findings import Source
from infusion.domain.questionnaires import Answers, Audience, Form, findings_of
from infusion.domain.signs import signs_of
from infusion.domain.toxicity import Scale
from infusion.domain.triage import CheckIn, Colour, Unanswered, triage
from tests.spec.world import START

ORDER = list(Colour)
FORMS = {
    key: form
    for key, form in shipped_questionnaires().items()
    if form.audiences != {Audience.NURSE}
}
SCORES = [score for scale in Scale for score in shipped_scale(scale).scores]


@st.composite
def answered(draw, key):
    """Draw answers to a form: often good ones, some left out, some not known."""
    values, form = {}, FORMS[key]
    for one in form.questions:
        if one not in form.asked(values):
            continue
        if one.form == Form.CHOICE:
            keys = [option.key for option in one.options]
            found = draw(st.sampled_from([None, *[keys[0]] * 8, *keys]))
        elif one.form == Form.NUMBER:
            found = draw(st.sampled_from([None, "36.6", "37.9", "38", "38.0", "40.5"]))
        else:
            found = None
        if found is not None:
            values[one.key] = found
    return values


def at_once(signs, asked, values):
    """Read the signs as a phone reads them; board/static/board/signs.js does the same."""
    fired = [*_single(signs, asked, values), *_sums(signs, asked, values)]
    if any(colour == Colour.RED for _topic, colour in fired):
        return Colour.RED
    topics = {topic for topic, _colour in fired}
    if len(topics) >= signs.ambers_that_make_red:
        return Colour.RED
    return Colour.AMBER if topics else Colour.GREEN


def _is_unknown(question, value):
    known = {one.key for one in question.options if one.value is not None}
    return value is None or (bool(question.options) and value not in known)


def _within(one, low, high):
    return not (
        (one.at_least is not None and high < one.at_least)
        or (one.above is not None and high <= one.above)
        or (one.at_most is not None and low > one.at_most)
        or (one.below is not None and low >= one.below)
    )


def _single(signs, asked, values):
    for one in signs.signs:
        if one.question not in asked:
            continue
        value = values.get(one.question)
        if _is_unknown(asked[one.question], value):
            yield one.rule.topic, one.unknown
        elif value in one.answers or any(
            _within(each, Decimal(value), Decimal(value)) for each in one.limits
        ):
            yield one.rule.topic, one.rule.colour


def _sums(signs, asked, values):
    for one in signs.sums:
        parts = [(each, asked.get(each.question)) for each in one.parts]
        is_open = any(q and _is_unknown(q, values.get(q.key)) for _part, q in parts)
        low, high = (Decimal(0) if is_open else one.elsewhere), one.elsewhere
        for part, question in parts:
            points = dict(part.points).get(values.get(part.question) or "")
            if question and points is not None:
                low, high = low + points, high + points
            else:
                low, high = low + (0 if is_open else part.most), high + part.most
        fires = any(_within(each, low, high) for each in one.limits)
        if (
            parts
            and any(q for _part, q in parts)
            and (fires if one.limits else is_open)
        ):
            # Whatever was left out, the sum lies within the limits.
            is_sure = any(
                _within(each, low, low) and _within(each, high, high)
                for each in one.limits
            )
            unsure = is_open and not is_sure
            yield one.rule.topic, one.unknown if unsure else one.rule.colour


@st.composite
def of_a_site(draw):
    """Draw rules as a site may write them: other colours, other limits, fewer, merged."""
    shipped = shipped_triage()
    kept = []
    for one in shipped.rules:
        colour = draw(st.sampled_from([Colour.AMBER, Colour.RED]))
        when = [tuple(_other(draw, ask) for ask in way) for way in one.when]
        others = [each.when for each in shipped.rules if each.when]
        if one.when and draw(st.booleans()):
            # One finding or another is enough.
            when += draw(st.sampled_from(others))
        if draw(st.integers(0, 3)):
            kept.append(replace(one, colour=colour, when=tuple(when)))
    return replace(
        shipped,
        rules=tuple(kept),
        ambers_that_make_red=draw(st.integers(1, 4)),
        unanswered=draw(st.sampled_from(Unanswered)),
    )


def _other(draw, ask):
    if ask.words or ask.below_code:
        return ask
    moved = draw(st.sampled_from(["-1", "-0.5", "0", "0.4", "1"]))
    ends = {
        name: getattr(ask, name) + Decimal(moved)
        for name in ("at_least", "above", "at_most", "below")
        if getattr(ask, name) is not None
    }
    return replace(ask, **ends)


RULES = st.one_of(st.just(shipped_triage()), of_a_site())


@pytest.mark.parametrize("key", sorted(FORMS))
@settings(max_examples=60, deadline=None)
@given(data=st.data(), rules=RULES)
def test_a_phone_says_what_the_rules_say_without_trends(key, data, rules):
    form = FORMS[key]
    rules = replace(rules, rules=tuple(one for one in rules.rules if one.trend is None))
    values = data.draw(answered(key))
    given_ = Answers(form=form.name, by=Source.CAREGIVER, given_at=START, values=values)
    findings = findings_of(form, given_, START + dt.timedelta(minutes=1))
    asked = {one.key: one for one in form.asked(values)}

    shown = at_once(signs_of([form], rules, SCORES), asked, values)

    made = triage(rules, CheckIn(at=START, findings=findings), scores=SCORES).colour
    assert ORDER.index(shown) >= ORDER.index(made)
    assert shown == made


def test_every_rule_that_asks_a_home_is_a_sign():
    rules = shipped_triage()
    asked = {one.code for form in FORMS.values() for one in form.questions}
    sums = {s.code for s in SCORES if {item.code for item in s.items} & asked}
    wanted = {
        rule.key
        for rule in rules.rules
        if rule.trend is None and rule.codes & (asked | sums)
    }

    found = signs_of(list(FORMS.values()), rules, SCORES)

    named = {one.rule.key for one in (*found.signs, *found.sums)}
    assert named == wanted


def test_a_fever_and_a_choice_have_their_signs():
    found = signs_of([FORMS["daily-adult"]], shipped_triage(), SCORES)
    signs = {(one.question, one.rule.key): one for one in found.signs}

    assert signs["temperature", "fever"].limits[0].at_least == Decimal(38)
    assert signs["chills", "chills"].answers == ("YES",)
    assert signs["chills", "chills"].unknown == Colour.RED
