"""Reads what rows and rules ask of findings, and says which questions make no sense."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.drafts import Draft
from infusion.domain.evidence import Fact
from infusion.domain.findings import Ask, When
from infusion.domain.findings_kinds import KINDS, Code

Row = Mapping[str, Any]
_LIMITS = ("at_least", "above", "at_most", "below")


def statement(place: str, data: Row) -> Fact:
    """Return a rule in words with its evidence."""
    (found,) = files.facts(place, data)
    return found


def read_code(draft: Draft, place: str, written: str) -> Code | None:
    """Return a kind of finding; None when there is none of that name."""
    if written in Code.__members__:
        return Code(written)
    draft.refuse(place, "unknown_finding", found=written)
    return None


def check_words(draft: Draft, place: str, code: Code, words: Iterable[str]) -> None:
    """Refuse a word that a kind of finding does not have."""
    known = KINDS[code].words
    for word in words:
        if word not in known:
            draft.refuse(place, "unknown_word", found=word, known=", ".join(known))


def read_when(draft: Draft, place: str, ways: Iterable[Iterable[Row]]) -> When:
    """Return the ways in which a row holds; what makes no sense is refused."""
    found = []
    for number, way in enumerate(ways, 1):
        asks = [_ask(draft, f"{place}[{number}]", row) for row in way]
        found.append(tuple(ask for ask in asks if ask is not None))
    return tuple(found)


def _ask(draft: Draft, place: str, row: Row) -> Ask | None:
    code = read_code(draft, place, row["code"])
    if code is None:
        return None
    said = {name: Decimal(row[name]) for name in _LIMITS if name in row}
    other = row.get("below_code")
    if KINDS[code].words:
        check_words(draft, place, code, (*row.get("is", ()), *row.get("maybe", ())))
    asks_words = "is" in row or "maybe" in row
    if bool(KINDS[code].words) != asks_words or asks_words == bool(said or other):
        draft.refuse(place, "ask_form", found=code)
    return Ask(
        code=code,
        words=frozenset(row.get("is", ())),
        maybe=frozenset(row.get("maybe", ())),
        below_code=read_code(draft, place, other) if other else None,
        **said,
    )
