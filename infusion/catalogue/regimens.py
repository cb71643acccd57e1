"""The regimens."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.blocks import shared_rows, with_shared
from infusion.catalogue.building import check_recipes, draft_regimen
from infusion.catalogue.drafts import Draft
from infusion.catalogue.recipes import all_recipes
from infusion.catalogue.words import check_names
from infusion.domain.blocks import RegimenNotSane
from infusion.domain.recipes import Recipe
from infusion.domain.regimens import Regimen, RegimenUnknown

Row = Mapping[str, Any]


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


def document(key: str) -> dict[str, Any]:
    """Return a regimen as data that needs no other file, to be kept with a course.

    :raises RegimenUnknown: when there is none of this key.
    """
    path = next((one for one in files.paths("regimen") if one.stem == key), None)
    if path is None:
        raise RegimenUnknown(field="regimen", known=", ".join(all_regimens()))
    return with_shared(files.read(path, "regimen"), shared_rows())


def digest_of(data: Row) -> str:
    """Return the SHA-256 of a document: equal documents have equal ones."""
    return hashlib.sha256(_written(data).encode()).hexdigest()


def _written(data: Row) -> str:
    return json.dumps(data, sort_keys=True, ensure_ascii=False, allow_nan=False)


def regimen_from(data: Row, digest: str | None = None) -> Regimen:
    """Read a regimen from a document that was kept; ``digest`` is its own, if known.

    :raises CatalogueFileRefused: when the document is not sound.
    """
    return _kept(_Document(digest or digest_of(data), data))


@dataclass(frozen=True)
class _Document:
    """A document that is the same as another when its digest is."""

    digest: str
    data: Row = field(compare=False)


@lru_cache(maxsize=256)
def _kept(document: _Document) -> Regimen:
    path = Path(f"{document.data.get('key', 'document')}.toml")
    for problem in files.problems(path, document.data, "document"):
        raise problem
    # A database keeps no order of keys: whoever reads it first must not set the order.
    return _finished(Draft(path), json.loads(_written(document.data)))


def read_regimen(path: Path) -> Regimen:
    """Read one regimen file.

    :raises CatalogueFileRefused: when the file is not sound.
    """
    draft, data = Draft(path), files.read(path, "regimen")
    check_recipes(draft, data, all_recipes())
    check_names(draft, data)
    return _finished(draft, with_shared(data, shared_rows()))


def _finished(draft: Draft, data: Row) -> Regimen:
    regimen = draft_regimen(draft, data)
    for refusal in draft.refusals:
        raise refusal
    # Without a refusal there is a regimen; this is for the reader and the type checker.
    if regimen is None:
        raise RegimenNotSane(field="regimen")
    return regimen
