"""What a new plan changes: only that is written, the rest keeps its identity."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True, kw_only=True)
class Difference(Generic[_Key, _Value]):
    """The keys to write, to rewrite and to withdraw."""

    added: Mapping[_Key, _Value] = field(default_factory=dict)
    changed: Mapping[_Key, _Value] = field(default_factory=dict)
    removed: frozenset[_Key] = frozenset()


def difference(
    stored: Mapping[_Key, _Value], wanted: Mapping[_Key, _Value]
) -> Difference[_Key, _Value]:
    """Compare what is stored with what the plan wants, by key."""
    return Difference(
        added={key: value for key, value in wanted.items() if key not in stored},
        changed={
            key: value
            for key, value in wanted.items()
            if key in stored and stored[key] != value
        },
        removed=frozenset(stored) - frozenset(wanted),
    )
