"""How much room a text takes, without a font at hand: on the safe side."""

import re
import unicodedata

TITLE, SMALL = 13.5, 12.0
LEADING = 16
# How much wider a bold letter is.
BOLD = 1.1
_NARROW = frozenset("iljtfrI.,:;'|()[]! /-·")
_WIDE_LETTERS = frozenset("mwMWµ%@—→")
# Break before a wide letter or after a space: Chinese has no spaces.
_PIECES = re.compile(
    r"[^\s\u2e80-\uffef]+[，。；：、）]?\s*|[\u2e80-\uffef][，。；：、）]?\s*|\s+"
)


def width_of(text: str, size: float) -> float:
    """Return the width of a text in pixels, rather too large than too small."""
    return sum(_em(letter) for letter in text) * size


def _em(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if letter in _NARROW:
        return 0.36
    if letter in _WIDE_LETTERS:
        return 0.95
    return 0.7 if letter.isupper() else 0.58


def wrap(text: str, room: float, size: float) -> list[str]:
    """Return the text in lines no wider than the room; a long word is cut."""
    lines = [""]
    for piece in _pieces(text, room, size):
        if width_of((lines[-1] + piece).rstrip(), size) > room and lines[-1]:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines if line.strip()]


def _pieces(text: str, room: float, size: float) -> list[str]:
    found: list[str] = []
    for piece in _PIECES.findall(text):
        rest = piece
        while width_of(rest.rstrip(), size) > room:
            fits = next(
                n
                for n in range(len(rest), 0, -1)
                if n == 1 or width_of(rest[:n], size) <= room
            )
            found.append(rest[:fits])
            rest = rest[fits:]
        found.append(rest)
    return found
