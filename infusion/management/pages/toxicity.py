"""Renders the rules after a toxicity: what applies to whom, and where a rule is missing."""

from collections.abc import Iterator, Mapping
from typing import Any

from infusion.management.pages.markdown import table

_COLUMNS = (
    "row",
    "event",
    "grade",
    "weight",
    "action",
    "until",
    "stop for good",
    "note",
)
_HOLE = "**no rule found: the site must sign · 未找到规定：须由本机构签署**"


def section(data: Mapping[str, Any]) -> str:
    """Return the table of rules, holes shown as holes."""
    named = ", ".join(f"`{key}`" for key in data["regimens"])
    note = data.get("note", {"en": "", "zh": ""})
    return (
        f"Read for {named} and for no other regimen. {note['en']} {note['zh']}\n\n"
        "The service shows these rows and applies none: a physician decides. "
        "系统只展示规则，由医生决定。\n\n"
        f"{table(_COLUMNS, [tuple(_cells(row)) for row in data['rows']])}"
    )


def _cells(row: Mapping[str, Any]) -> Iterator[str]:
    yield f"`{row['key']}`"
    yield ", ".join(row["events"])
    yield ", ".join(map(str, row["grades"])) or "any"
    yield _weight(row)
    yield row.get("action", _HOLE)
    yield _until(row.get("until"))
    yield "; ".join(map(_stop, row.get("stop_when", ()))) or "—"
    note = row.get("note")
    yield f"{note['en']} {note['zh']}" if note else "—"


def _weight(row: Mapping[str, Any]) -> str:
    if "from_kg" in row:
        return f">= {row['from_kg']} kg"
    return f"< {row['below_kg']} kg" if "below_kg" in row else "any"


def _until(until: Mapping[str, Any] | None) -> str:
    if until is None:
        return "—"
    held = until.get("held_for")
    at_least = f", {held['value']} {held['unit']} at least" if held else ""
    return f"grade <= {until['grade']}{at_least}"


def _stop(one: Mapping[str, Any]) -> str:
    limit = one.get("limit")
    return f"{one['is']} {limit['value']} {limit['unit']}" if limit else one["is"]
