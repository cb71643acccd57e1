"""What a message says: the text of its rule or a plain file, filled without surprises.

A text knows the reader's own given name, an instant on the reader's wall clock, whom to
call and where to sign in. It has no way to name a drug, a diagnosis or another person.
"""

import datetime as dt
import functools
import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from infusion.domain.reminders.texts import MessageText

ENGLISH = "en"
CHINESE = "zh_hans"
_SUBJECT, _SHORT = "Subject", "Short"
_LONGEST_NAME = 80


class TextError(Exception):
    """A text could not be written; the code says why and names nobody."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who reads: how to greet them, in which language, on which clock."""

    given_name: str
    language: str
    time_zone: str
    is_staff: bool = False


@dataclass(frozen=True, kw_only=True)
class Text:
    """A message as its reader sees it; ``short`` is all of it in a text message."""

    subject: str
    body: str
    short: str


def write(
    told: str | MessageText,
    reader: Reader,
    event_at: dt.datetime,
    *,
    on_call: str,
    link: str,
) -> Text:
    """Write a message: the text of a rule, or the notice of a name.

    :raises TextError: when there is no such notice, or it cannot be filled.
    """
    folder = folder_of(reader.language)
    phrases = _phrases(folder)
    values = _instant(phrases, event_at, _zone(reader.time_zone))
    values["greeting"] = _greeting(phrases, reader.given_name)
    values["footer"] = _footer(phrases, reader, on_call=on_call, link=link)
    values["short_hello"] = _greeting(phrases, reader.given_name, "short_hello")
    template = _notice(folder, told) if isinstance(told, str) else _of(folder, told)
    short = _fill(template.short, values)
    way = _fill(
        _short_way(phrases, reader, on_call), {"on_call": on_call, "link": link}
    )
    return Text(
        subject=_fill(template.subject, values),
        body=_fill(template.body, values),
        short=short + way,
    )


def _of(folder: str, told: MessageText) -> Text:
    """Put what a rule says between greeting and footer."""
    language, gap = ("zh", "") if folder == CHINESE else ("en", " ")
    return Text(
        subject=told.title.in_language(language),
        body=f"$greeting\n\n{told.body.in_language(language).strip()}\n\n$footer\n",
        short=f"$short_hello{gap}{told.short.in_language(language)}",
    )


def _notice(folder: str, name: str) -> Text:
    head, _, body = _template(folder, name).partition("\n\n")
    lines = dict(_headers(head))
    return Text(subject=lines[_SUBJECT], body=body, short=lines[_SHORT])


def _headers(head: str) -> Iterator[tuple[str, str]]:
    """Yield the lines above a text: its subject, and the whole in short.

    :raises TextError: when one is missing.
    """
    lines = dict(line.partition(": ")[::2] for line in head.splitlines())
    for name in (_SUBJECT, _SHORT):
        if not lines.get(name):
            raise TextError("text_incomplete")
        yield name, lines[name].strip()


def _short_way(phrases: Mapping[str, Any], reader: Reader, on_call: str) -> str:
    """Return how a text message says what to do next."""
    if reader.is_staff:
        return str(phrases["short_sign_in"])
    return str(phrases["short_call" if on_call else "short_call_no_phone"])


def folder_of(language: str) -> str:
    """Return the folder of the language; English when it is not Chinese."""
    return CHINESE if language.lower().startswith("zh") else ENGLISH


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise TextError("unknown_time_zone") from error


def _instant(
    phrases: Mapping[str, Any], event_at: dt.datetime, zone: ZoneInfo
) -> dict[str, str]:
    """Say an instant on the wall clock; the offset tells repeated hours apart."""
    local = event_at.astimezone(zone)
    values = {
        "weekday": phrases["weekdays"][local.weekday()],
        "month": phrases["months"][local.month - 1],
        "date": str(local.day),
        "year": str(local.year),
        "clock": f"{local:%H:%M}",
        "zone": f"{zone.key}, {_offset(local)}",
        "offset": _offset(local),
    }
    names = ("day", "time", "when", "short_when")
    return {name: _fill(phrases[name], values) for name in names}


def _offset(local: dt.datetime) -> str:
    offset = local.strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:5]}"


def _greeting(
    phrases: Mapping[str, Any], given_name: str, phrase: str = "greeting"
) -> str:
    name = " ".join(given_name.split())[:_LONGEST_NAME]
    if not name.isprintable() or not name:
        return str(phrases[f"{phrase}_unnamed"])
    return _fill(phrases[phrase], {"given_name": name})


def _footer(
    phrases: Mapping[str, Any], reader: Reader, *, on_call: str, link: str
) -> str:
    if reader.is_staff:
        return _fill(phrases["footer_staff"], {"link": link})
    if on_call:
        return _fill(phrases["footer_family"], {"on_call": on_call})
    return str(phrases["footer_family_no_phone"])


def _fill(text: str, values: Mapping[str, str]) -> str:
    try:
        return string.Template(text).substitute(values)
    except (KeyError, ValueError) as error:
        raise TextError("text_incomplete") from error


@functools.cache
def _template(folder: str, kind: str) -> str:
    if not kind.isidentifier():
        raise TextError("text_missing")
    try:
        return _read(folder, f"{kind}.txt")
    except FileNotFoundError as error:
        raise TextError("text_missing") from error


@functools.cache
def _phrases(folder: str) -> Mapping[str, Any]:
    return MappingProxyType(tomllib.loads(_read(folder, "phrases.toml")))


def _read(folder: str, name: str) -> str:
    return resources.files(__name__).joinpath(folder, name).read_text("utf-8")
