"""The codes FHIR R4 binds a field to, which the library accepts unseen."""

from collections.abc import Iterator, Mapping
from typing import Any

_BINDINGS: Mapping[str, frozenset[str]] = {
    "status": frozenset({"draft", "active", "retired", "unknown"}),
    "kind": frozenset({"applicability", "start", "stop"}),
    "relationship": frozenset(
        {
            *("before-start", "before", "before-end"),
            *("concurrent-with-start", "concurrent", "concurrent-with-end"),
            *("after-start", "after", "after-end"),
        }
    ),
    "groupingBehavior": frozenset({"visual-group", "logical-group", "sentence-group"}),
    "selectionBehavior": frozenset(
        {
            *("any", "all", "all-or-none"),
            *("exactly-one", "at-most-one", "one-or-more"),
        }
    ),
    "requiredBehavior": frozenset({"must", "could", "must-unless-documented"}),
    "cardinalityBehavior": frozenset({"single", "multiple"}),
    "enableBehavior": frozenset({"all", "any"}),
    "operator": frozenset({"exists", "=", "!=", ">", "<", ">=", "<="}),
    "durationUnit": frozenset({"s", "min", "h", "d", "wk", "mo", "a"}),
    "periodUnit": frozenset({"s", "min", "h", "d", "wk", "mo", "a"}),
}
# Under these fields "type" is bound as well, to a list of their own.
_ARTIFACTS = frozenset(
    {
        *("documentation", "justification", "citation", "predecessor"),
        *("successor", "derived-from", "depends-on", "composed-of"),
    }
)
_ITEMS = frozenset(
    {
        *("group", "display", "boolean", "decimal", "integer", "date", "dateTime"),
        *("time", "string", "text", "url", "choice", "open-choice", "attachment"),
        *("reference", "quantity"),
    }
)
_TYPES: Mapping[str, frozenset[str]] = {
    "relatedArtifact": _ARTIFACTS,
    "documentation": _ARTIFACTS,
    "item": _ITEMS,
}


class CodeNotBound(ValueError):
    """A code that FHIR does not know at its place; the mapping is wrong."""


def check_bindings(resource: dict[str, Any]) -> None:
    """Refuse a code outside the list its field is bound to.

    :raises CodeNotBound: for the first, naming its place.
    """
    for place, name, value in _codes(resource, ""):
        known = _TYPES[_holder(place)] if name == "type" else _BINDINGS[name]
        if value not in known:
            raise CodeNotBound(f"{place}: {value}")


def _codes(node: Any, place: str) -> Iterator[tuple[str, str, Any]]:
    """Walk to every bound code; extensions have fields of their own."""
    if isinstance(node, list):
        for at, each in enumerate(node):
            yield from _codes(each, f"{place}[{at}]")
    elif isinstance(node, dict):
        for name, value in node.items():
            here = f"{place}.{name}".lstrip(".")
            if name == "extension":
                continue
            if name in _BINDINGS or (name == "type" and _holder(here) in _TYPES):
                yield here, name, value
            else:
                yield from _codes(value, here)


def _holder(place: str) -> str:
    """Return the field that holds the one at this place."""
    return place.rpartition(".")[0].rpartition(".")[2].partition("[")[0]
