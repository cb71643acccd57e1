"""The bag recipes."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from infusion.catalogue import files
from infusion.domain.recipes import Recipe, RecipeNotSane, RecipeUnknown

_FILTER = {"yes": True, "no": False, "unknown": None}


@cache
def all_recipes() -> dict[str, Recipe]:
    """Return every recipe by its key."""
    return {path.stem: read_recipe(path) for path in files.paths("recipe")}


def get_recipe(key: str) -> Recipe:
    """Return a recipe.

    :raises RecipeUnknown: when there is none of this key.
    """
    try:
        return all_recipes()[key]
    except KeyError:
        raise RecipeUnknown(field="recipe") from None


def read_recipe(path: Path) -> Recipe:
    """Read one recipe file.

    :raises CatalogueFileRefused: when the file is not sound.
    """
    data = files.read(path, "recipe")
    try:
        return _recipe(path, data)
    except RecipeNotSane as error:
        raise files.CatalogueFileRefused(
            path, f"facts.{error.field}", "disagrees with the other numbers"
        ) from None


def _recipe(path: Path, data: dict[str, Any]) -> Recipe:
    table = data["facts"]

    def number(name: str) -> Decimal:
        return files.number(path, f"facts.{name}", table[name])

    def whole(name: str) -> int:
        return files.whole(path, f"facts.{name}", table[name])

    return Recipe(
        key=data["key"],
        version=data["version"],
        title=files.text(data["title"]),
        jurisdiction=data["jurisdiction"],
        hours=whole("hours"),
        rate_ml_h=number("rate_ml_h"),
        volume_ml=number("volume_ml"),
        diluent=files.text(data["diluent"]),
        is_preserved=data["preserved"],
        filter_required=_FILTER[table["filter"]["value"]],
        min_weight_kg=number("min_weight_kg") if "min_weight_kg" in table else None,
        room_hours=whole("room_hours"),
        cold_hours=whole("cold_hours"),
        facts=tuple(files.facts(data["key"], data)),
    )
