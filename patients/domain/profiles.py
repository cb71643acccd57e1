"""What is known of a patient as a person, checked as a whole."""

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, fields

from patients.domain.names import PersonName
from patients.domain.refusals import Refusal

SEXES = ("female", "male", "other", "unknown")
LANGUAGES = ("en", "zh-hans")

# Field -> the most characters the column holds.
LENGTHS: Mapping[str, int] = {
    "mrn": 64,
    "mrn_system": 200,
    "family_name": 200,
    "given_name": 200,
}


class Missing(Refusal):
    """A fact that must be there is not."""

    code = "missing"


class TooLong(Refusal):
    """A text that would be cut to be stored."""

    code = "too_long"


class NotSupported(Refusal):
    """A code outside the list that is understood."""

    code = "not_supported"


class NotStorable(Refusal):
    """A text with a NUL character, which no text column holds."""

    code = "not_storable"


class BirthInTheFuture(Refusal):
    """A date of birth that has not come yet."""

    code = "birth_in_the_future"


@dataclass(frozen=True, kw_only=True)
class PatientProfile:
    """The record number, the name and how to address a patient."""

    mrn: str
    family_name: str
    time_zone: str
    given_name: str = ""
    mrn_system: str = ""
    birth_date: dt.date | None = None
    sex: str = "unknown"
    language: str = "en"

    def __post_init__(self) -> None:
        for field in ("mrn", "family_name"):
            if not getattr(self, field).strip():
                raise Missing(field=field)
        for field, most in LENGTHS.items():
            check_text(getattr(self, field), field=field, most=most)
        check_listed(self.sex, SEXES, field="sex")
        check_listed(self.language, LANGUAGES, field="language")
        check_zone(self.time_zone, field="time_zone")

    @property
    def name(self) -> PersonName:
        """Return the name as a value."""
        return PersonName(family=self.family_name, given=self.given_name)

    def as_columns(self) -> dict[str, object]:
        """Return the values by column."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def check_born(birth_date: dt.date | None, today: dt.date) -> None:
    """Refuse a date of birth after today.

    :raises BirthInTheFuture: when it is.
    """
    if birth_date and birth_date > today:
        raise BirthInTheFuture(field="birth_date")


def check_text(text: str, *, field: str, most: int) -> None:
    """Refuse a text the column can't hold.

    :raises NotStorable: when it has a NUL character.
    :raises TooLong: when it has more than ``most`` characters.
    """
    if "\x00" in text:
        raise NotStorable(field=field)
    if len(text) > most:
        raise TooLong(field=field, most=most)


def check_listed(value: str, known: tuple[str, ...], *, field: str) -> None:
    """Refuse a code that is not in the list.

    :raises NotSupported: when it is not.
    """
    if value not in known:
        raise NotSupported(field=field, expected=", ".join(known))


def check_zone(name: str, *, field: str) -> None:
    """Refuse a name that is not an IANA time zone.

    :raises NotSupported: when it is not.
    """
    if name not in zoneinfo.available_timezones():
        raise NotSupported(field=field, expected="Europe/London, Asia/Shanghai")
