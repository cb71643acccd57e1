"""The bag recipes."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.reasons import reason
from infusion.domain.courses import Text
from infusion.domain.quantities import plain
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
            path, f"facts.{error.field}", _why(str(error.field), data["facts"])
        ) from None


def _why(field: str, table: dict[str, Any]) -> Text:
    """Show the sum that does not come out."""
    value = {name: table[name]["value"] for name in table}
    rate, hours = value["rate_ml_h"], value["hours"]
    return reason(
        field,
        rate=rate,
        hours=hours,
        product=plain(Decimal(rate) * Decimal(hours)),
        volume=value["volume_ml"],
        room=value["room_hours"],
        cold=value["cold_hours"],
        runs=value.get("run_hours"),
        bag=value.get("bag_volume_ml"),
    )


def _recipe(path: Path, data: dict[str, Any]) -> Recipe:
    table = data["facts"]

    def number(name: str) -> Decimal:
        return files.positive(path, f"facts.{name}", table[name])

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
        run_hours=_stops(table),
        bag_volume_ml=number("bag_volume_ml") if "bag_volume_ml" in table else None,
        vial_mcg=number("vial_mcg") if "vial_mcg" in table else None,
        is_rate_rounded=data.get("rate_rounded", False),
    )


def _stops(table: dict[str, Any]) -> tuple[int, ...]:
    """Return the runs after which the bag is taken down on purpose, the shortest first."""
    if "run_hours" not in table:
        return ()
    return tuple(sorted(map(int, table["run_hours"]["value"].split(", "))))
