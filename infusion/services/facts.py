"""Checks the facts a person gives for a decision or a gate."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from infusion.domain.conditions import UNITS, FactKind, FactNotUsable, KnownFact
from infusion.domain.outlooks import FactTaken
from infusion.domain.quantities import UnitNotSupported
from infusion.domain.refusals import Refusal
from infusion.selectors.walking import Walk
from infusion.services.common import InTheFuture

# A share of cells can't be above one: most likely per cent were typed.
_LARGEST = {FactKind.MRD: 1, FactKind.MARROW_BLASTS: 100}


class FactsMissing(Refusal):
    """Facts that the decision asks for were not given."""

    code = "facts_missing"


class ReasonNeeded(Refusal):
    """What the facts speak against, or can't tell, needs a reason."""

    code = "reason_needed"


class FactTwice(Refusal):
    """Two facts of one kind and assay were given for one decision."""

    code = "fact_twice"


@dataclass(frozen=True, kw_only=True)
class FactGiven:
    """A fact as a person gives it: a number comes with its unit, MRD with its assay."""

    kind: str
    value: str
    taken_on: dt.date
    unit: str = ""
    assay: str = ""


def checked(given: Iterable[FactGiven], *, today: dt.date) -> tuple[FactTaken, ...]:
    """Return the facts as values of the domain.

    :raises FactNotUsable: when there is no such kind, or no such value of it.
    :raises UnitNotSupported: when a number has another unit than its kind.
    :raises InTheFuture: when a day has not come yet.
    :raises FactTwice: when a kind is given twice by one assay.
    """
    found: dict[tuple[FactKind, str], FactTaken] = {}
    for one in given:
        fact = _checked(one, today)
        place = (fact.fact.kind, fact.fact.assay)
        if place in found:
            raise FactTwice(field=one.kind)
        found[place] = fact
    return tuple(found.values())


def _checked(one: FactGiven, today: dt.date) -> FactTaken:
    if one.kind not in FactKind.__members__:
        raise FactNotUsable(field="facts")
    kind = FactKind(one.kind)
    if one.taken_on > today:
        raise InTheFuture(field="taken_on")
    fact = KnownFact(kind=kind, value=one.value.strip(), assay=one.assay.strip())
    if fact.number is not None and one.unit != UNITS[kind]:
        raise UnitNotSupported(field=one.kind, expected=UNITS[kind])
    if fact.number is not None and fact.number > _LARGEST.get(kind, fact.number):
        raise FactNotUsable(field=one.kind)
    return FactTaken(fact=fact, taken_on=one.taken_on)


def check_given(needed: Sequence[FactKind], facts: Iterable[FactTaken]) -> None:
    """Refuse a decision while a fact it asks for is missing.

    :raises FactsMissing: naming the kinds.
    """
    given = {one.fact.kind for one in facts}
    missing = [kind.value for kind in needed if kind not in given]
    if missing:
        raise FactsMissing(field="facts", kinds=", ".join(missing))


def as_json(facts: Iterable[FactTaken]) -> list[dict[str, Any]]:
    """Return facts as they are stored."""
    return [
        {
            "kind": one.fact.kind.value,
            "value": one.fact.value,
            "assay": one.fact.assay,
            "taken_on": one.taken_on.isoformat() if one.taken_on else None,
            "is_computed": one.is_computed,
        }
        for one in facts
    ]


def with_age(walk: Walk, facts: Iterable[FactGiven]) -> tuple[FactTaken, ...]:
    """Return the facts given and the age, which nobody has to type.

    :raises FactNotUsable: when an age is given although the birth date is known.
    """
    taken = checked(facts, today=walk.on)
    age = walk.age()
    if age is None:
        return taken
    if any(one.fact.kind == FactKind.AGE_YEARS for one in taken):
        raise FactNotUsable(field=FactKind.AGE_YEARS.value)
    return (*taken, age)
