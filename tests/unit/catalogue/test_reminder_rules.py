"""What a site may change of its reminders, and what is refused with which reason."""

import copy

import pytest

from infusion.catalogue import (
    reminder_rules,
    reminders_in_force,
    reminders_with,
    shipped_reminders,
)
from infusion.catalogue.files import CatalogueFileRefused
from infusion.catalogue.policies import site_policy
from infusion.domain.messages import NOTICE_RULES
from infusion.domain.reminders.events import EVENTS
from infusion.domain.reminders.texts import MOST_PARTS, flaws_of, parts_of
from patients.domain.contacts import SENDABLE

RULE = {
    "key": "bag_change_12h",
    "event": "BAG_CHANGE",
    "offset": {"value": "-720", "unit": "min", "mark": "I", "sources": []},
    "expires_minutes": -60,
    "to": ["nurse"],
    "title": {"en": "Bag change at $time", "zh": "$time换袋"},
    "body": {"en": "Bag change:\n\n  $when", "zh": "换袋：\n\n  $when"},
    "short": {"en": "bag change $short_when.", "zh": "换袋：$short_when。"},
}


def changed(**changes: object) -> dict[str, object]:
    return {**copy.deepcopy(RULE), **changes}


def offset(minutes: str, unit: str = "min") -> dict[str, object]:
    return {"value": minutes, "unit": unit, "mark": "I", "sources": []}


def refused(*rules: object, **more: object) -> CatalogueFileRefused:
    with pytest.raises(CatalogueFileRefused) as caught:
        reminders_with({"rules": list(rules), **more})
    assert caught.value.reason.en
    assert caught.value.reason.zh
    return caught.value


def by_key(body: dict[str, object]):
    return {one.rule.key: one for one in reminders_with(body)}


def test_a_rule_of_a_site_is_added_and_the_shipped_ones_stay():
    found = by_key({"rules": [RULE]})

    assert found["bag_change_12h"].rule.offset_minutes == -720
    assert set(found) == {one.rule.key for one in shipped_reminders()} | {
        "bag_change_12h"
    }


def test_a_rule_of_the_same_key_takes_the_place_of_the_shipped_one():
    found = by_key({"rules": [changed(key="bag_change_24h")]})

    assert found["bag_change_24h"].rule.offset_minutes == -720
    assert len(found) == len(shipped_reminders())


def test_a_rule_is_switched_off_by_its_key():
    rules = reminders_with({"off": ["bag_change_24h"]})

    kept = {one.key for one in reminder_rules(site_policy({}), rules)}
    assert "bag_change_24h" not in kept
    assert "bag_change_2h" in kept


def test_the_overdue_time_of_the_site_moves_the_expiry_with_it():
    policy = site_policy({"overdue_after_minutes": {"value": "30", "signed_by": "x"}})

    found = {one.key: one for one in reminder_rules(policy)}

    late = found["bag_change_overdue"]
    assert (late.offset_minutes, late.expires_minutes) == (30, 1470)


@pytest.mark.parametrize(
    ("rule", "place", "word"),
    [
        (changed(event="PARTY"), "event", "allowed"),
        (changed(event="ALERT"), "event", "allowed"),
        (changed(channels=["PIGEON"]), "channels[1]", "allowed"),
        (changed(to=["dog"]), "to[1]", "allowed"),
        (changed(to=[]), "to", "at least"),
        (changed(when={"moon": ["FULL"]}), "when", "unknown"),
        (changed(when={"place": ["MOON"]}), "when.place[1]", "allowed"),
        (changed(urgency="very"), "urgency", "allowed"),
        (changed(offset=offset("-60")), "expires_minutes", "never leave"),
        (changed(expires_minutes=-720), "expires_minutes", "never leave"),
        (changed(expires_minutes=5), "expires_minutes", "after the event"),
        (changed(offset=offset("-1.5")), "offset", "whole minutes"),
        (changed(offset=offset("-12", "h")), "offset", "whole minutes"),
        (changed(policy="home_hours"), "policy", "no site value"),
        (
            changed(event="DELIVERY", offset=offset("10"), expires_minutes=20),
            "offset",
            "only reminders before",
        ),
        (
            changed(event="PUMP_STOPPED"),
            "offset",
            "only known once it has happened",
        ),
        (changed(title={"en": "Bag change"}), "title", "both languages"),
        (changed(title={"en": "Bag", "zh": " "}), "title.zh", "empty"),
        (
            changed(body={"en": "For $name: $when", "zh": "$when"}),
            "body.en",
            "$name",
        ),
        (changed(body={"en": "$when", "zh": "换袋"}), "body.zh", "lacks $when"),
        (
            changed(short={"en": "soon", "zh": "$short_when"}),
            "short.en",
            "lacks $short_when",
        ),
        (
            changed(short={"en": "$short_when " + "x" * 400, "zh": "$short_when"}),
            "short.en",
            "at most 3",
        ),
        # A mail with a line break in its subject is never sent.
        (changed(title={"en": "Bag\nBcc: x", "zh": "换袋"}), "title.en", "one line"),
        # A bag is nobody's visit: the rule would never speak.
        (changed(when={"visit": ["DISCONNECT"]}), "when.visit", "BAG_CHANGE"),
        (
            changed(event="DRESSING_CHANGE", when={"cycle": ["FIRST"]}),
            "when.cycle",
            "DRESSING_CHANGE",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_rule_that_is_not_sound_is_refused_by_its_field(rule, place, word):
    found = refused(rule)

    assert found.place == f"rules.bag_change_12h.{place}"
    assert word in found.reason.en


def test_two_rules_that_say_the_same_are_refused():
    found = refused(RULE, changed(key="again"))

    assert found.place == "rules.again.event"
    assert "bag_change_12h" in found.reason.en


@pytest.mark.parametrize("notice", sorted(NOTICE_RULES))
def test_a_rule_may_not_take_the_name_of_a_notice(notice):
    found = refused(changed(key=notice))

    assert found.place == f"rules.{notice}.key"
    assert "notice" in found.reason.en


def test_of_a_document_that_has_become_unsound_the_rest_still_counts():
    strange = changed(key="of_old", event="NO_LONGER_KNOWN")
    twin = changed(key="twin")
    body = {"rules": [strange, RULE, twin], "off": ["gone", "bag_change_24h"]}

    found, left_out = reminders_in_force(body)

    rules = {one.rule.key: one for one in found}
    assert rules["bag_change_12h"].rule.offset_minutes == -720
    assert rules["bag_change_24h"].is_on is False
    assert rules["bag_change_2h"].is_on is True
    assert {"of_old", "twin"}.isdisjoint(rules)
    assert left_out == ("of_old", "twin", "gone")


@pytest.mark.parametrize("body", [{}, {"rules": [RULE], "off": ["bag_change_2h"]}])
def test_of_a_sound_document_nothing_is_left_out(body):
    assert reminders_in_force(body) == (reminders_with(body), ())


def test_two_rules_of_one_key_are_refused():
    assert "twice" in refused(RULE, RULE).reason.en


def test_what_nobody_knows_is_not_switched_off():
    assert refused(off=["no_such_rule"]).place == "off"


@pytest.mark.parametrize(
    "strange", ["\x00", "\ud800", "\x1b"], ids=["nul", "surrogate", "escape"]
)
@pytest.mark.parametrize("part", ["title", "body", "short"])
def test_what_no_table_and_no_channel_takes_is_refused(part, strange):
    text = {"en": f"{strange} $when $short_when $time", "zh": "x"}

    assert "sign" in refused(changed(**{part: text})).reason.en


def test_a_note_that_no_table_takes_is_refused():
    noted = {**offset("-720"), "note": {"en": "a\x00", "zh": "x"}}

    assert "sign" in refused(changed(offset=noted)).reason.en


def test_a_document_says_nothing_else():
    assert "colour" in refused(colour="blue").reason.en


def test_every_event_that_rules_may_speak_of_has_a_shipped_rule():
    spoken = {one.rule.event for one in shipped_reminders()}

    assert spoken == {event for event, spec in EVENTS.items() if not spec.is_notice}


@pytest.mark.parametrize("shipped", shipped_reminders(), ids=lambda one: one.rule.key)
def test_a_shipped_text_is_sound_and_fits_a_text_message(shipped):
    assert list(flaws_of(shipped.text)) == []
    longest = max(
        parts_of(shipped.text.short.en, "en"), parts_of(shipped.text.short.zh, "zh")
    )
    assert longest <= MOST_PARTS


@pytest.mark.parametrize("channel", SENDABLE)
def test_every_channel_may_be_named_in_a_rule(channel):
    found = by_key({"rules": [changed(channels=[channel])]})

    assert found["bag_change_12h"].rule.channels == (channel,)
