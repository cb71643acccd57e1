"""Finds patients by what a nurse types: name, pinyin, initials or record number."""

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat, Replace

from patients import models
from patients.domain.names import fold, has_chinese

_MOST_WORDS = 8


def search_patients(
    rows: QuerySet[models.Patient], text: str
) -> QuerySet[models.Patient]:
    """Keep the patients that match every word; an empty text keeps all."""
    # No column holds a NUL, so nothing can match it, and PostgreSQL refuses it.
    if "\x00" in text:
        return rows.none()
    words = text.split()[:_MOST_WORDS]
    if not words:
        return rows
    whole = _starts_number_or_initials("".join(words))
    return _with_columns(rows).filter(whole | _names(words))


def _with_columns(rows: QuerySet[models.Patient]) -> QuerySet[models.Patient]:
    compact = Replace(F("sort_key"), Value(" "), Value(""))
    written = Concat("family_name", "given_name")
    return rows.alias(_compact=compact, _written=written)


def _starts_number_or_initials(text: str) -> Q:
    return Q(mrn__istartswith=text) | Q(initials__startswith=fold(text))


def _names(words: list[str]) -> Q:
    """Ask for every word, so that given name first finds the same as family first."""
    found = Q()
    for word in words:
        found &= _name(word)
    return found


def _name(word: str) -> Q:
    if has_chinese(word):
        return Q(_written__contains=word)
    return Q(_compact__contains=fold(word).replace(" ", ""))
