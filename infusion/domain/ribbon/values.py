"""What a ribbon shows, laid out in elapsed hours from the start of the cycle."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Something at one instant: a day, a step, a visit, now."""

    at: float
    text: str
    title: str = ""
    kind: str = ""
    href: str = ""
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Span:
    """Something that lasts: a place, a pause, a calendar day."""

    start: float
    end: float
    text: str
    title: str = ""
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Block:
    """A bag as planned or as it hung; ``level`` 0 is the full dose."""

    start: float
    end: float
    dose: str
    hours: str
    level: int
    title: str
    href: str = ""
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The names of the rows."""

    placements: str
    planned: str
    actual: str
    visits: str


@dataclass(frozen=True, kw_only=True)
class Ribbon:
    """One cycle as a picture; every text is already in the reader's language."""

    key: str
    title: str
    description: str
    hours: float
    rows: Rows
    days: tuple[Mark, ...]
    dates: tuple[Span, ...]
    planned: tuple[Block, ...]
    actual: tuple[Block, ...] = ()
    placements: tuple[Span, ...] = ()
    gaps: tuple[Span, ...] = ()
    steps: tuple[Mark, ...] = ()
    visits: tuple[Mark, ...] = ()
    # The now line on top; the dry-at line and the end below.
    now: Mark | None = None
    below: tuple[Mark, ...] = field(default=())
