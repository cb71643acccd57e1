"""The regimens."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.reasons import reason
from infusion.catalogue.recipes import all_recipes
from infusion.domain.doses import DoseLevel, DoseTable
from infusion.domain.recipes import Recipe
from infusion.domain.regimens import (
    AgeBand,
    CyclePattern,
    DoseStep,
    Premedication,
    Regimen,
    RegimenNotSane,
    RegimenUnknown,
    Trigger,
)


@cache
def all_regimens() -> dict[str, Regimen]:
    """Return every regimen by its key."""
    return {path.stem: read_regimen(path) for path in files.paths("regimen")}


def get_regimen(key: str) -> Regimen:
    """Return a regimen.

    :raises RegimenUnknown: when there is none of this key.
    """
    try:
        return all_regimens()[key]
    except KeyError:
        known = ", ".join(all_regimens())
        raise RegimenUnknown(field="regimen", known=known) from None


def recipes_of(regimen: Regimen) -> tuple[Recipe, ...]:
    """Return the bag recipes of a regimen's jurisdiction, shortest first."""
    found = (
        recipe for recipe in all_recipes().values() if recipe.key in regimen.recipe_keys
    )
    return tuple(sorted(found, key=lambda recipe: recipe.hours))


def read_regimen(path: Path, recipes: Mapping[str, Recipe] | None = None) -> Regimen:
    """Read one regimen file against the recipes it may name; those that ship, if none.

    :raises CatalogueFileRefused: when the file is not sound.
    """
    data = files.read(path, "regimen")
    _check_recipes(path, data, all_recipes() if recipes is None else recipes)
    try:
        regimen = _regimen(path, data)
    except RegimenNotSane as error:
        field = str(error.field)
        raise files.CatalogueFileRefused(path, "cycles", reason(field)) from None
    _check_max_cycles(path, data, regimen)
    return regimen


def _check_recipes(
    path: Path, data: dict[str, Any], recipes: Mapping[str, Recipe]
) -> None:
    wanted = data["jurisdiction"]
    for key in data["recipes"]:
        if key not in recipes:
            why = reason("unknown_recipe", key=key)
            raise files.CatalogueFileRefused(path, "recipes", why)
        found = recipes[key].jurisdiction
        if found != wanted:
            why = reason("other_jurisdiction", key=key, found=found, wanted=wanted)
            raise files.CatalogueFileRefused(path, "recipes", why)


def _check_max_cycles(path: Path, data: dict[str, Any], regimen: Regimen) -> None:
    found = files.whole(path, "max_cycles", data["max_cycles"])
    if found != regimen.max_cycles:
        why = reason("max_cycles", found=found, last=regimen.max_cycles)
        raise files.CatalogueFileRefused(path, "max_cycles", why)


def _regimen(path: Path, data: dict[str, Any]) -> Regimen:
    return Regimen(
        key=data["key"],
        version=data["version"],
        title=files.text(data["title"]),
        jurisdiction=data["jurisdiction"],
        label_id=data["label"]["id"],
        label_revision=data["label"]["revision"],
        recipe_keys=tuple(data["recipes"]),
        doses=_doses(path, data["doses"]),
        patterns=tuple(
            _pattern(path, f"cycles[{index}]", row)
            for index, row in enumerate(data["cycles"], 1)
        ),
        premedication=tuple(_premedication(row) for row in data["premedication"]),
        facts=tuple(files.facts(data["key"], data)),
    )


def _doses(path: Path, data: dict[str, Any]) -> DoseTable:
    return DoseTable(
        fixed_from_kg=files.positive(
            path, "doses.fixed_from_kg", data["fixed_from_kg"]
        ),
        levels={key: _level(path, key, row) for key, row in data["levels"].items()},
    )


def _level(path: Path, key: str, row: dict[str, Any]) -> DoseLevel:
    place = f"doses.levels.{key}"
    level = DoseLevel(
        key=key,
        fixed_mcg=files.positive(path, place, row["fixed_mcg"]),
        per_m2_mcg=files.positive(path, place, row["per_m2_mcg"]),
        cap_mcg=files.positive(path, place, row["cap_mcg"]),
    )
    if level.fixed_mcg > level.cap_mcg:
        why = reason("dose_above_cap", dose=level.fixed_mcg, cap=level.cap_mcg)
        raise files.CatalogueFileRefused(path, f"{place}.fixed_mcg", why)
    return level


def _pattern(path: Path, place: str, row: dict[str, Any]) -> CyclePattern:
    days = row.get("inpatient_days")
    return CyclePattern(
        first=row["first"],
        last=row["last"],
        infusion_hours=files.whole(path, place, row["infusion_hours"]),
        free_days=files.whole(path, place, row["free_days"]),
        inpatient_days=files.whole(path, place, days) if days else None,
        steps=tuple(
            DoseStep(
                from_hour=files.whole(path, f"{place}.steps", step["from_hour"]),
                level=step["level"],
            )
            for step in row["steps"]
        ),
    )


def _premedication(row: dict[str, Any]) -> Premedication:
    cycles = row["cycles"]
    return Premedication(
        trigger=Trigger(row["trigger"]),
        age_band=AgeBand(row["age_band"]),
        cycles=None if cycles == "all" else tuple(cycles),
        text=files.text(row["text"]),
    )
