"""What a reminder says, and what may stand in it.

A text is the middle of a message: greeting, telephone number and where to sign in are
added to it. It knows an instant and nothing else, so it can name nobody.
"""

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from infusion.domain.courses import Text
from infusion.domain.sms import length_of

MOST_PARTS = 3


class Part(StrEnum):
    """The parts of a text."""

    TITLE = "title"
    BODY = "body"
    SHORT = "short"


ALLOWED: Mapping[Part, frozenset[str]] = {
    Part.TITLE: frozenset({"day", "time"}),
    Part.BODY: frozenset({"day", "time", "when"}),
    Part.SHORT: frozenset({"day", "time", "short_when"}),
}
# Without it the reader does not learn when.
NEEDED: Mapping[Part, frozenset[str]] = {
    Part.TITLE: frozenset(),
    Part.BODY: frozenset({"when"}),
    Part.SHORT: frozenset({"short_when"}),
}
# The longest that stand there in earnest: a name, a date, a number or an address to go to.
_LONGEST = {
    "en": {
        "hello": "Wilhelmina-Constance: ",
        "day": "Wednesday 30 September",
        "time": "23:59",
        "short_when": "Wednesday 30 September 23:59 (UTC+05:30)",
        "way": " Sign in: https://infusion.example-hospital.org/courses/" + 37 * "0",
    },
    "zh": {
        "hello": "欧阳小明：",
        "day": "12月30日（星期三）",
        "time": "23:59",
        "short_when": "12月30日星期三23:59（UTC+08:00）",
        "way": "请登录：https://infusion.example-hospital.org/courses/" + 37 * "0",
    },
}


@dataclass(frozen=True, kw_only=True)
class MessageText:
    """One text in both languages: title, body and the whole in short."""

    title: Text
    body: Text
    short: Text

    def part(self, part: Part) -> Text:
        """Return one part in both languages."""
        found: Text = getattr(self, part.value)
        return found


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """What is wrong with a part in one language: a code and its words."""

    place: str
    code: str
    params: Mapping[str, str]


def flaws_of(text: MessageText) -> Iterator[Flaw]:
    """Yield everything for which a text is refused."""
    for part in Part:
        both = text.part(part)
        for language, written in (("en", both.en), ("zh", both.zh)):
            yield from _flaws(part, language, written)


def _flaws(part: Part, language: str, written: str) -> Iterator[Flaw]:
    place = f"{part}.{language}"
    if not written.strip():
        yield Flaw(place=place, code="text_empty", params={})
        return
    found = set(string.Template(written).get_identifiers())
    strange = sorted(found - ALLOWED[part])
    if strange or not _is_sound(written):
        known = ", ".join(f"${one}" for one in sorted(ALLOWED[part]))
        shown = ", ".join(f"${one}" for one in strange) or "$"
        params = {"found": shown, "known": known}
        yield Flaw(place=place, code="unknown_placeholder", params=params)
        return
    for name in sorted(NEEDED[part] - found):
        params = {"name": f"${name}"}
        yield Flaw(place=place, code="placeholder_missing", params=params)
    if part == Part.TITLE and len(written.splitlines()) > 1:
        # It is the subject of a mail, and none is sent with a line break in it.
        yield Flaw(place=place, code="not_one_line", params={})
    if part == Part.SHORT and (parts := parts_of(written, language)) > MOST_PARTS:
        params = {"parts": str(parts), "most": str(MOST_PARTS)}
        yield Flaw(place=place, code="text_too_long", params=params)


def _is_sound(written: str) -> bool:
    return string.Template(written).is_valid()


def parts_of(written: str, language: str) -> int:
    """Return how many parts a short text takes when everything in it is long."""
    values = _LONGEST[language]
    whole = values["hello"] + written + values["way"]
    return length_of(string.Template(whole).safe_substitute(values)).parts
