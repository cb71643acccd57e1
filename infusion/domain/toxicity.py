"""Which rules of a table apply to a toxicity, which facts are missing, what is offered.

Nothing here is applied by itself: a physician decides, and who departs from what is
offered says why. A cell that no source shows is a hole: it offers nothing. Numbers come
from the catalogue (label fact sheet sections 7 and 8), not from here.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from infusion.domain.clock import SAME_CYCLE_UP_TO
from infusion.domain.courses import Text
from infusion.domain.events import AdverseEvent
from infusion.domain.evidence import Fact
from infusion.domain.instants import keep_in_utc
from infusion.domain.refusals import Refusal

DAY = dt.timedelta(days=1)
GRADES = range(1, 5)
# No row of the label lets an infusion go on as before from this grade on (section 8.1).
SEVERE_FROM = 3


class ToxicityEvent(StrEnum):
    """What the patient suffers from."""

    CRS = "CRS"
    NEUROTOXICITY = "NEUROTOXICITY"
    ICANS = "ICANS"
    SEIZURE = "SEIZURE"
    LIVER = "LIVER"
    NEUTROPENIA = "NEUTROPENIA"
    PANCREATITIS = "PANCREATITIS"
    TUMOUR_LYSIS = "TUMOUR_LYSIS"
    INFECTION = "INFECTION"
    OTHER = "OTHER"


class Scale(StrEnum):
    """By which scale a grade was given; the same number means another thing on each."""

    ASTCT = "ASTCT"
    CTCAE_5 = "CTCAE_5"
    CTCAE_6 = "CTCAE_6"


class Action(StrEnum):
    """What a rule asks for."""

    STOP = "STOP"
    HOLD = "HOLD"
    INTERRUPT = "INTERRUPT"
    EVALUATE = "EVALUATE"
    CONSIDER_STOP = "CONSIDER_STOP"


class Choice(StrEnum):
    """What a physician may decide."""

    CONTINUE = "CONTINUE"
    INTERRUPT = "INTERRUPT"
    HOLD_ON = "HOLD_ON"
    RESTART_LOW = "RESTART_LOW"
    STOP = "STOP"


class StopReason(StrEnum):
    """When a rule asks to stop for good."""

    AT_LOW_LEVEL = "AT_LOW_LEVEL"
    LASTS_LONGER = "LASTS_LONGER"
    MORE_SEIZURES = "MORE_SEIZURES"


class Verdict(StrEnum):
    """What can be said from the table and the facts."""

    RULE = "RULE"
    CANNOT_ASSESS = "CANNOT_ASSESS"
    NO_RULE = "NO_RULE"
    # The rule's own limit is not passed: it asks for nothing.
    NOT_MET = "NOT_MET"


class Missing(StrEnum):
    """A fact without which a rule can't be read."""

    GRADE = "GRADE"
    GRADE_NOW = "GRADE_NOW"
    SETTLED_AT = "SETTLED_AT"
    SEIZURES = "SEIZURES"
    LEVEL = "LEVEL"
    TRANSAMINASES_X_ULN = "TRANSAMINASES_X_ULN"
    BILIRUBIN_X_ULN = "BILIRUBIN_X_ULN"


class ToxicityFactsNotSane(Refusal):
    """What was said of a toxicity contradicts itself."""

    code = "toxicity_facts_not_sane"


# Under which adverse event a hold is recorded.
ADVERSE_EVENTS: Mapping[ToxicityEvent, AdverseEvent] = {
    ToxicityEvent.CRS: AdverseEvent.CRS,
    ToxicityEvent.NEUROTOXICITY: AdverseEvent.NEUROTOXICITY,
    ToxicityEvent.ICANS: AdverseEvent.NEUROTOXICITY,
    ToxicityEvent.SEIZURE: AdverseEvent.SEIZURE,
    ToxicityEvent.LIVER: AdverseEvent.LIVER,
    ToxicityEvent.INFECTION: AdverseEvent.INFECTION,
}


@dataclass(frozen=True, kw_only=True)
class StopWhen:
    """A condition under which a rule asks to stop for good, with its limit."""

    reason: StopReason
    limit: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """A laboratory limit from which a rule applies, in multiples of normal."""

    fact: Missing
    above: Decimal


@dataclass(frozen=True, kw_only=True)
class ToxicityRule:
    """One row of a table. ``is_hole`` stands for a cell that was not visible.

    ``settled_grade`` is the grade at or under which a hold may end, ``held_for`` how long
    it lasts at least.
    """

    key: str
    events: frozenset[ToxicityEvent]
    grades: frozenset[int]
    statement: Fact
    from_kg: Decimal | None = None
    below_kg: Decimal | None = None
    action: Action | None = None
    treatment: Fact | None = None
    settled_grade: int | None = None
    held_for: dt.timedelta | None = None
    restarts_low: bool = False
    full_after: dt.timedelta | None = None
    stop_when: tuple[StopWhen, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    note: Text | None = None

    @property
    def is_hole(self) -> bool:
        """Say whether no source shows what to do."""
        return self.action is None


@dataclass(frozen=True, kw_only=True)
class ToxicityFacts:
    """What is known when a physician looks. None is not known.

    ``level`` is the dose level at the onset, ``low_level`` what the regimen calls its low
    one. ``settled_at`` is since when the grade is at or below the one the rule asks for.
    """

    event: ToxicityEvent
    onset_at: dt.datetime
    now: dt.datetime
    weight_kg: Decimal
    grade: int | None = None
    scale: Scale | None = None
    level: str | None = None
    low_level: str | None = None
    grade_now: int | None = None
    settled_at: dt.datetime | None = None
    stopped_since: dt.datetime | None = None
    seizures: int | None = None
    multiples: Mapping[Missing, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what can't be, and keep instants in UTC.

        :raises ToxicityFactsNotSane: when it began or settled after now, settled before
            it began, a grade came without its scale, or it is now above the highest.
        :raises NaiveTime: when an instant has no offset.
        """
        keep_in_utc(self, "onset_at", "now", "settled_at", "stopped_since")
        if self.onset_at > self.now:
            raise ToxicityFactsNotSane(field="onset_at")
        settled = self.settled_at
        if settled is not None and not self.onset_at <= settled <= self.now:
            raise ToxicityFactsNotSane(field="settled_at")
        if self.grade is not None and self.scale is None:
            raise ToxicityFactsNotSane(field="scale")
        if self.grade is not None and self.grade not in GRADES:
            raise ToxicityFactsNotSane(field="grade")
        # The rule that is read is that of the highest grade.
        if (self.grade_now or 0) > (self.grade or self.grade_now or 0):
            raise ToxicityFactsNotSane(field="grade_now")


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """What the table says: rules shown, what is missing, what is offered."""

    verdict: Verdict
    rules: tuple[ToxicityRule, ...]
    missing: tuple[Missing, ...] = ()
    offered: tuple[Choice, ...] = ()
    # A hold can't end before; None when no rule says so or it is not known.
    hold_until: dt.datetime | None = None
    needs_new_cycle: bool = False

    def departs(self, choice: Choice) -> bool:
        """Say whether a choice is none that a rule offers: then a reason is asked."""
        return choice not in self.offered


def assess(rules: Sequence[ToxicityRule], facts: ToxicityFacts) -> Assessment:
    """Say what the rules of a table offer, or why they can't."""
    of_event = [one for one in rules if facts.event in one.events]
    if facts.grade is None and any(one.grades for one in of_event):
        return _unsure(of_event, (Missing.GRADE,))
    found = [one for one in of_event if _applies(one, facts)]
    if not found or any(one.is_hole for one in found):
        return Assessment(verdict=Verdict.NO_RULE, rules=tuple(found))
    return _less_going_on(_read(found[0], tuple(found), facts), facts)


def _less_going_on(found: Assessment, facts: ToxicityFacts) -> Assessment:
    """Offer to go on as before only below the severe grades; else it needs a reason."""
    is_mild = facts.grade is None or facts.grade < SEVERE_FROM
    kept = (one for one in found.offered if is_mild or one != Choice.CONTINUE)
    return replace(found, offered=tuple(kept))


def _unsure(rules: Sequence[ToxicityRule], missing: tuple[Missing, ...]) -> Assessment:
    return Assessment(
        verdict=Verdict.CANNOT_ASSESS, rules=tuple(rules), missing=missing
    )


def _applies(rule: ToxicityRule, facts: ToxicityFacts) -> bool:
    if rule.grades and facts.grade not in rule.grades:
        return False
    if rule.from_kg is not None and facts.weight_kg < rule.from_kg:
        return False
    return rule.below_kg is None or facts.weight_kg < rule.below_kg


def _read(
    rule: ToxicityRule, shown: tuple[ToxicityRule, ...], facts: ToxicityFacts
) -> Assessment:
    missing = tuple(dict.fromkeys(_unknown(rule, facts)))
    if any(_stops(rule, one, facts) for one in rule.stop_when):
        return Assessment(verdict=Verdict.RULE, rules=shown, offered=(Choice.STOP,))
    triggered = _triggered(rule, facts)
    if triggered is None:
        return _unsure(shown, missing)
    if not triggered:
        return Assessment(
            verdict=Verdict.NOT_MET, rules=shown, offered=(Choice.CONTINUE,)
        )
    if rule.action != Action.HOLD:
        return _at_once(rule, shown, facts, missing)
    return _holding(rule, shown, facts, missing)


# What is offered of a rule that does not hold until something: running, and stopped.
_OFFERED: Mapping[Action, tuple[tuple[Choice, ...], tuple[Choice, ...]]] = {
    Action.STOP: ((Choice.STOP,), (Choice.STOP,)),
    Action.INTERRUPT: ((Choice.INTERRUPT,), (Choice.HOLD_ON,)),
    Action.EVALUATE: ((Choice.CONTINUE, Choice.INTERRUPT), (Choice.HOLD_ON,)),
    Action.CONSIDER_STOP: (
        (Choice.INTERRUPT, Choice.STOP),
        (Choice.HOLD_ON, Choice.STOP),
    ),
}


def _at_once(
    rule: ToxicityRule,
    shown: tuple[ToxicityRule, ...],
    facts: ToxicityFacts,
    missing: tuple[Missing, ...],
) -> Assessment:
    if missing and rule.action != Action.STOP:
        return _unsure(shown, missing)
    action = rule.action or Action.EVALUATE
    offered = _OFFERED[action][facts.stopped_since is not None]
    return Assessment(verdict=Verdict.RULE, rules=shown, offered=offered)


def _holding(
    rule: ToxicityRule,
    shown: tuple[ToxicityRule, ...],
    facts: ToxicityFacts,
    missing: tuple[Missing, ...],
) -> Assessment:
    """Read a rule that holds until the toxicity has settled."""
    if facts.stopped_since is None:
        # Stopping is right whatever else is not known.
        return Assessment(
            verdict=Verdict.RULE,
            rules=shown,
            offered=(Choice.INTERRUPT,),
            missing=missing,
        )
    earliest = _earliest(rule, facts)
    if missing:
        return Assessment(
            verdict=Verdict.CANNOT_ASSESS,
            rules=shown,
            offered=(Choice.HOLD_ON,),
            missing=missing,
            hold_until=earliest,
        )
    over = _is_settled(rule, facts) and (earliest is None or facts.now >= earliest)
    too_long = facts.now - facts.stopped_since > SAME_CYCLE_UP_TO
    may_restart = over and rule.restarts_low and not too_long
    return Assessment(
        verdict=Verdict.RULE,
        rules=shown,
        offered=(Choice.RESTART_LOW,) if may_restart else (Choice.HOLD_ON,),
        hold_until=earliest,
        needs_new_cycle=too_long,
    )


def _earliest(rule: ToxicityRule, facts: ToxicityFacts) -> dt.datetime | None:
    """Return before when a hold can't end: the days it lasts at least."""
    if rule.held_for is None or facts.stopped_since is None:
        return None
    return facts.stopped_since + rule.held_for


def _is_settled(rule: ToxicityRule, facts: ToxicityFacts) -> bool:
    limit = rule.settled_grade
    return limit is None or (facts.grade_now is not None and facts.grade_now <= limit)


def _unknown(rule: ToxicityRule, facts: ToxicityFacts) -> Iterator[Missing]:
    reasons = {one.reason for one in rule.stop_when}
    if StopReason.AT_LOW_LEVEL in reasons and facts.level is None:
        yield Missing.LEVEL
    if StopReason.MORE_SEIZURES in reasons and facts.seizures is None:
        yield Missing.SEIZURES
    if _triggered(rule, facts) is None:
        unknown = (one.fact for one in rule.triggers)
        yield from (one for one in unknown if one not in facts.multiples)
    if rule.settled_grade is not None and facts.stopped_since is not None:
        yield from _unsettled(rule, facts)


def _unsettled(rule: ToxicityRule, facts: ToxicityFacts) -> Iterator[Missing]:
    if facts.grade_now is None:
        yield Missing.GRADE_NOW
    elif _is_settled(rule, facts) and facts.settled_at is None:
        yield Missing.SETTLED_AT


def _stops(rule: ToxicityRule, condition: StopWhen, facts: ToxicityFacts) -> bool:
    """Say whether a condition to stop for good is known to hold."""
    if condition.reason == StopReason.AT_LOW_LEVEL:
        return facts.level is not None and facts.level == facts.low_level
    limit = condition.limit or Decimal(0)
    if condition.reason == StopReason.MORE_SEIZURES:
        return facts.seizures is not None and facts.seizures > limit
    lasted = _lasted(rule, facts)
    return lasted is not None and lasted > DAY * float(limit)


def _lasted(rule: ToxicityRule, facts: ToxicityFacts) -> dt.timedelta | None:
    """Return for how long the toxicity went on, or None when nobody said."""
    if facts.grade_now is None:
        return None
    if not _is_settled(rule, facts):
        return facts.now - facts.onset_at
    return facts.settled_at - facts.onset_at if facts.settled_at else None


def _triggered(rule: ToxicityRule, facts: ToxicityFacts) -> bool | None:
    """Say whether any limit is passed; None when it is not known."""
    if not rule.triggers:
        return True
    known = [
        facts.multiples[one.fact] > one.above
        for one in rule.triggers
        if one.fact in facts.multiples
    ]
    if any(known):
        return True
    return False if len(known) == len(rule.triggers) else None
