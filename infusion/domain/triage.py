"""From the findings of a check-in to green, amber or red, with the rules that fired.

The rules are data a site signs. One amber asks for a follow-up within the site's time; a
red, or ambers on two topics, ask for a person now. A question that was asked and not
answered counts as if its rule had fired, or as amber where the site has said so; never as
green. Nothing here is a diagnosis, and nothing advises a drug.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from infusion.domain.courses import Text
from infusion.domain.evidence import Fact
from infusion.domain.findings import (
    Finding,
    Known,
    Span,
    When,
    codes_of,
    holds,
    known_from,
    worst_of,
)
from infusion.domain.findings_kinds import KINDS, Code
from infusion.domain.grading import Score
from infusion.domain.instants import keep_in_utc


class Colour(StrEnum):
    """How soon a person has to look. The order is that of the words below."""

    GREEN = "GREEN"
    AMBER = "AMBER"
    RED = "RED"


class Unanswered(StrEnum):
    """What a question counts as that was asked and not answered."""

    SAME = "SAME"
    AMBER = "AMBER"


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Worse than in an earlier check-in: a number by so much, a word at all."""

    code: Code
    within: dt.timedelta
    by: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What fires, on which topic, and how soon a person has to look then.

    ``statement`` is the sign with its source, ``colour_fact`` who says how urgent it is.
    """

    key: str
    topic: str
    colour: Colour
    colour_fact: Fact
    statement: Fact
    when: When = ()
    trend: Trend | None = None

    @property
    def codes(self) -> frozenset[Code]:
        """Return the kinds of findings it asks for."""
        return frozenset({self.trend.code}) if self.trend else codes_of(self.when)


@dataclass(frozen=True, kw_only=True)
class RuleSet:
    """The rules of a site in one version."""

    key: str
    version: str
    title: Text
    rules: tuple[Rule, ...]
    follow_up: dt.timedelta
    ambers_that_make_red: int
    unanswered: Unanswered = Unanswered.SAME


def only_compared(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Return the trends whose finding no other rule asks for.

    A trend says nothing without an earlier check-in: what was asked and not answered would
    be green there.
    """
    asked = frozenset(code for one in rules for code in codes_of(one.when))
    return tuple(one for one in rules if one.trend and one.trend.code not in asked)


@dataclass(frozen=True, kw_only=True)
class CheckIn:
    """What was found at one time."""

    at: dt.datetime
    findings: tuple[Finding, ...]

    def __post_init__(self) -> None:
        """Keep the instant in UTC.

        :raises NaiveTime: when it has no offset.
        """
        keep_in_utc(self, "at")


@dataclass(frozen=True, kw_only=True)
class Fired:
    """A rule that fired: the findings it read, in the words they were given in.

    ``is_unanswered`` says that it counts because nobody answered. ``before`` are the
    findings of the earlier check-in that a trend was compared with.
    """

    rule: Rule
    colour: Colour
    answers: tuple[Finding, ...]
    is_unanswered: bool = False
    before: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Triage:
    """The colour, why, and until when a person must have looked; None while green."""

    colour: Colour
    fired: tuple[Fired, ...]
    rules: str
    look_by: dt.datetime | None


def triage(
    rules: RuleSet,
    now_found: CheckIn,
    earlier: Sequence[CheckIn] = (),
    scores: Sequence[Score] = (),
) -> Triage:
    """Give a check-in its colour. The order of findings and check-ins does not matter."""
    reading = _Reading(check_in=now_found, scores=tuple(scores))
    before = [
        _Reading(check_in=one, scores=tuple(scores))
        for one in sorted(earlier, key=lambda one: one.at)
        if one.at < now_found.at
    ]
    return _triage(rules, now_found.at, tuple(_fired(rules, reading, before)))


def with_later(
    rules: RuleSet,
    found: Triage,
    check_in: CheckIn,
    later: Sequence[CheckIn],
    scores: Sequence[Score] = (),
) -> Triage:
    """Add what trends say of later check-ins that did not know of this one yet.

    Answers given without a network arrive after those of hours later: a fall between the
    two is found by whichever comes last.
    """
    only = replace(rules, rules=tuple(one for one in rules.rules if one.trend))
    known = {one.rule.key for one in found.fired}
    since: dict[str, Fired] = {}
    for one in sorted(later, key=lambda one: one.at):
        for fired in triage(only, one, [check_in], scores).fired:
            if fired.rule.key not in known and not fired.is_unanswered:
                since.setdefault(fired.rule.key, fired)
    return _triage(rules, check_in.at, (*found.fired, *since.values()))


def _triage(rules: RuleSet, at: dt.datetime, fired: tuple[Fired, ...]) -> Triage:
    colour = _colour(rules, fired)
    spans = {Colour.AMBER: rules.follow_up, Colour.RED: dt.timedelta(0)}
    span = spans.get(colour)
    return Triage(
        colour=colour,
        fired=fired,
        rules=f"{rules.key} {rules.version}",
        look_by=None if span is None else at + span,
    )


def _colour(rules: RuleSet, fired: Iterable[Fired]) -> Colour:
    listed = list(fired)
    if any(one.colour == Colour.RED for one in listed):
        return Colour.RED
    topics = {one.rule.topic for one in listed}
    if len(topics) >= rules.ambers_that_make_red:
        return Colour.RED
    return Colour.AMBER if topics else Colour.GREEN


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """A check-in as the rules read it."""

    check_in: CheckIn
    scores: tuple[Score, ...]

    @cached_property
    def unanswered(self) -> frozenset[Code]:
        """Return what was asked and has no answer, the sums of such items included."""
        worst = worst_of(self.check_in.findings)
        codes = {code for code, one in worst.items() if one.value is None}
        sums = {
            score.code
            for score in self.scores
            if any(item.code in codes for item in score.items)
        }
        return frozenset(codes | (sums - self._direct))

    @property
    def _direct(self) -> frozenset[Code]:
        return frozenset(known_from(self.check_in.findings))

    @cached_property
    def known(self) -> Known:
        """Return what is known. Items of a sum that were never asked count as right."""
        found = dict(known_from(self.check_in.findings))
        for score in self.scores:
            span = score.span(found)
            if span is not None:
                is_open = score.code in self.unanswered
                found[score.code] = span if is_open else _best(score.code, span)
        return found

    def behind(self, codes: Iterable[Code]) -> tuple[Finding, ...]:
        """Return the findings a rule has read, items of a sum included."""
        wanted = set(codes)
        for score in self.scores:
            if score.code in wanted:
                wanted |= {item.code for item in score.items}
        worst = worst_of(self.check_in.findings)
        return tuple(worst[code] for code in Code if code in wanted & set(worst))


def _best(code: Code, span: Span) -> Span:
    end = span.high if KINDS[code].lower_is_worse else span.low
    return Span(low=end, high=end)


def _fired(
    rules: RuleSet, reading: _Reading, before: Sequence[_Reading]
) -> Iterator[Fired]:
    known, unanswered = reading.known, reading.unanswered
    for rule in rules.rules:
        answer, other = _answer(rule, reading, known, before)
        is_open = answer is None and bool(rule.codes & unanswered)
        if not (answer or is_open):
            continue
        softer = is_open and rules.unanswered == Unanswered.AMBER
        yield Fired(
            rule=rule,
            colour=Colour.AMBER if softer else rule.colour,
            answers=reading.behind(rule.codes),
            is_unanswered=is_open,
            before=other.behind(rule.codes) if other else (),
        )


def _answer(
    rule: Rule, reading: _Reading, known: Known, before: Sequence[_Reading]
) -> tuple[bool | None, _Reading | None]:
    """Say whether a rule fires, and with which earlier check-in that was compared."""
    if rule.trend is None:
        return _holds_of_asked(rule.when, known, reading.unanswered), None
    trend, least = rule.trend, reading.check_in.at - rule.trend.within
    answers = [
        (_is_worse(trend, known, one.known), one)
        for one in before
        if one.check_in.at >= least and trend.code in one.known
    ]
    for wanted in (True, None):
        for answer, one in answers:
            if answer is wanted:
                return answer, one
    return False, None


def _holds_of_asked(
    when: When, known: Known, unanswered: frozenset[Code]
) -> bool | None:
    """Say whether any of the ways holds that was asked; what was not does not count."""
    asked = known.keys() | unanswered
    ways = tuple(way for way in when if codes_of((way,)) <= asked)
    return holds(ways, known) if ways or not when else False


def _is_worse(trend: Trend, known: Known, earlier: Known) -> bool | None:
    now_, then = known.get(trend.code), earlier.get(trend.code)
    kind = KINDS[trend.code]
    if now_ is None or then is None:
        return None
    if isinstance(now_, str) or isinstance(then, str):
        return kind.words.index(str(now_)) > kind.words.index(str(then))
    by = trend.by or Decimal(0)
    if kind.lower_is_worse:
        least, most = then.low - now_.high, then.high - now_.low
    else:
        least, most = now_.low - then.high, now_.high - then.low
    return True if least >= by else (None if most >= by else False)
