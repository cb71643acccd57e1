"""How well a number is known, and what still needs a local signature."""

from dataclasses import dataclass
from enum import StrEnum

from infusion.domain.courses import Text, Unverified


class Mark(StrEnum):
    """The evidence mark of one fact; see docs/glossary.md."""

    A = "A"  # seen in two or more independent sources
    B = "B"  # seen in one source
    D = "D"  # derived by arithmetic from A and B facts
    S = "S"  # seen in the source named
    F = "F"  # stated in the consensus article
    U = "U"  # background knowledge only, not seen
    M = "M"  # general knowledge of the literature, not seen
    I = "I"  # inferred or proposed here  # noqa: E741
    NF = "NF"  # looked for, not found
    SITE = "SITE"  # completed by a site and signed there; never in a file


NEEDS_SIGN_OFF = frozenset({Mark.U, Mark.M, Mark.I, Mark.NF})


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One number or statement of the catalogue with where it comes from."""

    path: str
    value: str
    unit: str
    mark: Mark
    sources: tuple[str, ...]
    note: Text
    # Sourced, but the source itself asks to compare with the label in force.
    recheck: bool = False

    @property
    def needs_sign_off(self) -> bool:
        """Say whether a site must sign this before it may be relied upon."""
        return self.recheck or self.mark in NEEDS_SIGN_OFF

    def as_unverified(self) -> Unverified:
        """Return what the course page shows of an unsigned fact."""
        value = f"{self.value} {self.unit}".strip()
        return Unverified(
            path=self.path, value=value, mark=self.mark.value, note=self.note
        )


def unverified(facts: tuple[Fact, ...]) -> tuple[Unverified, ...]:
    """Return the facts that need local sign-off, in file order."""
    return tuple(fact.as_unverified() for fact in facts if fact.needs_sign_off)
