"""Whether a patient may go home: facts, criteria, and a verdict in three values."""

from infusion.domain.readiness.assessment import (
    Assessment,
    Line,
    Verdict,
    assess,
    digest,
    worsened,
)
from infusion.domain.readiness.criteria import Ages, Check, Criterion, Kind, Need
from infusion.domain.readiness.facts import (
    Fact,
    Facts,
    FactType,
    Form,
    Item,
    Waiver,
    check_fact,
)
from infusion.domain.readiness.needs import Finding, State

__all__ = [
    "Ages",
    "Assessment",
    "Check",
    "Criterion",
    "Fact",
    "FactType",
    "Facts",
    "Finding",
    "Form",
    "Item",
    "Kind",
    "Line",
    "Need",
    "State",
    "Verdict",
    "Waiver",
    "assess",
    "check_fact",
    "digest",
    "worsened",
]
