"""How many parts a text message takes, and whether it fits.

A text whose every character is in the GSM default alphabet or its extension travels in
septets, any other in UCS-2: one Chinese character makes the whole text dearer. Source:
3GPP TS 23.038 (alphabets) and TS 23.040 (parts of a concatenated message).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Behind an escape: two septets each.
_EXTENDED = frozenset("\f^{}\\[~]|€")


class Alphabet(StrEnum):
    """How the characters of a text message are written."""

    GSM_7 = "GSM_7"
    UCS_2 = "UCS_2"


@dataclass(frozen=True)
class _Room:
    """Units in a message of one part, and in each part of a longer one."""

    alone: int
    each: int


# A part of several gives up 6 octets to say which part it is (TS 23.040, 9.2.3.24.1).
_ROOM = {Alphabet.GSM_7: _Room(160, 153), Alphabet.UCS_2: _Room(70, 67)}


@dataclass(frozen=True, kw_only=True)
class Length:
    """The length of a text message: units are septets or UCS-2 code units."""

    alphabet: Alphabet
    units: int
    parts: int


def length_of(text: str) -> Length:
    """Return how long a text is on the way; an empty one takes one part."""
    alphabet = alphabet_of(text)
    sizes = list(_sizes(text, alphabet))
    room = _ROOM[alphabet]
    units = sum(sizes)
    parts = 1 if units <= room.alone else _parts(sizes, room.each)
    return Length(alphabet=alphabet, units=units, parts=parts)


def alphabet_of(text: str) -> Alphabet:
    """Return the alphabet a text needs."""
    is_gsm = all(one in _BASIC or one in _EXTENDED for one in text)
    return Alphabet.GSM_7 if is_gsm else Alphabet.UCS_2


def _sizes(text: str, alphabet: Alphabet) -> Iterator[int]:
    """Yield the units of each character; none may be torn over two parts."""
    for one in text:
        is_double = one in _EXTENDED if alphabet is Alphabet.GSM_7 else one > "\uffff"
        yield 2 if is_double else 1


def _parts(sizes: list[int], room: int) -> int:
    """Count the parts when each is filled with whole characters."""
    parts, left = 1, room
    for size in sizes:
        if size > left:
            parts, left = parts + 1, room
        left -= size
    return parts
