"""The picture of a regimen: its blocks from top to bottom, the ways between in words."""

from infusion.domain.flowcharts.drawing import draw
from infusion.domain.flowcharts.layout import lay_out
from infusion.domain.flowcharts.values import (
    NARROW,
    WIDE,
    Form,
    Graph,
    Layout,
    Line,
    Node,
    Standing,
    Tone,
    Way,
    folded,
)

__all__ = [
    "NARROW",
    "WIDE",
    "Form",
    "Graph",
    "Layout",
    "Line",
    "Node",
    "Standing",
    "Tone",
    "Way",
    "draw",
    "folded",
    "lay_out",
]
