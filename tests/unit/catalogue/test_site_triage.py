"""What a site may change of the triage rules, and what is refused with which reason."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusion.catalogue.files import CatalogueFileRefused
from infusion.catalogue.toml_text import toml_of
from infusion.catalogue.triage import (
    shipped_triage,
    triage_at_site,
    triage_in_force,
)
from infusion.domain.evidence import Mark
from infusion.domain.triage import Colour, only_compared
from tests.factories import triage as written


def by_key(rules):
    return {one.key: one for one in rules.rules}


def test_the_shipped_rules_as_a_site_document_differ_in_name_and_mark_alone():
    found = triage_at_site(written.body(), 3)

    shipped = shipped_triage()
    assert found.version == f"{shipped.version}+site.3"
    assert [(one.key, one.when, one.trend, one.colour) for one in found.rules] == [
        (one.key, one.when, one.trend, one.colour) for one in shipped.rules
    ]
    fever = by_key(found)["fever"]
    # What no source gives is the site's; what a source gives stays that of the source.
    assert (fever.colour_fact.mark, fever.statement.mark) == (Mark.SITE, Mark.S)


def test_a_colour_a_time_and_a_sign_can_be_changed():
    body = written.coloured("fever-hidden", "RED")
    body["follow_up"] = written.hours("2")
    fever = written.rule(body, "fever")
    fever["when"] = [[{"code": "TEMPERATURE", "at_least": "37.5"}]]
    text = {"en": "Temperature of 37.5 C or more.", "zh": "体温 ≥37.5 °C。"}
    fever["rule"] = {"text": text, "mark": "I", "sources": []}

    found = triage_at_site(body, 1)

    assert found.follow_up.total_seconds() == 2 * 3600
    assert by_key(found)["fever-hidden"].colour == Colour.RED
    assert str(by_key(found)["fever"].when[0][0].at_least) == "37.5"


def refused(body) -> tuple[str, str]:
    with pytest.raises(CatalogueFileRefused) as caught:
        triage_at_site(body, 1)
    assert caught.value.reason.zh
    return caught.value.place, caught.value.reason.en


def fever_with(**changes):
    body = written.body()
    written.rule(body, "fever").update(changes)
    return body


def amber_of(value: str, unit: str = ""):
    row = {"value": value, "unit": unit, "mark": "I", "sources": []}
    return written.body(ambers_that_make_red=row)


def rising_within(mark: str):
    body = written.body()
    row = written.rule(body, "temperature-rising")
    row["trend"]["within_hours"] = {
        **written.hours("12"),
        "mark": mark,
        "sources": ["Mayo"],
    }
    return body


UNSOUND = [
    # What is changed no longer comes from the source of what it was.
    (
        "changed sign",
        fever_with(when=[[{"code": "TEMPERATURE", "at_least": "39"}]]),
        "rules.fever.rule",
        "carries the mark S",
    ),
    (
        "two at once",
        fever_with(
            when=[
                [
                    {"code": "TEMPERATURE", "at_least": "38"},
                    {"code": "CHILLS", "is": ["YES"]},
                ]
            ]
        ),
        "rules.fever.when[1]",
        "one answer at a time",
    ),
    (
        "changed hours",
        rising_within("S"),
        "rules.temperature-rising.trend.within_hours",
        "carries the mark S",
    ),
    (
        "unknown source",
        fever_with(
            colour={"value": "RED", "unit": "", "mark": "I", "sources": ["My book"]}
        ),
        "rules.fever.colour",
        "not in sources.toml",
    ),
    (
        "green",
        fever_with(colour={"value": "GREEN", "unit": "", "mark": "I", "sources": []}),
        "rules.fever.colour.value",
        "allowed: 'AMBER', 'RED'",
    ),
    (
        "unknown finding",
        fever_with(when=[[{"code": "MOOD", "is": ["YES"]}]]),
        "rules.fever.when[1]",
        "no kind of finding MOOD",
    ),
    ("half an amber", amber_of("0.5"), "ambers_that_make_red", "not a whole number"),
    ("no amber", amber_of("0"), "ambers_that_make_red", "above zero"),
    (
        "a week and more",
        written.body(follow_up=written.hours("200")),
        "follow_up",
        "at most 168",
    ),
    (
        "never green",
        written.body(
            unanswered={"value": "GREEN", "unit": "", "mark": "I", "sources": []}
        ),
        "unanswered",
        "never green",
    ),
    ("no rules", written.body(rules=[]), "rules", "at least 1"),
    ("another key", written.body(key="mine"), "key", "differs from the file name"),
    ("long version", written.body(version="1.0." + "9" * 20), "version", "at most 20"),
    (
        "strange sign",
        written.body(title={"en": "A\x00", "zh": "A"}),
        "rules",
        "U+0000",
    ),
]


@pytest.mark.parametrize(
    ("body", "place", "why"),
    [row[1:] for row in UNSOUND],
    ids=[row[0] for row in UNSOUND],
)
def test_what_is_not_sound_is_refused_by_its_field(body, place, why):
    found, reason = refused(body)

    assert (found, why in reason) == (place, True), reason


def test_of_a_document_of_an_older_version_the_sound_rules_go_on():
    body = fever_with(when=[[{"code": "OF_AN_OLDER_VERSION", "is": ["YES"]}]])
    written.rule(body, "chills")["colour"]["value"] = "AMBER"
    own = {**written.rule(written.body(), "chills"), "key": "own"}
    body["rules"].append({**own, "when": [[{"code": "CHILLS", "is": ["SOMETIMES"]}]]})

    found, left_out = triage_in_force(body, 2)

    assert left_out == ("fever", "own")
    rules = by_key(found)
    # The shipped rule counts in its place, unsigned; what held of the site's stays.
    assert rules["fever"].when == by_key(shipped_triage())["fever"].when
    assert rules["fever"].colour_fact.mark == Mark.I
    assert rules["chills"].colour == Colour.AMBER
    assert "own" not in rules


def test_a_head_that_no_longer_holds_is_that_of_the_shipped_rules():
    body = written.body(follow_up=written.hours("soon"))

    found, left_out = triage_in_force(body, 2)

    assert left_out == ("head",)
    assert found.follow_up == shipped_triage().follow_up
    assert len(found.rules) == len(shipped_triage().rules)


def test_what_a_site_edits_is_the_shipped_set_read_back_word_for_word():
    again = tomllib.loads(toml_of(written.body()))

    assert again == written.body()


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x7f")))
def test_any_text_comes_back_from_the_toml_as_it_was(text):
    body = {"title": {"en": text, "zh": ""}, "rules": [{"key": text, "when": [[]]}]}

    assert tomllib.loads(toml_of(body)) == body


@pytest.mark.parametrize(
    ("left_out", "trend", "code"),
    [
        (("tremor",), "tremor-new", "TREMOR"),
        (("fever",), "temperature-rising", "TEMPERATURE"),
    ],
)
def test_a_trend_stands_beside_a_rule_that_asks_for_the_same(left_out, trend, code):
    body = written.without(*left_out)

    with pytest.raises(CatalogueFileRefused) as caught:
        triage_at_site(body, 1, is_signed=False)

    assert caught.value.place == f"rules.{trend}.trend.code"
    assert code in caught.value.reason.en
    assert code in caught.value.reason.zh
    assert triage_at_site(written.without(*left_out, trend), 1, is_signed=False)
    # What two persons have signed is read as it stands.
    assert trend in by_key(triage_in_force(body, 1)[0])


def test_the_shipped_rules_compare_nothing_that_they_do_not_ask_for():
    assert only_compared(shipped_triage().rules) == ()
    assert triage_at_site(written.body(), 1, is_signed=False)
