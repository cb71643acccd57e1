"""Fills what a site has signed into the document of a regimen, and checks it anew."""

import copy
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.building import check_recipes, draft_regimen
from infusion.catalogue.drafts import Draft
from infusion.catalogue.files import CatalogueFileRefused
from infusion.catalogue.recipes import all_recipes
from infusion.domain.conditions import UNITS, FactKind
from infusion.domain.evidence import NEEDS_SIGN_OFF, Mark

Row = Mapping[str, Any]
Values = Mapping[str, Mapping[str, str]]

_STEPS = re.compile(r"\d+:[\w-]+(, \d+:[\w-]+)*")


def completed(data: Row, values: Values) -> dict[str, Any]:
    """Return a regimen's document with the values of a site at their places.

    ``values`` holds, by place, the value, its unit, where it is from and a note. A value
    may fill a hole, answer a question, or replace a number that needs sign-off; what a
    source gives can't be replaced. Dose steps are written ``0:low, 96:full``, recipes by
    key: ``cn-24h, cn-48h``.

    :raises CatalogueFileRefused: naming the place, for the first thing that is not sound.
    """
    document, refusals = try_completed(data, values)
    for refusal in refusals:
        raise refusal
    return document


def try_completed(
    data: Row, values: Values
) -> tuple[dict[str, Any], list[CatalogueFileRefused]]:
    """Return the completed document and everything that is wrong with it."""
    draft = Draft(Path(f"{data['key']}.toml"))
    document: dict[str, Any] = copy.deepcopy(dict(data))
    slots = {place: (holder, name) for place, holder, name in _slots(document)}
    if not document["recipes"]:
        slots["recipes"] = (document, "recipes")
    for place, value in values.items():
        if place not in slots:
            draft.refuse(place, "unknown_place")
            continue
        _fill(draft, place, slots[place], value)
    if not draft.refusals:
        draft.refusals.extend(files.problems(draft.path, document, "document"))
    if not draft.refusals:
        check_recipes(draft, document, all_recipes())
        draft_regimen(draft, document)
    return document, draft.refusals


def _slots(data: Any, place: str = "") -> Iterator[tuple[str, Any, str]]:
    """Return every place that may take a value: what holds it, and under which name."""
    if isinstance(data, dict):
        for name, value in data.items():
            here = f"{place}.{name}".strip(".")
            if isinstance(value, dict) and _is_value(value):
                yield here, data, name
            else:
                yield from _slots(value, here)
    elif isinstance(data, list):
        for number, row in enumerate(data, 1):
            here = f"{place}{files.item_of(data, number)}"
            if isinstance(row, dict) and _is_slot(place, row):
                yield here, row, ""
            yield from _slots(row, here)


def _is_value(row: Row) -> bool:
    return row.get("missing") is True or ("mark" in row and "value" in row)


def _is_slot(place: str, row: Row) -> bool:
    """Say whether a row of a list takes a value itself: a question or a condition."""
    return place == "questions" or ("fact" in row and "mark" in row)


def _fill(
    draft: Draft, place: str, slot: tuple[Any, str], value: Mapping[str, str]
) -> None:
    holder, name = slot
    if not value.get("source", "").strip():
        draft.refuse(place, "no_source")
        return
    if not name:
        fill = _fill_question if "note" in holder and "key" in holder else _fill_limit
        fill(draft, place, holder, value)
        return
    if name == "recipes":
        keys = [key.strip() for key in value["value"].split(",")]
        holder[name] = [key for key in keys if key]
        if not holder[name]:
            draft.refuse(place, "empty")
        return
    before = holder[name]
    if not _is_open(draft, place, before, value, unit=before["unit"]):
        return
    if name == "steps_missing":
        _fill_steps(draft, place, holder, value)
        return
    holder[name] = _fact(value, before)


def _is_open(
    draft: Draft, place: str, before: Row, value: Mapping[str, str], *, unit: str
) -> bool:
    """Refuse to replace what a source gives, or by a value in another unit."""
    is_loose = before.get("recheck") or before.get("missing")
    if not is_loose and Mark(before["mark"]) not in NEEDS_SIGN_OFF:
        draft.refuse(place, "sourced", mark=before["mark"])
        return False
    if value.get("unit", "") != unit:
        found = repr(value.get("unit", ""))
        draft.refuse(place, "not_allowed", found=found, allowed=repr(unit))
        return False
    return True


def _fill_question(
    draft: Draft, place: str, question: dict[str, Any], value: Mapping[str, str]
) -> None:
    """Keep the answer beside the question: it is no longer open."""
    if value.get("unit", ""):
        found = repr(value["unit"])
        draft.refuse(place, "not_allowed", found=found, allowed="''")
        return
    question["answer"] = _fact(value, {"unit": ""})


def _fill_limit(
    draft: Draft, place: str, condition: dict[str, Any], value: Mapping[str, str]
) -> None:
    compared = next((one for one in ("below", "at_least") if one in condition), None)
    if compared is None or not isinstance(condition[compared], str):
        draft.refuse(place, "unknown_place")
        return
    unit = UNITS[FactKind(condition["fact"])]
    if not _is_open(draft, place, condition, value, unit=unit):
        return
    condition[compared] = value["value"]
    condition.update(mark=Mark.SITE.value, sources=[value["source"]])


def _fill_steps(
    draft: Draft, place: str, infusion: dict[str, Any], value: Mapping[str, str]
) -> None:
    written = value["value"]
    if not _STEPS.fullmatch(written):
        draft.refuse(place, "pattern", found=repr(written), wanted="0:low, 96:full")
        return
    del infusion["steps_missing"]
    infusion["steps"] = [
        {"level": level, "from_hour": _fact({**value, "value": hour}, {"unit": "h"})}
        for hour, _, level in (step.partition(":") for step in written.split(", "))
    ]


def _fact(value: Mapping[str, str], before: Row) -> dict[str, Any]:
    """Write a value of the site as a fact; its note is in the site's own language."""
    note = value.get("note", "").strip()
    return {
        "value": value["value"],
        "unit": before["unit"],
        "mark": Mark.SITE.value,
        "sources": [value["source"]],
        **({"note": {"en": note, "zh": note}} if note else {}),
    }
