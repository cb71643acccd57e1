"""Checks catalogue files, those that ship and those a pharmacist is writing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.blocks import read_block, read_row, with_shared
from infusion.catalogue.building import check_recipes, draft_regimen
from infusion.catalogue.cadence import read_cadence
from infusion.catalogue.completing import try_completed
from infusion.catalogue.drafts import Draft
from infusion.catalogue.files import CatalogueFileRefused
from infusion.catalogue.lines import line_of, line_of_syntax_error
from infusion.catalogue.policies import read_policy
from infusion.catalogue.questionnaires import read_questionnaire
from infusion.catalogue.readiness import read_checklist
from infusion.catalogue.reasons import reason
from infusion.catalogue.recipes import read_recipe
from infusion.catalogue.reminders import read_rules
from infusion.catalogue.scales import read_scale
from infusion.catalogue.simulation import read_numbers
from infusion.catalogue.sources import all_sources
from infusion.catalogue.toxicity import read_toxicity
from infusion.catalogue.triage import read_triage
from infusion.catalogue.words import check_names
from infusion.domain.courses import Text
from infusion.domain.recipes import Recipe

# An overlay never ships: a site writes it, and it counts once it is signed.
KINDS = (*files.FOLDERS, "overlay")


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
    # Where the regimen of an overlay may stand; the files that are checked come first.
    regimens: Sequence[Path]


def shipped() -> list[Path]:
    """Return every catalogue file that ships."""
    return [path for kind in files.FOLDERS for path in files.paths(kind)]


def check(paths: Sequence[Path]) -> list[Problem]:
    """Return everything wrong with some files.

    A regimen may name the recipes and shared blocks that ship and those among the files.
    """
    known = Known(
        recipes=_known_recipes(paths),
        shared=_known_blocks(paths),
        regimens=[*paths, *files.paths("regimen")],
    )
    found = [problem for path in paths for problem in _check_file(path, known)]
    return found + [_problem(one) for one in _twice(paths)]


def kind_of(path: Path, data: Mapping[str, Any]) -> str:
    """Return the kind of a file.

    :raises CatalogueFileRefused: when the file does not say a known one.
    """
    found = data.get("kind")
    if found not in KINDS:
        why = reason("unknown_kind", found=repr(found), known=", ".join(KINDS))
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


def _twice(paths: Sequence[Path]) -> Iterator[CatalogueFileRefused]:
    """Refuse the second of two files that have one kind and one key."""
    seen: dict[tuple[str, str], Path] = {}
    for path in paths:
        try:
            data = files.load(path)
        except CatalogueFileRefused:
            continue
        name = (str(data.get("kind")), str(data.get("key", path.stem)))
        if name in seen and seen[name] != path:
            why = reason("key_twice", other=seen[name].as_posix(), key=name[1])
            yield CatalogueFileRefused(path, "key", why)
        seen.setdefault(name, path)


def _check_file(path: Path, known: Known) -> list[Problem]:
    try:
        data = files.load(path)
        kind = kind_of(path, data)
    except CatalogueFileRefused as refusal:
        return [_problem(refusal)]
    refusals = list(files.problems(path, data, kind)) or [
        *_insane(path, kind, data, known),
        *_unlisted(path, data),
    ]
    return [_problem(refusal) for refusal in refusals]


def _insane(
    path: Path, kind: str, data: Mapping[str, Any], known: Known
) -> list[CatalogueFileRefused]:
    """Build the value of a file that satisfies its schema, and say why it can't be."""
    draft = Draft(path)
    if kind == "regimen":
        check_recipes(draft, data, known.recipes)
        check_names(draft, data)
        draft_regimen(draft, with_shared(data, known.shared))
        return draft.refusals
    if kind == "overlay":
        return _overlay_refusals(draft, data, known)
    try:
        _READ[kind](path)
    except CatalogueFileRefused as refusal:
        return [refusal]
    return []


def _overlay_refusals(
    draft: Draft, data: Mapping[str, Any], known: Known
) -> list[CatalogueFileRefused]:
    """Try the values of a site on the regimen they are for; say so by their line."""
    key = data["regimen"]
    path = next((one for one in known.regimens if one.stem == key), None)
    try:
        regimen = files.read(path, "regimen") if path else None
    except CatalogueFileRefused:
        regimen = None
    if regimen is None:
        listed = ", ".join(one.stem for one in files.paths("regimen"))
        draft.refuse("regimen", "unknown_regimen", key=key, known=listed)
        return draft.refusals
    document = with_shared(regimen, known.shared)
    _, refusals = try_completed(document, data["values"])
    return [
        CatalogueFileRefused(draft.path, f"values.{one.place}", one.reason)
        for one in refusals
    ]


def _unlisted(path: Path, data: Mapping[str, Any]) -> Iterator[CatalogueFileRefused]:
    """Return the facts whose source nobody can look up."""
    for fact in files.facts(path.stem, data):
        for key in fact.sources:
            if key not in all_sources():
                place = fact.path.partition(": ")[2]
                yield CatalogueFileRefused(
                    path, place, reason("unknown_source", key=key)
                )


_READ: Mapping[str, Callable[[Path], object]] = {
    "block": read_block,
    "recipe": read_recipe,
    "policy": read_policy,
    "reminders": read_rules,
    "readiness": read_checklist,
    "toxicity": read_toxicity,
    "scale": read_scale,
    "triage": read_triage,
    "questionnaire": read_questionnaire,
    "cadence": read_cadence,
    "simulation": read_numbers,
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
