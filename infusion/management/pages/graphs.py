"""Draws the graph of a regimen as a diagram, with what is given in each block."""

from collections.abc import Iterator

from django.utils import translation

from infusion.domain.blocks import Block, BlockKind, Successor
from infusion.domain.regimens import Regimen
from infusion.management.pages.coverage import holes
from infusion.management.pages.markdown import table
from infusion.wording.conditions import conditions_sentence
from infusion.wording.regimens import length_of, rounds_of

_SHAPES = {BlockKind.DECISION: ("{{", "}}"), BlockKind.EXIT: ("([", "])")}


def sections(regimen: Regimen) -> Iterator[str]:
    """Return the graph, what is given beside the infusions, and what is missing."""
    with translation.override("en"):
        yield "## Graph · 流程图\n"
        yield "\n".join(("```mermaid", "flowchart TD", *_lines(regimen), "```")) + "\n"
        rows = list(_given(regimen))
        if rows:
            columns = (
                "block",
                "drug",
                "药物",
                "route",
                "days",
                "times",
                "dose",
                "剂量",
            )
            yield "## Given beside the infusion · 同时给予\n"
            yield table(columns, rows)
    if not regimen.is_complete:
        yield "## Missing · 缺失项\n"
        yield holes(regimen.missing)


def _lines(regimen: Regimen) -> Iterator[str]:
    names = {block.key: f"b{number}" for number, block in enumerate(regimen.blocks, 1)}
    for block in regimen.blocks:
        left, right = _SHAPES.get(block.kind, ("[", "]"))
        label = "<br/>".join(_label(block, regimen))
        yield f'    {names[block.key]}{left}"{_quoted(label)}"{right}'
    for block in regimen.blocks:
        for way in block.successors:
            arrow = "-.->" if way.optional else "-->"
            said = _quoted(_asked(way))
            label = f'|"{said}"|' if said else ""
            yield f"    {names[block.key]} {arrow}{label} {names[way.to]}"


def _label(block: Block, regimen: Regimen) -> Iterator[str]:
    yield f"{block.title.en} · {block.title.zh}"
    yield from (text for text in (rounds_of(block), length_of(block, regimen)) if text)
    if block.gate is not None:
        yield "⏸ gate"


def _asked(way: Successor) -> str:
    each = "after each round" if way.after == "EACH" else ""
    return ", ".join(part for part in (conditions_sentence(way.when), each) if part)


def _quoted(text: str) -> str:
    return text.replace('"', "'")


def _given(regimen: Regimen) -> Iterator[tuple[str, ...]]:
    for block in regimen.blocks:
        for one in block.given:
            yield (
                f"`{block.key}`",
                one.drug.en,
                one.drug.zh,
                one.route.value,
                ", ".join(str(day) for day in one.days) or one.rhythm.value.lower(),
                str(one.times) if one.times else "—",
                one.dose.en if one.dose else "—",
                one.dose.zh if one.dose else "—",
            )
