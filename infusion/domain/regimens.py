"""A regimen: a graph of blocks with the doses, the rules around them and the sources."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from infusion.domain.blocks import Block, CyclePattern, RegimenNotSane
from infusion.domain.conditions import FactKind
from infusion.domain.courses import Text
from infusion.domain.doses import DoseTable
from infusion.domain.evidence import Fact
from infusion.domain.graphs import graph_problems, in_order
from infusion.domain.refusals import Refusal


class RegimenUnknown(Refusal):
    """There is no regimen of this key."""

    code = "regimen_unknown"


class BlockUnknown(Refusal):
    """The regimen has no block of this key."""

    code = "block_unknown"


class CycleNotInRegimen(Refusal):
    """The regimen has no cycle of this number."""

    code = "cycle_not_in_regimen"


class CycleNotPlannable(Refusal):
    """A source is missing for what the cycle would look like."""

    code = "cycle_not_plannable"


class Trigger(StrEnum):
    """What makes a premedication due."""

    CYCLE_START = "CYCLE_START"
    DOSE_STEP = "DOSE_STEP"
    RESTART = "RESTART"


class AgeBand(StrEnum):
    """For whom a rule is written."""

    ADULT = "ADULT"
    CHILD = "CHILD"


@dataclass(frozen=True, kw_only=True)
class Premedication:
    """A premedication the label asks for; shown, never given by the service.

    ``blocks`` are the keys of the blocks it belongs to; None is every block. Of a
    repeated block ``first_round_only`` keeps it to the first.
    """

    trigger: Trigger
    age_band: AgeBand
    blocks: tuple[str, ...] | None
    text: Text
    first_round_only: bool = False

    def applies(self, block: str, ordinal: int) -> bool:
        """Say whether it belongs to a round of a block."""
        if self.first_round_only and ordinal > 1:
            return False
        return self.blocks is None or block in self.blocks


@dataclass(frozen=True, kw_only=True)
class Missing:
    """What no source gives; a site must fill it in before the regimen is ordered.

    ``place`` is where in the file, blocks by key: ``blocks.blina-1.infusion.free_days``.
    A question about the structure has a place of its own: ``questions.order``.
    """

    place: str
    unit: str
    note: Text


@dataclass(frozen=True, kw_only=True)
class Cap:
    """The largest number of cycles somebody pays for, such as a public insurer."""

    payer: Text
    cycles: int


@dataclass(frozen=True, kw_only=True)
class Round:
    """One time through a block; ``cycle`` numbers the blinatumomab rounds from 1."""

    block: Block
    ordinal: int
    cycle: int | None


@dataclass(frozen=True, kw_only=True)
class Regimen:
    """One label use or protocol, at one version, under one jurisdiction.

    ``names`` is what it calls the words of its facts, such as its risk groups.
    """

    key: str
    version: str
    title: Text
    jurisdiction: str
    label_id: str
    label_revision: str
    recipe_keys: tuple[str, ...]
    doses: DoseTable
    blocks: tuple[Block, ...]
    premedication: tuple[Premedication, ...]
    facts: tuple[Fact, ...]
    population: Text | None = None
    rows: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    caps: tuple[Cap, ...] = ()
    names: Mapping[FactKind, Mapping[str, Text]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a graph that can't be walked and levels without a dose.

        :raises RegimenNotSane: when the regimen contradicts itself; ``place`` names the
            block.
        """
        for problem in graph_problems(self.blocks):
            raise problem
        for block in self.blocks:
            steps = block.pattern.steps if block.pattern else ()
            if any(step.level not in self.doses.levels for step in steps):
                raise RegimenNotSane(
                    field="level", place=block.key, part="infusion.steps"
                )

    @cached_property
    def _by_key(self) -> dict[str, Block]:
        return {block.key: block for block in self.blocks}

    def block(self, key: str) -> Block:
        """Return a block.

        :raises BlockUnknown: when there is none of this key.
        """
        try:
            return self._by_key[key]
        except KeyError:
            raise BlockUnknown(field="block", known=", ".join(self._by_key)) from None

    def name_of(self, kind: FactKind, value: str) -> Text | None:
        """Return what this regimen calls a word of a fact; None when it says nothing."""
        return self.names.get(kind, {}).get(value)

    @property
    def start(self) -> Block:
        """Return the block a patient begins with: the first of the file."""
        return self.blocks[0]

    @property
    def is_complete(self) -> bool:
        """Say whether nothing is missing, so that it may be ordered."""
        return not self.missing

    def rounds(self, start: str | None = None) -> Iterator[Round]:
        """Walk the expected path: every round, and at each fork the first way out.

        Cycles are numbered along the path; a course that branched numbers its own.
        """
        block: Block | None = self.block(start) if start else self.start
        cycle = 0
        while block is not None:
            for ordinal in range(1, block.times + 1):
                cycle += block.is_cycle
                yield Round(
                    block=block,
                    ordinal=ordinal,
                    cycle=cycle if block.is_cycle else None,
                )
            ways = block.ways_out(is_last_round=True)
            last = next((way for way in ways if not way.optional), None)
            block = self.block(last.to) if last else None

    def rounds_after(self, block: str, ordinal: int) -> Iterator[Round]:
        """Walk on from a round along the expected path, without that round.

        :raises BlockUnknown: when there is no block of this key.
        """
        for round_ in self.rounds(block):
            if round_.block.key != block or round_.ordinal > ordinal:
                yield round_

    def round_of(self, number: int) -> Round:
        """Return the round of the expected path that is the cycle of this number.

        :raises CycleNotInRegimen: when there is none.
        """
        for round_ in self._cycle_rounds:
            if round_.cycle == number:
                return round_
        raise CycleNotInRegimen(field="cycles", max_cycles=self.max_cycles)

    @cached_property
    def _cycle_rounds(self) -> tuple[Round, ...]:
        return tuple(each for each in self.rounds() if each.cycle is not None)

    def pattern_of(self, block: str) -> CyclePattern:
        """Return what a cycle of a block looks like.

        :raises BlockUnknown: when there is none of this key.
        :raises CycleNotPlannable: when it has no infusion, or no source for one.
        """
        pattern = self.block(block).pattern
        if pattern is None:
            raise CycleNotPlannable(field="block", block=block)
        return pattern

    def pattern(self, number: int) -> CyclePattern:
        """Return what a cycle of the expected path looks like, by its number.

        :raises CycleNotInRegimen: when there is none of this number.
        :raises CycleNotPlannable: when no source says what it looks like.
        """
        return self.pattern_of(self.round_of(number).block.key)

    @cached_property
    def max_cycles(self) -> int:
        """Return the largest number of cycles on any path through the graph."""
        longest: dict[str, int] = {}
        for block in reversed(in_order(self.blocks)):
            onward = max((longest[way.to] for way in block.successors), default=0)
            longest[block.key] = onward + block.is_cycle * block.times
        return longest[self.start.key]
