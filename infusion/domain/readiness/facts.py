"""What is known about a patient who may go home, and what a fact must look like."""

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from infusion.domain.courses import Text
from infusion.domain.instants import keep_in_utc
from infusion.domain.refusals import Refusal


class FactUnknown(Refusal):
    """Nothing of this kind, or no such part of it, can be recorded."""

    code = "fact_unknown"


class FactIncomplete(Refusal):
    """The fact lacks its value, or says more than one thing."""

    code = "fact_incomplete"


class FactUnitWrong(Refusal):
    """The value is in another unit than the one this fact is kept in."""

    code = "fact_unit_wrong"


class FactImpossible(Refusal):
    """The value is outside its scale, or too precise."""

    code = "fact_impossible"


class FactPeriodReversed(Refusal):
    """The period ends before it begins."""

    code = "fact_period_reversed"


class Form(StrEnum):
    """How the value of a fact is written."""

    NUMBER = "NUMBER"
    WHOLE = "WHOLE"
    # A number with the upper limit of normal of its laboratory, in the same unit.
    LABORATORY = "LABORATORY"
    ANSWER = "ANSWER"
    TEXT = "TEXT"
    INSTANT = "INSTANT"
    # A named person from one instant to another.
    PRESENCE = "PRESENCE"


# Which fields carry the value; every other field stays empty.
FIELDS = {
    Form.NUMBER: {"number"},
    Form.WHOLE: {"number"},
    Form.LABORATORY: {"number", "upper_limit"},
    Form.ANSWER: {"answer"},
    Form.TEXT: {"text"},
    Form.INSTANT: {"from_at"},
    Form.PRESENCE: {"from_at", "until_at", "person_id"},
}
# As it is stored.
_PLACES = 3
_LONGEST_TEXT = 200


@dataclass(frozen=True, kw_only=True)
class Item:
    """One part of a fact that has several, such as one thing taught."""

    key: str
    title: Text


@dataclass(frozen=True, kw_only=True)
class FactType:
    """A kind of fact: its form, unit, bounds and parts.

    The bounds are scales, or keep a slip of the keyboard out; they are no limits of
    practice. A derived fact follows from the course and is recorded by nobody.
    """

    key: str
    title: Text
    form: Form
    unit: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    items: tuple[Item, ...] = ()
    is_derived: bool = False


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing known; without ``taken_at`` it is derived and true when it is asked."""

    kind: str
    item: str = ""
    number: Decimal | None = None
    upper_limit: Decimal | None = None
    answer: bool | None = None
    text: str = ""
    from_at: dt.datetime | None = None
    until_at: dt.datetime | None = None
    person_id: uuid.UUID | None = None
    taken_at: dt.datetime | None = None
    recorded_at: dt.datetime | None = None
    id: uuid.UUID | None = None

    def __post_init__(self) -> None:
        """Keep instants in UTC.

        :raises NaiveTime: when one has no offset.
        """
        keep_in_utc(self, "from_at", "until_at", "taken_at", "recorded_at")


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """A person lets a criterion pass although it is not met, and says why."""

    criterion: str
    roles: frozenset[str]
    given_at: dt.datetime
    reason: str
    given_by_id: uuid.UUID | None = None
    given_by_name: str = ""

    def __post_init__(self) -> None:
        """Keep instants in UTC.

        :raises NaiveTime: when one has no offset.
        """
        keep_in_utc(self, "given_at")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything known at one instant; the order does not matter."""

    records: tuple[Fact, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    age_years: int | None = None


def check_fact(asked: FactType, fact: Fact, unit: str = "") -> None:
    """Refuse a fact that cannot be what its kind says.

    :raises FactUnknown: when it is derived, or has no such part.
    :raises FactIncomplete: when its value is missing, or there is another one.
    :raises FactUnitWrong: when ``unit`` is not the one of the kind.
    :raises FactImpossible: when it is outside its scale.
    :raises FactPeriodReversed: when a period ends before it begins.
    """
    known = {item.key for item in asked.items} or {""}
    if asked.is_derived or fact.item not in known:
        raise FactUnknown(field="item" if not asked.is_derived else "kind")
    if unit != asked.unit:
        raise FactUnitWrong(field="unit", expected=asked.unit or "-")
    _check_fields(asked.form, fact)
    for name in ("number", "upper_limit"):
        _check_number(asked, getattr(fact, name), name)
    if len(fact.text) > _LONGEST_TEXT:
        raise FactImpossible(field="text", least="-", most=_LONGEST_TEXT)
    if fact.until_at and fact.from_at and fact.until_at <= fact.from_at:
        raise FactPeriodReversed(field="until_at")


def _check_fields(form: Form, fact: Fact) -> None:
    given = {
        name
        for names in FIELDS.values()
        for name in names
        if getattr(fact, name) not in {None, ""}
    }
    wanted = FIELDS[form]
    if given != wanted or (fact.text and not fact.text.strip()):
        field = min(wanted ^ given, default="text")
        raise FactIncomplete(field=field)


def _check_number(asked: FactType, number: Decimal | None, field: str) -> None:
    if number is None:
        return
    places = 0 if asked.form is Form.WHOLE else _PLACES
    least = asked.least if asked.least is not None else Decimal(0)
    possible = (
        number.is_finite()
        and number == round(number, places)
        and least <= number
        and (asked.most is None or number <= asked.most)
        and (field == "number" or number > 0)
    )
    if not possible:
        most = asked.most if asked.most is not None else "-"
        raise FactImpossible(field=field, least=least, most=most)
