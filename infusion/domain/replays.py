"""Answers that are stored, read again under other rules: what would be different.

Nothing here says which rules are better. It says who would be called, how often, and which
recorded adverse events had a sign in time.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from infusion.domain.courses import Text
from infusion.domain.triage import Colour, Rule, RuleSet, Triage

COLOURS = tuple(Colour)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is kept of a triage: the colour, and each rule with whether nobody answered."""

    colour: Colour
    fired: tuple[tuple[str, bool], ...]


def verdict_of(found: Triage) -> Verdict:
    """Return what is counted of a triage; of many answers there is no room for all."""
    fired = tuple((one.rule.key, one.is_unanswered) for one in found.fired)
    return Verdict(colour=found.colour, fired=fired)


@dataclass(frozen=True, kw_only=True)
class Reread:
    """Some answers under the rules in force and under others; ``day`` is the site's."""

    check_in: uuid.UUID
    course: uuid.UUID
    at: dt.datetime
    day: dt.date
    before: Verdict
    after: Verdict


@dataclass(frozen=True, kw_only=True)
class Suffered:
    """A recorded adverse event: when it reached the grade that is asked for."""

    course: uuid.UUID
    at: dt.datetime
    # It was recorded from what triage said: of course there was a sign then.
    is_from_triage: bool = False


@dataclass(frozen=True, kw_only=True)
class RuleCount:
    """One rule: how often it fires under both sets, unanswered questions included."""

    key: str
    text: Text
    before: Colour | None
    after: Colour | None
    fired_before: int
    fired_after: int
    unanswered_before: int
    unanswered_after: int


@dataclass(frozen=True, kw_only=True)
class Load:
    """The check-ins of one set by colour; every amber and every red is an alert."""

    colours: Mapping[Colour, int]
    patient_days: int

    @property
    def alerts(self) -> int:
        """Return how many ask for a person."""
        return self.colours[Colour.AMBER] + self.colours[Colour.RED]

    @property
    def per_patient_day(self) -> float | None:
        """Return the alerts per day on which a patient answered; None of no day."""
        return self.alerts / self.patient_days if self.patient_days else None


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """Of the adverse events: the worst colour in the hours before; None without any."""

    events: int
    from_triage: int
    red: int
    amber: int
    green: int
    nothing: int


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A check-in whose colour would be another."""

    check_in: uuid.UUID
    at: dt.datetime
    before: Colour
    after: Colour

    @property
    def is_softer(self) -> bool:
        """Say whether it would ask less for a person."""
        return COLOURS.index(self.after) < COLOURS.index(self.before)


@dataclass(frozen=True, kw_only=True)
class Replay:
    """What would be different under other rules."""

    answers: int
    check_ins: int
    matrix: Mapping[tuple[Colour, Colour], int]
    before: Load
    after: Load
    rules: tuple[RuleCount, ...]
    # Those that would ask less come first, the latest of each first.
    changed: tuple[Changed, ...]
    foreseen_before: Foreseen
    foreseen_after: Foreseen

    @property
    def softer(self) -> int:
        """Return how many check-ins would ask less for a person."""
        return sum(one.is_softer for one in self.changed)


def replay_of(
    before: RuleSet,
    after: RuleSet,
    readings: Sequence[Reread],
    suffered: Sequence[Suffered] = (),
    *,
    within: dt.timedelta,
) -> Replay:
    """Count what two sets of rules make of the same answers.

    ``within`` is how long before an adverse event a colour counts as seen in time. A
    check-in is as bad as the worst of its answers, as it is in the record.
    """
    worst = _worst(readings)
    days = len({(one.course, one.day) for one in readings})
    pairs = Counter((one.before, one.after) for one in worst)
    changed = [one for one in worst if one.before != one.after]
    return Replay(
        answers=len(readings),
        check_ins=len(worst),
        matrix={(a, b): pairs[a, b] for a in COLOURS for b in COLOURS},
        before=_load(Counter(one.before for one in worst), days),
        after=_load(Counter(one.after for one in worst), days),
        rules=tuple(_rules(before, after, readings)),
        changed=tuple(
            sorted(changed, key=lambda one: (not one.is_softer, -one.at.timestamp()))
        ),
        foreseen_before=_foreseen(
            suffered, within, [(one, one.before.colour) for one in readings]
        ),
        foreseen_after=_foreseen(
            suffered, within, [(one, one.after.colour) for one in readings]
        ),
    )


def _worst(readings: Iterable[Reread]) -> list[Changed]:
    found: dict[uuid.UUID, Changed] = {}
    for one in readings:
        old = found.get(one.check_in)
        found[one.check_in] = Changed(
            check_in=one.check_in,
            at=max(one.at, old.at) if old else one.at,
            before=_max(one.before.colour, old.before if old else Colour.GREEN),
            after=_max(one.after.colour, old.after if old else Colour.GREEN),
        )
    return list(found.values())


def _max(one: Colour, other: Colour) -> Colour:
    return max(one, other, key=COLOURS.index)


def _load(colours: Counter[Colour], days: int) -> Load:
    return Load(colours={one: colours[one] for one in COLOURS}, patient_days=days)


def _rules(
    before: RuleSet, after: RuleSet, readings: Sequence[Reread]
) -> Iterator[RuleCount]:
    """Yield every rule of either set, in the order of the new one, dropped ones last."""
    old, new = _by_key(before), _by_key(after)
    then = _counts(one.before for one in readings)
    now = _counts(one.after for one in readings)
    for key in dict.fromkeys((*new, *old)):
        yield RuleCount(
            key=key,
            text=(new.get(key) or old[key]).statement.note,
            before=old[key].colour if key in old else None,
            after=new[key].colour if key in new else None,
            fired_before=then[key, False] + then[key, True],
            fired_after=now[key, False] + now[key, True],
            unanswered_before=then[key, True],
            unanswered_after=now[key, True],
        )


def _by_key(rules: RuleSet) -> dict[str, Rule]:
    return {one.key: one for one in rules.rules}


def _counts(found: Iterable[Verdict]) -> Counter[tuple[str, bool]]:
    return Counter(each for one in found for each in one.fired)


def _foreseen(
    suffered: Sequence[Suffered],
    within: dt.timedelta,
    coloured: Iterable[tuple[Reread, Colour]],
) -> Foreseen:
    by_course: dict[uuid.UUID, list[tuple[dt.datetime, Colour]]] = {}
    for one, colour in coloured:
        by_course.setdefault(one.course, []).append((one.at, colour))
    worst: Counter[Colour | None] = Counter()
    for event in suffered:
        seen = [
            colour
            for at, colour in by_course.get(event.course, ())
            if event.at - within <= at <= event.at
        ]
        worst[max(seen, key=COLOURS.index, default=None)] += 1
    return Foreseen(
        events=len(suffered),
        from_triage=sum(one.is_from_triage for one in suffered),
        red=worst[Colour.RED],
        amber=worst[Colour.AMBER],
        green=worst[Colour.GREEN],
        nothing=worst[None],
    )
