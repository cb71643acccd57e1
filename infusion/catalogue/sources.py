"""Where the numbers were seen: the addresses behind the keys that facts name."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from infusion.domain.evidence import Fact

_FILE = Path(__file__).parent / "sources.toml"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A page or paper that was read; ``what`` says what it is, where that was kept."""

    key: str
    addresses: tuple[str, ...] = ()
    what: str = ""


@cache
def all_sources() -> dict[str, Source]:
    """Return every source by its key."""
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))["sources"]
    return {
        row["key"]: Source(
            key=row["key"], addresses=tuple(row["addresses"]), what=row["what"]
        )
        for row in rows
    }


def sources_of(facts: Iterable[Fact]) -> tuple[Source, ...]:
    """Return the sources that facts name, in the order of the list.

    A key that is not on the list, such as a site's own, stands for itself.
    """
    named = dict.fromkeys(key for fact in facts for key in fact.sources)
    known = all_sources()
    listed = [source for key, source in known.items() if key in named]
    return (*listed, *(Source(key=key) for key in named if key not in known))
