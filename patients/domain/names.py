"""How a person's name is written, sorted and found."""

import re
import unicodedata
from dataclasses import dataclass

# Unified ideographs with extension A, compatibility forms, and extensions B and later.
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Letters that Unicode does not take apart into a base letter and a mark.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe"})


def has_chinese(text: str) -> bool:
    """Say whether any character is Chinese."""
    return bool(_CJK.search(text))


def fold(text: str) -> str:
    """Return the text as it is searched for: lower case, no accents, single spaces."""
    parts = unicodedata.normalize("NFKD", text.casefold()).translate(_PLAIN)
    plain = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return " ".join(plain.split())


@dataclass(frozen=True, kw_only=True)
class PersonName:
    """A family and a given name, as the person writes them."""

    family: str
    given: str = ""

    @property
    def is_chinese(self) -> bool:
        """Say whether the name is written in Chinese characters."""
        return has_chinese(self.family + self.given)

    @property
    def display(self) -> str:
        """Write the name: family first and unspaced in Chinese, else given first."""
        if self.is_chinese:
            return f"{self.family}{self.given}"
        return f"{self.given} {self.family}".strip()

    @property
    def masked(self) -> str:
        """Write the name so that a passer-by can't read it: 张*, J. S."""
        if self.is_chinese:
            return f"{self.family[:1]}{'*' * max(1, len(self.given))}"
        initials = [part[0] for part in (self.given, self.family) if part]
        return " ".join(f"{letter}." for letter in initials)
