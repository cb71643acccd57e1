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


# Surnames of two characters that are still met; all others have one.
_DOUBLE = re.compile(
    "欧阳|司马|上官|诸葛|尉迟|夏侯|皇甫|公孙|慕容|令狐|长孙|宇文|司徒|司空|端木|东方|独孤"
    "|南宫|万俟|闻人|澹台|申屠|轩辕|钟离|鲜于|闾丘|赫连|西门|呼延|单于|太史|淳于"
    "|歐陽|司馬|諸葛|尉遲|長孫|東方|獨孤|南宮|澹臺|鍾離"
)


def split_chinese(text: str) -> tuple[str, str]:
    """Return the family and the given name of a Chinese name in one piece."""
    whole = "".join(text.split())
    double = _DOUBLE.match(whole)
    size = double.end() if double and double.end() < len(whole) else 1
    return whole[:size], whole[size:]


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
