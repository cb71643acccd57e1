"""Checks catalogue files, those that ship and those a pharmacist is writing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.blocks import read_block, read_row, with_shared
from infusion.catalogue.building import check_recipes, draft_regimen
from infusion.catalogue.drafts import Draft
from infusion.catalogue.files import CatalogueFileRefused
from infusion.catalogue.lines import line_of, line_of_syntax_error
from infusion.catalogue.policies import read_policy
from infusion.catalogue.reasons import reason
from infusion.catalogue.recipes import read_recipe
from infusion.catalogue.reminders import read_rules
from infusion.domain.courses import Text
from infusion.domain.recipes import Recipe


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong with a file, and where."""

    path: Path
    line: int | None
    place: str
    reason: Text


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a regimen may name."""

    recipes: Mapping[str, Recipe]
    shared: Mapping[str, Mapping[str, Any]]


def shipped() -> list[Path]:
    """Return every catalogue file that ships."""
    return [path for kind in files.FOLDERS for path in files.paths(kind)]


def check(paths: Sequence[Path]) -> list[Problem]:
    """Return everything wrong with some files.

    A regimen may name the recipes and shared blocks that ship and those among the files.
    """
    known = Known(recipes=_known_recipes(paths), shared=_known_blocks(paths))
    return [problem for path in paths for problem in _check_file(path, known)]


def kind_of(path: Path, data: Mapping[str, Any]) -> str:
    """Return the kind of a file.

    :raises CatalogueFileRefused: when the file does not say a known one.
    """
    found = data.get("kind")
    if found not in files.FOLDERS:
        why = reason("unknown_kind", found=repr(found), known=", ".join(files.FOLDERS))
        raise CatalogueFileRefused(path, "kind", why)
    return str(found)


def _known_recipes(paths: Sequence[Path]) -> dict[str, Recipe]:
    """Return the sound recipes; what is wrong with the rest is said at their turn."""
    found: dict[str, Recipe] = {}
    for path in (*files.paths("recipe"), *paths):
        try:
            recipe = read_recipe(path)
        except CatalogueFileRefused:
            continue
        found[recipe.key] = recipe
    return found


def _known_blocks(paths: Sequence[Path]) -> dict[str, dict[str, Any]]:
    """Return the sound shared blocks; what is wrong with the rest is said at its turn."""
    found: dict[str, dict[str, Any]] = {}
    for path in (*files.paths("block"), *paths):
        try:
            row = read_row(path)
        except CatalogueFileRefused:
            continue
        found[row["key"]] = row
    return found


def _check_file(path: Path, known: Known) -> list[Problem]:
    try:
        data = files.load(path)
        kind = kind_of(path, data)
    except CatalogueFileRefused as refusal:
        return [_problem(refusal)]
    refusals = list(files.problems(path, data, kind)) or _insane(
        path, kind, data, known
    )
    return [_problem(refusal) for refusal in refusals]


def _insane(
    path: Path, kind: str, data: Mapping[str, Any], known: Known
) -> list[CatalogueFileRefused]:
    """Build the value of a file that satisfies its schema, and say why it can't be."""
    draft = Draft(path)
    if kind == "regimen":
        check_recipes(draft, data, known.recipes)
        draft_regimen(draft, with_shared(data, known.shared))
        return draft.refusals
    try:
        _READ[kind](path)
    except CatalogueFileRefused as refusal:
        return [refusal]
    return []


_READ: Mapping[str, Callable[[Path], object]] = {
    "block": read_block,
    "recipe": read_recipe,
    "policy": read_policy,
    "reminders": read_rules,
}


def _problem(refusal: CatalogueFileRefused) -> Problem:
    if refusal.place:
        text = refusal.path.read_text(encoding="utf-8")
        line = line_of(text, refusal.place)
    else:
        line = line_of_syntax_error(refusal.reason.en)
    return Problem(
        path=refusal.path, line=line, place=refusal.place, reason=refusal.reason
    )
