"""What one set of triage rules has other than another, for whoever is to sign it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from infusion.domain.courses import Text
from infusion.domain.triage import Colour, Rule, RuleSet, Unanswered


class RuleChangeKind(StrEnum):
    """What is other."""

    LEFT_OUT = "LEFT_OUT"
    ADDED = "ADDED"
    COLOUR = "COLOUR"
    SIGN = "SIGN"
    TOPIC = "TOPIC"
    FOLLOW_UP = "FOLLOW_UP"
    AMBERS = "AMBERS"
    UNANSWERED = "UNANSWERED"


@dataclass(frozen=True, kw_only=True)
class RuleChange:
    """One difference; ``is_softer`` when it can only make a person be called less.

    Of another sign nobody can say that from the words alone: the replay shows it.
    """

    kind: RuleChangeKind
    key: str = ""
    text: Text | None = None
    # Of another sign: what it asked, and what it asks.
    old: Rule | None = None
    new: Rule | None = None
    before: str = ""
    after: str = ""
    is_softer: bool = False


def changes_between(before: RuleSet, after: RuleSet) -> tuple[RuleChange, ...]:
    """Return the differences, those that call a person less first."""
    found = [*_head(before, after), *_rules(before, after)]
    return tuple(sorted(found, key=lambda one: not one.is_softer))


def _head(before: RuleSet, after: RuleSet) -> Iterator[RuleChange]:
    if before.follow_up != after.follow_up:
        yield RuleChange(
            kind=RuleChangeKind.FOLLOW_UP,
            before=f"{before.follow_up.total_seconds() / 3600:g}",
            after=f"{after.follow_up.total_seconds() / 3600:g}",
            is_softer=after.follow_up > before.follow_up,
        )
    if before.ambers_that_make_red != after.ambers_that_make_red:
        yield RuleChange(
            kind=RuleChangeKind.AMBERS,
            before=str(before.ambers_that_make_red),
            after=str(after.ambers_that_make_red),
            is_softer=after.ambers_that_make_red > before.ambers_that_make_red,
        )
    if before.unanswered != after.unanswered:
        yield RuleChange(
            kind=RuleChangeKind.UNANSWERED,
            before=before.unanswered,
            after=after.unanswered,
            is_softer=after.unanswered == Unanswered.AMBER,
        )


def _rules(before: RuleSet, after: RuleSet) -> Iterator[RuleChange]:
    old = {one.key: one for one in before.rules}
    new = {one.key: one for one in after.rules}
    for key, rule in old.items():
        if key not in new:
            yield _of(RuleChangeKind.LEFT_OUT, rule, before=rule.colour, softer=True)
    for key, rule in new.items():
        if key not in old:
            yield _of(RuleChangeKind.ADDED, rule, after=rule.colour)
        else:
            yield from _between(old[key], rule)


def _between(old: Rule, new: Rule) -> Iterator[RuleChange]:
    if old.colour != new.colour:
        yield _of(
            RuleChangeKind.COLOUR,
            new,
            before=old.colour,
            after=new.colour,
            softer=new.colour == Colour.AMBER,
        )
    if (old.when, old.trend) != (new.when, new.trend):
        yield replace(_of(RuleChangeKind.SIGN, new), old=old, new=new)
    if old.topic != new.topic:
        # Ambers on two topics make a red: on one topic they no longer do.
        yield _of(RuleChangeKind.TOPIC, new, before=old.topic, after=new.topic)


def _of(
    kind: RuleChangeKind,
    rule: Rule,
    *,
    before: str = "",
    after: str = "",
    softer: bool = False,
) -> RuleChange:
    return RuleChange(
        kind=kind,
        key=rule.key,
        text=rule.statement.note,
        before=before,
        after=after,
        is_softer=softer,
    )
