"""What people change of a running plan: one verb each, how far it reaches, and why.

A change is looked at before it is made. The token of what was shown comes back with the
confirmation: when the facts, the change or what it does are no longer the same, nothing
is done.
"""

import datetime as dt
import hashlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from infusion.domain.instants import keep_in_utc
from infusion.domain.refusals import Refusal
from infusion.domain.states import PlacementKind

# How long a preview may be confirmed; it is an age of a page, not a clinical number.
LASTS = dt.timedelta(minutes=15)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
_TOKEN = re.compile(r"(\d{1,9})\.(\d{1,17})\.([0-9a-f]{64})\.([0-9a-f]{64})")


class Verb(StrEnum):
    """What is done to the plan."""

    DEFER = "DEFER"
    OMIT = "OMIT"
    CEASE = "CEASE"
    HOLD = "HOLD"
    RESUME = "RESUME"
    CHANGE_PLACEMENT = "CHANGE_PLACEMENT"
    MOVE_VISIT = "MOVE_VISIT"
    SWAP_RECIPE = "SWAP_RECIPE"
    CHANGE_WEIGHT = "CHANGE_WEIGHT"


class Scope(StrEnum):
    """How far a change reaches: one visit or bag, the cycle, or all that comes later."""

    STEP = "STEP"
    CYCLE = "CYCLE"
    LATER = "LATER"


class ScopeNotOffered(Refusal):
    """This verb does not reach so far, or not so short."""

    code = "scope_not_offered"


class ChangeIncomplete(Refusal):
    """The change lacks something that its verb needs."""

    code = "change_incomplete"


class ParameterNotUsed(Refusal):
    """The change says something that its verb has no use for."""

    code = "parameter_not_used"


class PreviewOutdated(Refusal):
    """What was looked at is not what would happen now."""

    code = "preview_outdated"


# A start that moves takes every later cycle along, because those count from it. A pump
# stops and runs for the cycle it runs in; whoever means later cycles too ceases.
SCOPES: Mapping[Verb, frozenset[Scope]] = {
    Verb.DEFER: frozenset({Scope.LATER}),
    # One round each time: whoever leaves out more looks at each of them.
    Verb.OMIT: frozenset({Scope.STEP}),
    Verb.CEASE: frozenset({Scope.CYCLE, Scope.LATER}),
    Verb.HOLD: frozenset({Scope.CYCLE}),
    Verb.RESUME: frozenset({Scope.CYCLE}),
    Verb.CHANGE_PLACEMENT: frozenset({Scope.CYCLE, Scope.LATER}),
    Verb.MOVE_VISIT: frozenset({Scope.STEP, Scope.CYCLE}),
    Verb.SWAP_RECIPE: frozenset({Scope.STEP, Scope.CYCLE, Scope.LATER}),
    # A dose for one bag alone is no treatment: from that bag on, or the next cycle.
    Verb.CHANGE_WEIGHT: frozenset({Scope.CYCLE, Scope.LATER}),
}

_NEEDED: Mapping[Verb, frozenset[str]] = {
    Verb.DEFER: frozenset({"to"}),
    Verb.OMIT: frozenset(),
    Verb.CEASE: frozenset(),
    Verb.HOLD: frozenset({"at"}),
    Verb.RESUME: frozenset({"at"}),
    Verb.CHANGE_PLACEMENT: frozenset({"at", "place"}),
    Verb.MOVE_VISIT: frozenset({"visit_id", "to"}),
    Verb.SWAP_RECIPE: frozenset({"recipe"}),
    Verb.CHANGE_WEIGHT: frozenset(),
}
_NEEDED_FOR: Mapping[tuple[Verb, Scope], frozenset[str]] = {
    (Verb.SWAP_RECIPE, Scope.STEP): frozenset({"at"}),
    (Verb.CHANGE_WEIGHT, Scope.CYCLE): frozenset({"at"}),
}
_ALLOWED: Mapping[Verb, frozenset[str]] = {
    Verb.DEFER: frozenset(),
    Verb.OMIT: frozenset(),
    # When the pump was disconnected, where one runs.
    Verb.CEASE: frozenset({"at"}),
    Verb.HOLD: frozenset(),
    Verb.RESUME: frozenset({"supervised"}),
    Verb.CHANGE_PLACEMENT: frozenset({"override_reason"}),
    Verb.MOVE_VISIT: frozenset(),
    # The bag hung then, or the first from which on it counts.
    Verb.SWAP_RECIPE: frozenset({"at"}),
    # The bag change from which on it counts.
    Verb.CHANGE_WEIGHT: frozenset({"at"}),
}
_PARAMETERS = (
    "at",
    "to",
    "place",
    "supervised",
    "override_reason",
    "visit_id",
    "recipe",
)


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change of a plan: the verb, how far it reaches, its parameters, and why.

    ``at`` is the instant it is about, ``to`` the instant something moves to. A resume
    says whether it was ``supervised``; ``override_reason`` is a physician's for a
    placement that the rules speak against.
    """

    verb: Verb
    scope: Scope
    reason: str
    at: dt.datetime | None = None
    to: dt.datetime | None = None
    place: PlacementKind | None = None
    supervised: bool = False
    override_reason: str = ""
    visit_id: uuid.UUID | None = None
    recipe: str = ""

    def __post_init__(self) -> None:
        """Refuse what its verb can't mean; keep instants in UTC.

        :raises ScopeNotOffered: when the verb does not have this scope.
        :raises ChangeIncomplete: when the reason or a parameter is missing.
        :raises ParameterNotUsed: when a parameter has no meaning for the verb.
        :raises NaiveTime: when an instant has no offset.
        """
        keep_in_utc(self, "at", "to")
        offered = SCOPES[self.verb]
        if self.scope not in offered:
            known = ", ".join(sorted(offered))
            raise ScopeNotOffered(field="scope", verb=self.verb.value, known=known)
        if not self.reason.strip():
            raise ChangeIncomplete(field="reason", missing="reason")
        needed, given = _NEEDED[self.verb], set(self.parameters())
        needed = needed | _NEEDED_FOR.get((self.verb, self.scope), frozenset())
        for name in sorted(needed - given):
            raise ChangeIncomplete(field=name, missing=name)
        for name in sorted(given - needed - _ALLOWED[self.verb]):
            raise ParameterNotUsed(field=name, verb=self.verb.value)

    def parameters(self) -> dict[str, str]:
        """Return what was said beside verb, scope and reason, as text."""
        given = {name: getattr(self, name) for name in _PARAMETERS}
        return {name: _text(value) for name, value in given.items() if value}

    @property
    def digest(self) -> str:
        """Return a digest of everything that was asked."""
        asked = (self.verb.value, self.scope.value, self.reason)
        return digest_of((*asked, sorted(self.parameters().items())))


def _text(value: object) -> str:
    if value is True:
        return "true"
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)


def digest_of(value: object) -> str:
    """Return a digest of a value whose ``repr`` says all of it."""
    return hashlib.sha256(repr(value).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What somebody looked at: of which version, when, which change, doing what."""

    version: int
    at: dt.datetime
    change: str
    outcome: str

    @property
    def token(self) -> str:
        """Return it as text that comes back with the confirmation."""
        passed = (self.at - _EPOCH) // _MICROSECOND
        return f"{self.version}.{passed}.{self.change}.{self.outcome}"

    @classmethod
    def read(cls, token: str) -> "Shown":
        """Read a token.

        :raises PreviewOutdated: when it is none of ours.
        """
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise PreviewOutdated(field="token")
        version, passed, change, outcome = match.groups()
        try:
            at = _EPOCH + int(passed) * _MICROSECOND
        except OverflowError:
            raise PreviewOutdated(field="token") from None
        return cls(version=int(version), at=at, change=change, outcome=outcome)

    def check(self, change: Change, version: int, now: dt.datetime) -> None:
        """Refuse a change that is not the one that was looked at, or not any more.

        :raises PreviewOutdated: when the course has changed since, the change is another
            one, or it was looked at too long ago.
        """
        age = now - self.at
        is_fresh = dt.timedelta(0) <= age <= LASTS
        if (self.version, self.change) != (version, change.digest) or not is_fresh:
            raise PreviewOutdated(field="token")
