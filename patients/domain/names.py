"""How a person's name is written, sorted and found."""

import re
from dataclasses import dataclass

_CJK = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, kw_only=True)
class PersonName:
    """A family and a given name, as the person writes them."""

    family: str
    given: str = ""

    @property
    def is_chinese(self) -> bool:
        """Say whether the name is written in Chinese characters."""
        return bool(_CJK.search(self.family + self.given))

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
