"""Small regimens for tests of the walk: a fork, repeats, exits, a decision block."""

from decimal import Decimal
from typing import Any

from infusion.domain.blocks import (
    After,
    Block,
    BlockKind,
    CyclePattern,
    DoseStep,
    Gate,
    Successor,
)
from infusion.domain.conditions import Condition, FactKind, KnownFact, Operator
from infusion.domain.courses import Text
from infusion.domain.doses import DoseLevel, DoseTable
from infusion.domain.regimens import Cap, Regimen

FULL = CyclePattern(
    infusion_hours=672, free_days=14, steps=(DoseStep(from_hour=0, level="full"),)
)


def text(words: str) -> Text:
    return Text(en=words, zh=words)


def way(to: str, *when: Condition, **more: Any) -> Successor:
    return Successor(to=to, when=when, **more)


def asks(kind: FactKind, *values: str) -> Condition:
    return Condition(kind=kind, operator=Operator.IS, values=values)


def known(kind: FactKind, value: str, assay: str = "") -> KnownFact:
    return KnownFact(kind=kind, value=value, assay=assay)


def block(key: str, *ways: Successor, **more: Any) -> Block:
    fields = {
        "kind": BlockKind.CHEMOTHERAPY,
        "title": text(key),
        "own_days": 21,
        "successors": ways,
    }
    return Block(key=key, **{**fields, **more})


def cycle(key: str, *ways: Successor, **more: Any) -> Block:
    fields = {"kind": BlockKind.BLINATUMOMAB, "own_days": None, "pattern": FULL}
    return block(key, *ways, **{**fields, **more})


def regimen(*blocks: Block, **more: Any) -> Regimen:
    fields: dict[str, Any] = {
        "key": "test",
        "version": "1.0.0",
        "title": text("test"),
        "jurisdiction": "US",
        "label_id": "",
        "label_revision": "",
        "recipe_keys": (),
        "doses": doses(),
        "blocks": blocks,
        "premedication": (),
        "facts": (),
    }
    return Regimen(**{**fields, **more})


def doses(full_mcg: str = "28") -> DoseTable:
    dose = Decimal(full_mcg)
    level = DoseLevel(key="full", fixed_mcg=dose, per_m2_mcg=Decimal(15), cap_mcg=dose)
    return DoseTable(fixed_from_kg=Decimal(45), levels={"full": level})


CR = asks(FactKind.REMISSION, "CR", "CRI")
NO_CR = asks(FactKind.REMISSION, "NONE")
REDUCED = asks(FactKind.CYTOREDUCTION, "YES")
NOT_REDUCED = asks(FactKind.CYTOREDUCTION, "NO")
EXIT = block("allo-hsct", kind=BlockKind.EXIT, own_days=None, reentry="post-hsct")


def forked() -> Regimen:
    """Return a regimen like A041703: inotuzumab, a fork, two blinatumomab courses."""
    return regimen(
        block(
            "ia",
            way("ib", REDUCED, CR),
            way("ic", REDUCED, NO_CR),
            way("ii", NOT_REDUCED),
            kind=BlockKind.IMMUNOTHERAPY,
        ),
        block("ib", way("ii"), own_days=28),
        block("ic", way("ii"), own_days=28),
        cycle("ii", way("iii"), way("allo-hsct", optional=True)),
        cycle(
            "iii",
            way("allo-hsct", optional=True, after=After.EACH),
            times=2,
            gate=Gate(
                text=text("counts"),
                thresholds=(
                    Condition(
                        kind=FactKind.NEUTROPHILS,
                        operator=Operator.AT_LEAST,
                        values=("0.75",),
                    ),
                ),
            ),
        ),
        EXIT,
        caps=(Cap(payer=text("insurer"), cycles=2),),
    )
