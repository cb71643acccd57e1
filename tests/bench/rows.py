"""One line of the report."""

from typing import NamedTuple


class Row(NamedTuple):
    """A measured value beside its limit; the ratio is the value over the limit."""

    name: str
    value: float
    unit: str
    limit: float | None
    ratio: float | None


def beside(name: str, value: float, unit: str, limit: float) -> Row:
    """Return a line with a limit."""
    return Row(name, value, unit, limit, value / limit)


def alone(name: str, value: float, unit: str) -> Row:
    """Return a line without one."""
    return Row(name, value, unit, None, None)
