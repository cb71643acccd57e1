"""Published rates of adverse events, with their marks and sources."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from infusion.domain.courses import Text
from infusion.domain.evidence import Mark
from infusion.domain.toxicity import ToxicityEvent

_FILE = Path(__file__).parent / "rates.toml"


@dataclass(frozen=True, kw_only=True)
class PublishedRate:
    """How many of a hundred patients had it; ``grade`` 0 is any grade."""

    key: str
    events: frozenset[ToxicityEvent]
    grade: int
    percent: float
    text: Text
    mark: Mark
    sources: tuple[str, ...]


@cache
def published_rates() -> tuple[PublishedRate, ...]:
    """Return the rates, in the order of the file."""
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))["rates"]
    return tuple(
        PublishedRate(
            key=row["key"],
            events=frozenset(map(ToxicityEvent, row["events"])),
            grade=row["grade"],
            percent=float(row["percent"]),
            text=Text(**row["text"]),
            mark=Mark(row["mark"]),
            sources=tuple(row["sources"]),
        )
        for row in rows
    )
