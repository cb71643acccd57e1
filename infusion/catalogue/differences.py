"""What changed between two catalogue files, number by number."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infusion.catalogue.files import item_of


@dataclass(frozen=True, kw_only=True)
class Change:
    """One place that differs; a side is missing where the place is not in its file."""

    place: str
    before: str | None
    after: str | None


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return what differs, in the order of the files."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    return [
        Change(place=place, before=old.get(place), after=new.get(place))
        for place in dict.fromkeys((*old, *new))
        if old.get(place) != new.get(place)
    ]


def _leaves(data: Any, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(data, Mapping):
        for name, value in data.items():
            yield from _leaves(value, f"{place}.{name}".strip("."))
    elif isinstance(data, list) and any(isinstance(one, Mapping) for one in data):
        for number, value in enumerate(data, 1):
            yield from _leaves(value, f"{place}{item_of(data, number)}")
    elif isinstance(data, list):
        yield place, ", ".join(str(one) for one in data)
    else:
        yield place, str(data)
