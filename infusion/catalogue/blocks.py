"""Builds the blocks of a regimen, and reads those that all regimens share."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.drafts import Draft
from infusion.domain.blocks import (
    TIMELESS,
    After,
    Block,
    BlockKind,
    CyclePattern,
    DoseStep,
    Edge,
    Gate,
    Given,
    RegimenNotSane,
    Rhythm,
    Route,
    Successor,
    Until,
)
from infusion.domain.conditions import (
    MRD_WORDS,
    UNITS,
    WORDS,
    Condition,
    FactKind,
    FactNotUsable,
    Operator,
)
from infusion.domain.instants import HOUR, days_begun

Row = Mapping[str, Any]

_DAYS = re.compile(r"[1-9]\d*(, [1-9]\d*)*")
_COMPARED = {
    "is": Operator.IS,
    "below": Operator.BELOW,
    "at_least": Operator.AT_LEAST,
}


@cache
def shared_rows() -> dict[str, dict[str, Any]]:
    """Return the blocks that all regimens share, as written in a regimen."""
    return {path.stem: read_row(path) for path in files.paths("block")}


@cache
def shared_blocks() -> dict[str, Block]:
    """Return the blocks that all regimens share: pre-phases to open with, and exits."""
    return {path.stem: read_block(path) for path in files.paths("block")}


def read_block(path: Path) -> Block:
    """Read one shared block.

    :raises CatalogueFileRefused: when the file is not sound.
    """
    draft = Draft(path)
    block = draft_block(draft, "block", read_row(path), levels=())
    draft.check()
    return block


def read_row(path: Path) -> dict[str, Any]:
    """Read one shared block as a regimen would write it.

    :raises CatalogueFileRefused: when the file does not satisfy its schema.
    """
    data = files.read(path, "block")
    return {"key": data["key"], "title": data["title"], **data["block"]}


def with_shared(data: Row, shared: Mapping[str, Row]) -> dict[str, Any]:
    """Return a regimen that needs no other file: shared exits it names are put in."""
    own = {row["key"] for row in data["blocks"]}
    named = [way["to"] for row in data["blocks"] for way in row.get("next", ())]
    added = [
        dict(shared[key])
        for key in dict.fromkeys(named)
        if key not in own and key in shared and shared[key]["kind"] == BlockKind.EXIT
    ]
    return {**data, "blocks": [*data["blocks"], *added]}


def draft_blocks(
    draft: Draft, rows: Sequence[Row], levels: Collection[str]
) -> tuple[Block, ...]:
    """Build every block; what is wrong with one does not hide what is with the next."""
    keys = [row["key"] for row in rows]
    blocks = []
    for number, row in enumerate(rows, 1):
        place = f"blocks{files.item_of(rows, number)}"
        if row["key"] in keys[: number - 1]:
            draft.refuse(f"{place}.key", "block_twice", key=row["key"])
        blocks.append(draft_block(draft, place, row, levels))
    return tuple(blocks)


def draft_block(draft: Draft, place: str, row: Row, levels: Collection[str]) -> Block:
    """Build one block; a part that is refused is left out."""
    kind = BlockKind(row["kind"])
    _check_parts(draft, place, kind, row)
    pattern, days = _lengths(draft, place, row, _pattern(draft, place, row, levels))
    try:
        return Block(
            key=row["key"],
            kind=kind,
            title=files.text(row["title"]),
            row=row.get("row", ""),
            times=_times(draft, f"{place}.times", row),
            own_days=days,
            pattern=pattern,
            until=_until(draft, place, row),
            gate=_gate(draft, place, row),
            given=tuple(_givens(draft, place, row)),
            successors=tuple(_successors(draft, place, row)),
            reentry=row.get("reentry"),
        )
    except RegimenNotSane as error:
        # Said above with its numbers; this keeps the rest readable.
        draft.refuse(f"{place}.{error.field}", "invalid", detail=error.field)
        return Block(key=row["key"], kind=kind, title=files.text(row["title"]))


def _times(draft: Draft, place: str, row: Row) -> int:
    """Return how often a block is given in a row; once where that is not known."""
    times = draft.whole(place, row.get("times"))
    if times == 0:
        draft.refuse(place, "times")
    return times or 1


def _check_parts(draft: Draft, place: str, kind: BlockKind, row: Row) -> None:
    """Refuse a block that lacks what its kind needs."""
    if kind in {BlockKind.BLINATUMOMAB, BlockKind.COMBINED}:
        if "infusion" not in row and "given" not in row:
            draft.refuse(place, "no_infusion", kind=kind.value)
        return
    goes_on = any(not way.get("optional", False) for way in row.get("next", ()))
    has_length = "length_days" in row or "until" in row
    if kind not in TIMELESS and goes_on and not has_length:
        draft.refuse(place, "no_length")


def _pattern(
    draft: Draft, place: str, row: Row, levels: Collection[str]
) -> CyclePattern | None:
    infusion = row.get("infusion")
    if infusion is None:
        return None
    place = f"{place}.infusion"
    if row["kind"] not in {BlockKind.BLINATUMOMAB, BlockKind.COMBINED}:
        draft.refuse(place, "infusion_kind", kind=row["kind"])
        return None
    _check_infusion(draft, place, row, infusion)
    hours = draft.whole(f"{place}.hours", infusion["hours"])
    steps = _steps(draft, place, infusion, levels)
    free = draft.whole(f"{place}.free_days", infusion.get("free_days"))
    inpatient = infusion.get("inpatient_days")
    stay = draft.whole(f"{place}.inpatient_days", inpatient)
    if hours is None or not steps:
        return None
    if not _fit(draft, place, hours, steps):
        return None
    return CyclePattern(
        infusion_hours=hours, free_days=free, steps=steps, inpatient_days=stay
    )


def _check_infusion(draft: Draft, place: str, row: Row, infusion: Row) -> None:
    if "free_days" not in infusion and "length_days" not in row:
        draft.refuse(place, "no_free_days")
    if "steps" not in infusion and "steps_missing" not in infusion:
        draft.refuse(place, "no_steps")


def _steps(
    draft: Draft, place: str, infusion: Row, levels: Collection[str]
) -> tuple[DoseStep, ...]:
    """Return the dose steps; none where they are missing or one is refused."""
    steps = []
    for number, row in enumerate(infusion.get("steps", ()), 1):
        here = f"{place}.steps[{number}]"
        hour = draft.whole(f"{here}.from_hour", row["from_hour"])
        if row["level"] not in levels:
            draft.refuse(f"{here}.level", "level", found=row["level"])
        elif hour is not None:
            steps.append(DoseStep(from_hour=hour, level=row["level"]))
    is_whole = len(steps) == len(infusion.get("steps", ()))
    return tuple(steps) if is_whole else ()


def _fit(draft: Draft, place: str, hours: int, steps: Sequence[DoseStep]) -> bool:
    """Refuse an infusion of no hours, and steps that do not lie inside it."""
    if hours == 0:
        draft.refuse(f"{place}.hours", "infusion")
        return False
    found = [step.from_hour for step in steps]
    is_rising = found == sorted(set(found)) and found[0] == 0
    if is_rising and found[-1] < hours:
        return True
    wrong = next(
        (
            number
            for number, hour in enumerate(found, 1)
            if hour >= hours or (number == 1 and hour)
        ),
        None,
    )
    here = f"{place}.steps[{wrong}]" if wrong else f"{place}.steps"
    draft.refuse(here, "steps_outside", hours=hours, found=", ".join(map(str, found)))
    return False


def _lengths(
    draft: Draft, place: str, row: Row, pattern: CyclePattern | None
) -> tuple[CyclePattern | None, int | None]:
    """Return the infusion and the days of the block, as far as the row gives them."""
    written = row.get("length_days")
    days = draft.whole(f"{place}.length_days", written)
    if pattern is None:
        return None, _planned_days(draft, row) if written is None else days
    if days is not None:
        return _stretched(draft, place, pattern, days)
    if written is not None:
        # Chemotherapy shares the block: when it ends is open, whatever the infusion does.
        return replace(pattern, free_days=None), None
    return pattern, None


def _planned_days(draft: Draft, row: Row) -> int | None:
    """Return the days of an infusion whose dose steps alone are missing."""
    infusion = row.get("infusion", {})
    # What is refused here was said where the infusion was read.
    quiet = Draft(draft.path)
    hours = quiet.whole("hours", infusion.get("hours"))
    free = quiet.whole("free_days", infusion.get("free_days"))
    return days_begun(hours * HOUR) + free if hours and free is not None else None


def _stretched(
    draft: Draft, place: str, pattern: CyclePattern, days: int
) -> tuple[CyclePattern, int | None]:
    """Let the free days fill the length of the block, where that is given."""
    infusion_days = days_begun(pattern.infusion_hours * HOUR)
    least = infusion_days + (pattern.free_days or 0)
    if days < least:
        draft.refuse(f"{place}.length_days", "length_days", found=days, least=least)
        return pattern, None
    return replace(pattern, free_days=days - infusion_days), days


def _until(draft: Draft, place: str, row: Row) -> Until | None:
    until = row.get("until")
    if until is None:
        return None
    days = draft.whole(f"{place}.until.days", until["days"])
    if days is None:
        return None
    return Until(anchor=until["anchor"], edge=Edge(until["edge"]), days=days)


def _gate(draft: Draft, place: str, row: Row) -> Gate | None:
    gate = row.get("gate")
    if gate is None:
        return None
    here = f"{place}.gate.thresholds"
    limits = tuple(_conditions(draft, here, gate.get("thresholds", ())))
    return Gate(text=files.text(gate["text"]), thresholds=limits)


def _givens(draft: Draft, place: str, row: Row) -> Iterator[Given]:
    for number, given in enumerate(row.get("given", ()), 1):
        here = f"{place}.given[{number}]"
        dose = given.get("dose")
        yield Given(
            drug=files.text(given["drug"]),
            route=Route(given["route"]),
            rhythm=Rhythm(given["rhythm"]),
            days=_days(draft, f"{here}.days", given.get("days")),
            times=draft.whole(f"{here}.times", given.get("times")),
            dose=files.text(dose["text"]) if dose else None,
            through_free=given.get("through_free", False),
        )


def _days(draft: Draft, place: str, fact: Row | None) -> tuple[int, ...]:
    """Read "1, 8, 15"."""
    if fact is None or fact.get("missing"):
        return ()
    found = fact["value"]
    if not _DAYS.fullmatch(found):
        draft.refuse(place, "days", found=repr(found))
        return ()
    return tuple(int(day) for day in found.split(", "))


def _successors(draft: Draft, place: str, row: Row) -> Iterator[Successor]:
    for number, way in enumerate(row.get("next", ()), 1):
        here = f"{place}.next[{number}].when"
        yield Successor(
            to=way["to"],
            when=tuple(_conditions(draft, here, way.get("when", ()))),
            after=After(way.get("after", After.LAST)),
            optional=way.get("optional", False),
            text=files.text(way["text"]) if "text" in way else None,
        )


def _conditions(draft: Draft, place: str, rows: Sequence[Row]) -> Iterator[Condition]:
    for number, row in enumerate(rows, 1):
        here = f"{place}[{number}]"
        compared = [name for name in _COMPARED if name in row]
        if len(compared) != 1:
            draft.refuse(here, "one_comparison")
            continue
        (name,) = compared
        values = _values(draft, f"{here}.{name}", row, row[name])
        kind = FactKind(row["fact"])
        try:
            yield Condition(
                kind=kind,
                operator=_COMPARED[name],
                values=values,
                assays=tuple(row.get("assay", ())),
            )
        except FactNotUsable:
            found, known = ", ".join(values), ", ".join(_known(kind))
            draft.refuse(
                f"{here}.{name}",
                "fact_not_usable",
                found=found,
                fact=kind.value,
                known=known,
            )


def _values(draft: Draft, place: str, row: Row, asked: Any) -> tuple[str, ...]:
    """Return what a condition compares with; a fact brings its unit along."""
    if isinstance(asked, list):
        return tuple(asked)
    if isinstance(asked, str):
        return (asked,)
    wanted = UNITS.get(FactKind(row["fact"]), "")
    if asked["unit"] != wanted:
        why = "unit_of_mrd" if row["fact"] == FactKind.MRD else "unit_of_fact"
        draft.refuse(place, why, found=asked["unit"], fact=row["fact"], wanted=wanted)
    return (asked["value"],)


def _known(kind: FactKind) -> tuple[str, ...]:
    words = MRD_WORDS if kind == FactKind.MRD else WORDS.get(kind, ())
    return (*words, f"0 … {UNITS[kind]}") if kind in UNITS else words
