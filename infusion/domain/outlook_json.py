"""An outlook as JSON, beside the plan of a preview: days in the zone, how sure they are."""

from collections.abc import Iterable
from typing import Any

from infusion.domain.courses import Text
from infusion.domain.outlooks import CapPassed
from infusion.domain.regimens import Missing
from infusion.domain.walks import OutlookItem


def outlook_as_json(items: Iterable[OutlookItem]) -> list[dict[str, Any]]:
    """Write every round with its days."""
    return [
        {
            "block": item.block.key,
            "kind": item.block.kind.value,
            "title": _text(item.block.title),
            "ordinal": item.ordinal,
            "cycle": item.cycle,
            "starts_on": item.starts_on.isoformat() if item.starts_on else None,
            "ends_on": item.ends_on.isoformat() if item.ends_on else None,
            "firmness": item.firmness.value,
            "reasons": [
                {"why": one.why.value, "block": one.block} for one in item.reasons
            ],
        }
        for item in items
    ]


def missing_as_json(missing: Iterable[Missing]) -> list[dict[str, Any]]:
    """Write what no source gives."""
    return [
        {"place": one.place, "unit": one.unit, "note": _text(one.note)}
        for one in missing
    ]


def caps_as_json(warnings: Iterable[CapPassed]) -> list[dict[str, Any]]:
    """Write the cycles nobody pays for."""
    return [
        {"payer": _text(one.payer), "cycles": one.cycles, "cycle": one.cycle}
        for one in warnings
    ]


def _text(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}
