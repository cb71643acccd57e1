"""The verdict: every criterion at one instant, when it could be met, when it changes.

Pure and total: the same facts give the same answer in whatever order they came, and a
missing fact is "not known", never a silent default.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum

from infusion.domain.readiness.criteria import Ages, Criterion, Kind
from infusion.domain.readiness.facts import Fact, Facts, Waiver
from infusion.domain.readiness.needs import (
    RANK,
    Finding,
    Series,
    State,
    breakpoints,
    find,
)

_PASSING = frozenset({State.MET, State.WAIVED})


class Verdict(StrEnum):
    """Whether the patient may go home; a person decides all the same."""

    READY = "READY"
    NOT_READY = "NOT_READY"
    # Nothing speaks against it, but something is not known or too old.
    CANNOT_ASSESS = "CANNOT_ASSESS"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One criterion at one instant.

    ``waiver`` is the last one given; ``waiver_holds`` says whether it counts: a hard
    criterion cannot be waived, and a worse fact recorded later is not covered by it.
    """

    criterion: Criterion
    state: State
    findings: tuple[Finding, ...]
    waiver: Waiver | None = None
    waiver_holds: bool = False

    @property
    def blocks(self) -> bool:
        """Say whether the patient stays because of this."""
        return (
            self.criterion.kind is not Kind.INFORMATION and self.state not in _PASSING
        )

    @property
    def could_at(self) -> dt.datetime:
        """Return the earliest instant at which it could be met by itself."""
        return max(_could(self.findings))


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """The whole checklist at one instant.

    ``earliest_at`` is a bound: ready not before then, whatever is recorded until then.
    ``next_change_at`` is the next instant at which a line changes without a new fact.
    """

    at: dt.datetime
    lines: tuple[Line, ...]
    verdict: Verdict
    earliest_at: dt.datetime
    next_change_at: dt.datetime | None

    @property
    def is_ready(self) -> bool:
        """Say whether every hard and soft criterion is met or waived."""
        return self.verdict is Verdict.READY

    def line(self, key: str) -> Line | None:
        """Return the line of a criterion."""
        return next((one for one in self.lines if one.criterion.key == key), None)


def assess(facts: Facts, criteria: Sequence[Criterion], now: dt.datetime) -> Assessment:
    """Judge every criterion by the facts at an instant."""
    lines = tuple(_line(criterion, facts, now) for criterion in criteria)
    blocking = [line for line in lines if line.blocks]
    return Assessment(
        at=now,
        lines=lines,
        verdict=_verdict(blocking),
        earliest_at=max((line.could_at for line in blocking), default=now),
        next_change_at=_next_change(facts, lines, now),
    )


def _verdict(blocking: Sequence[Line]) -> Verdict:
    if not blocking:
        return Verdict.READY
    speaks_against = any(line.state is State.NOT_MET for line in blocking)
    return Verdict.NOT_READY if speaks_against else Verdict.CANNOT_ASSESS


def _line(criterion: Criterion, facts: Facts, now: dt.datetime) -> Line:
    findings = _findings(criterion, facts, now)
    state = _state(findings)
    waiver = _waiver(criterion, facts.waivers, now)
    holds = waiver is not None and _holds(criterion, waiver, findings)
    if holds and state is not State.MET:
        state = State.WAIVED
    return Line(
        criterion=criterion,
        state=state,
        findings=findings,
        waiver=waiver,
        waiver_holds=holds,
    )


def _findings(
    criterion: Criterion, facts: Facts, now: dt.datetime
) -> tuple[Finding, ...]:
    series = Series(_about(criterion, facts), now)
    return tuple(
        _of_age(criterion, facts.age_years, find(need, series))
        for need in criterion.needs
        if _is_asked(criterion, need.ages, facts.age_years)
    )


def _about(criterion: Criterion, facts: Facts) -> list[Fact]:
    """Return the facts a criterion looks at."""
    kinds = {kind for need in criterion.needs for kind in (need.fact, need.other)}
    return [fact for fact in facts.records if fact.kind in kinds]


def _is_asked(criterion: Criterion, ages: Ages, age: int | None) -> bool:
    if ages is Ages.ALL or age is None or criterion.age_line is None:
        return True
    return (age < criterion.age_line) == (ages is Ages.UNDER)


def _of_age(criterion: Criterion, age: int | None, finding: Finding) -> Finding:
    """Leave open which scale counts while the age is not known."""
    if finding.need.ages is Ages.ALL or (
        age is not None and criterion.age_line is not None
    ):
        return finding
    return Finding(
        need=finding.need,
        state=State.NOT_KNOWN,
        fact=finding.fact,
        reason="age_not_known",
        could_at=finding.could_at,
    )


def _groups(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Put alternatives together; every other finding stands alone."""
    found: dict[str, list[Finding]] = {}
    for number, finding in enumerate(findings):
        found.setdefault(finding.need.either or f"#{number}", []).append(finding)
    return list(found.values())


def _state(findings: Sequence[Finding]) -> State:
    """Return the worst of all, of alternatives the best."""
    best = [
        max((one.state for one in group), key=RANK.__getitem__)
        for group in _groups(findings)
    ]
    return min(best, key=RANK.__getitem__, default=State.NOT_KNOWN)


def _could(findings: Sequence[Finding]) -> list[dt.datetime]:
    return [min(one.could_at for one in group) for group in _groups(findings)]


def _waiver(
    criterion: Criterion, waivers: Iterable[Waiver], now: dt.datetime
) -> Waiver | None:
    """Return the last waiver of a criterion."""
    about = [
        one for one in waivers if one.criterion == criterion.key and one.given_at <= now
    ]
    return max(about, key=lambda one: (one.given_at, repr(one)), default=None)


def _holds(criterion: Criterion, waiver: Waiver, findings: Sequence[Finding]) -> bool:
    """Say whether a waiver counts: of a soft criterion, and for what was known then."""
    if criterion.kind is not Kind.SOFT or not criterion.waivable_by & waiver.roles:
        return False
    return not any(
        one.state is State.NOT_MET and _is_later(one.fact, waiver.given_at)
        for one in findings
    )


def _is_later(fact: Fact | None, instant: dt.datetime) -> bool:
    return (
        fact is not None
        and fact.recorded_at is not None
        and (fact.recorded_at > instant)
    )


def _next_change(
    facts: Facts, lines: Sequence[Line], now: dt.datetime
) -> dt.datetime | None:
    """Return the next instant at which a line will stand otherwise by itself."""
    found = [_change_of(facts, line, now) for line in lines]
    return min((instant for instant in found if instant is not None), default=None)


def _change_of(facts: Facts, line: Line, now: dt.datetime) -> dt.datetime | None:
    records = _about(line.criterion, facts)
    instants = {
        instant
        for need in line.criterion.needs
        for instant in breakpoints(need, records)
        if instant > now
    }
    for instant in sorted(instants):
        then = _line(line.criterion, facts, instant)
        if then.state is not line.state:
            return instant
    return None


def worsened(before: Assessment, after: Assessment) -> tuple[str, ...]:
    """Return the criteria that block now and stood better before."""
    old = {line.criterion.key: RANK[line.state] for line in before.lines}
    return tuple(
        line.criterion.key
        for line in after.lines
        if line.blocks and RANK[line.state] < old.get(line.criterion.key, len(RANK))
    )


def digest(facts: Facts, criteria: Sequence[Criterion]) -> str:
    """Return what tells these exact facts and criteria from any others."""
    parts = [
        *sorted(_written(fact) for fact in facts.records),
        *sorted(_written(waiver) for waiver in facts.waivers),
        str(facts.age_years),
        *(repr((one.key, one.kind.value, one.needs)) for one in criteria),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _written(one: Fact | Waiver) -> str:
    values = ((each.name, getattr(one, each.name)) for each in fields(one))
    return repr(
        [
            (name, sorted(value) if isinstance(value, frozenset) else str(value))
            for name, value in values
        ]
    )
