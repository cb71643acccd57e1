"""What is asked before a patient goes home, as values of the site's checklist."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from infusion.domain.courses import Text
from infusion.domain.evidence import Fact as Statement


class Kind(StrEnum):
    """How much a criterion weighs."""

    # Must be met; nobody can waive it.
    HARD = "HARD"
    # Must be met or waived.
    SOFT = "SOFT"
    # Shown only.
    INFORMATION = "INFORMATION"


class Check(StrEnum):
    """How a fact answers a need."""

    AT_LEAST = "AT_LEAST"
    AT_MOST = "AT_MOST"
    BELOW = "BELOW"
    # The number divided by its laboratory's upper limit of normal is at most ``limit``.
    UPPER_LIMITS = "UPPER_LIMITS"
    AT_LEAST_ONE = "AT_LEAST_ONE"
    NONE_LEFT = "NONE_LEFT"
    # Compared with the latest fact of the kind ``other``.
    NOT_BELOW = "NOT_BELOW"
    NOT_ABOVE = "NOT_ABOVE"
    NOT_BEFORE = "NOT_BEFORE"
    YES = "YES"
    RECORDED = "RECORDED"
    # The instant of the fact has come.
    REACHED = "REACHED"
    # A series without a value from ``limit`` on for ``span``, and without long holes.
    FREE_SINCE = "FREE_SINCE"
    # Periods cover ``span`` from now on, and from each instant of the kind ``other`` on.
    COVERS = "COVERS"


class Ages(StrEnum):
    """For whom a need is asked, by the age line of its criterion."""

    ALL = "ALL"
    UNDER = "UNDER"
    FROM = "FROM"


@dataclass(frozen=True, kw_only=True)
class Need:
    """One fact a criterion needs, and what it must be.

    Needs of one criterion that share ``either`` are alternatives; all others must be
    met together. A limit that the site has not set makes the need unknowable.
    """

    fact: str
    check: Check
    item: str = ""
    limit: Decimal | None = None
    span: dt.timedelta | None = None
    max_age: dt.timedelta | None = None
    other: str = ""
    either: str = ""
    ages: Ages = Ages.ALL


@dataclass(frozen=True, kw_only=True)
class SiteNumber:
    """A site value that a criterion uses, with its mark and whether it is signed."""

    key: str
    title: Text
    value: str
    unit: str
    mark: str
    note: Text
    is_signed: bool
    needs_sign_off: bool


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One line of the checklist, with the site's own numbers in it."""

    key: str
    kind: Kind
    title: Text
    question: Text
    published: Statement
    needs: tuple[Need, ...]
    waivable_by: frozenset[str] = frozenset()
    age_line: int | None = None
    numbers: tuple[SiteNumber, ...] = ()
