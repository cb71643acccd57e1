"""The cycle ribbon: one picture of a cycle, the same on screen, on paper and in a file."""

from infusion.domain.ribbon.building import ribbon_of, ribbon_of_preview
from infusion.domain.ribbon.drawing import draw
from infusion.domain.ribbon.values import Ribbon
from infusion.domain.ribbon.words import Labels, labels_in

__all__ = ["Labels", "Ribbon", "draw", "labels_in", "ribbon_of", "ribbon_of_preview"]
