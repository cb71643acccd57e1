"""Builds a regimen from the content of its file, and says all that is wrong with it."""

from collections.abc import Iterator, Mapping
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.blocks import draft_blocks, shared_rows
from infusion.catalogue.drafts import Draft
from infusion.catalogue.reasons import reason
from infusion.catalogue.words import read_names, with_names
from infusion.domain.blocks import Block, BlockKind
from infusion.domain.doses import DoseLevel, DoseTable
from infusion.domain.graphs import graph_problems
from infusion.domain.recipes import Recipe
from infusion.domain.regimens import (
    AgeBand,
    Cap,
    Missing,
    Premedication,
    Regimen,
    Trigger,
)

Row = Mapping[str, Any]


def check_recipes(draft: Draft, data: Row, recipes: Mapping[str, Recipe]) -> None:
    """Refuse recipes that are unknown, or written for another jurisdiction."""
    wanted = data["jurisdiction"]
    for key in data["recipes"]:
        if key not in recipes:
            draft.refuse("recipes", "unknown_recipe", key=key)
            continue
        found = recipes[key].jurisdiction
        if found != wanted:
            draft.refuse(
                "recipes", "other_jurisdiction", key=key, found=found, wanted=wanted
            )


def draft_regimen(draft: Draft, data: Row) -> Regimen | None:
    """Build a regimen; None when anything was refused, all of which is in the draft.

    The shared blocks it names must be part of the data already.
    """
    doses = _doses(draft, data.get("doses", {"levels": {}}))
    blocks = draft_blocks(draft, data["blocks"], doses.levels.keys())
    premedication = tuple(_premedication(draft, data))
    caps = tuple(_caps(draft, data))
    _check_graph(draft, blocks)
    if draft.refusals:
        return None
    label = data.get("label", {"id": "", "revision": ""})
    names = read_names(data)
    regimen = Regimen(
        key=data["key"],
        version=data["version"],
        title=files.text(data["title"]),
        jurisdiction=data["jurisdiction"],
        label_id=label["id"],
        label_revision=label["revision"],
        recipe_keys=tuple(data["recipes"]),
        doses=doses,
        blocks=with_names(blocks, names),
        names=names,
        premedication=premedication,
        facts=tuple(files.facts(data["key"], data)),
        population=files.text(data["population"]["text"]),
        rows=tuple(data["rows"]),
        missing=tuple(missing_in(data)),
        caps=caps,
    )
    return regimen if _has_max_cycles(draft, data, regimen) else None


def _check_graph(draft: Draft, blocks: tuple[Block, ...]) -> None:
    known = ", ".join(
        key for key, row in shared_rows().items() if row["kind"] == BlockKind.EXIT
    )
    for problem in graph_problems(blocks):
        if problem.field == "block_twice":
            continue  # said with its line while the blocks were read
        place = f"blocks.{problem.params['place']}.{problem.params['part']}"
        more = {
            name: problem.params[name]
            for name in ("to", "loop")
            if name in problem.params
        }
        draft.refuse(place, str(problem.field), known=known, **more)


def _has_max_cycles(draft: Draft, data: Row, regimen: Regimen) -> bool:
    found = draft.whole("max_cycles", data.get("max_cycles"))
    if found is not None and found != regimen.max_cycles:
        draft.refuse("max_cycles", "max_cycles", found=found, last=regimen.max_cycles)
    return not draft.refusals


def missing_in(data: Row) -> Iterator[Missing]:
    """Return what a regimen's document leaves open, by place, in file order."""
    if not data["recipes"] and any("infusion" in row for row in data["blocks"]):
        yield Missing(place="recipes", unit="", note=reason("no_recipes"))
    for place, hole in files.holes(data):
        yield Missing(place=place, unit=hole["unit"], note=files.text(hole["note"]))
    for row in data.get("questions", ()):
        if "answer" in row:
            continue
        place = f"questions.{row['key']}"
        yield Missing(place=place, unit="", note=files.text(row["note"]))


def _doses(draft: Draft, data: Row) -> DoseTable:
    limit = data.get("fixed_from_kg")
    levels = {
        key: _level(draft, key, row, is_fixed=limit is not None)
        for key, row in data["levels"].items()
    }
    return DoseTable(
        fixed_from_kg=draft.positive("doses.fixed_from_kg", limit),
        levels=levels,
        is_limit_known=limit is None or "missing" not in limit,
    )


def _level(draft: Draft, key: str, row: Row, *, is_fixed: bool) -> DoseLevel:
    place = f"doses.levels.{key}"
    needed = "fixed_mcg" if is_fixed else "per_m2_mcg"
    if needed not in row:
        draft.refuse(place, "missing", names=needed)
    read = {
        name: draft.positive(f"{place}.{name}", row.get(name))
        for name in ("fixed_mcg", "per_m2_mcg", "cap_mcg")
    }
    dose, cap = read["fixed_mcg"], read["cap_mcg"]
    if dose is not None and cap is not None and dose > cap:
        draft.refuse(f"{place}.fixed_mcg", "dose_above_cap", dose=dose, cap=cap)
    return DoseLevel(key=key, **read)


def _premedication(draft: Draft, data: Row) -> Iterator[Premedication]:
    keys = [row["key"] for row in data["blocks"]]
    for number, row in enumerate(data.get("premedication", ()), 1):
        blocks = None if row["blocks"] == "all" else tuple(row["blocks"])
        place = f"premedication[{number}].blocks"
        for key in blocks or ():
            if key not in keys:
                draft.refuse(place, "unknown_block", to=key, known=", ".join(keys))
        yield Premedication(
            trigger=Trigger(row["trigger"]),
            age_band=AgeBand(row["age_band"]),
            blocks=blocks,
            text=files.text(row["text"]),
            first_round_only=row.get("first_round_only", False),
        )


def _caps(draft: Draft, data: Row) -> Iterator[Cap]:
    for number, row in enumerate(data.get("caps", ()), 1):
        cycles = draft.whole(f"caps[{number}].cycles", row["cycles"])
        yield Cap(payer=files.text(row["payer"]), cycles=cycles or 0)
