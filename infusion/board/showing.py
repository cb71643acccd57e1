"""Regimens and outlooks as the pages show them: every text in the reader's language."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from infusion.board import words
from infusion.catalogue.sources import Source, all_sources
from infusion.domain.blocks import Block
from infusion.domain.doses import DoseLevel
from infusion.domain.evidence import Fact
from infusion.domain.flowcharts import NARROW, WIDE, Standing, draw, folded
from infusion.domain.regimens import Missing, Premedication, Regimen
from infusion.domain.walks import Branch, OutlookItem, Reason
from infusion.selectors.regimens import EffectiveRegimen
from infusion.wording import regimens as wording
from infusion.wording.conditions import condition_sentence, reason_sentence
from infusion.wording.regimens import read

COMPLETE, UNSIGNED, INCOMPLETE = "complete", "unsigned", "incomplete"


@dataclass(frozen=True, kw_only=True)
class FactRow:
    """One number or statement with its mark and where it was seen."""

    fact: Fact
    name: str
    sources: tuple[Source, ...]

    @property
    def what(self) -> str:
        """Return what the mark means."""
        return words.word(self.fact.mark.value, "mark")

    @property
    def is_statement(self) -> bool:
        """Say whether it is a rule in words, whose text stands in its note."""
        return not self.fact.unit and self.fact.note.en == self.fact.value

    @property
    def value(self) -> str:
        """Return the value with its unit, or the statement."""
        if self.is_statement:
            return read(self.fact.note)
        return f"{self.fact.value} {wording.unit(self.fact.unit)}".strip()

    @property
    def note(self) -> str:
        """Return the note beside a value."""
        return "" if self.is_statement else read(self.fact.note)


@dataclass(frozen=True, kw_only=True)
class WayRow:
    """One way out of a block."""

    to: str
    title: str
    text: str
    is_optional: bool


@dataclass(frozen=True, kw_only=True)
class BlockRow:
    """One block of the table."""

    block: Block
    length: str
    rounds: str
    doses: tuple[str, ...]
    given: tuple[tuple[str, str], ...]
    gate: str
    ways: tuple[WayRow, ...]
    missing: tuple[Missing, ...]


class RegimenView:
    """A regimen as it is in force at a site, ready to be shown."""

    def __init__(self, effective: EffectiveRegimen) -> None:
        self.effective = effective
        self.regimen: Regimen = effective.regimen

    @property
    def key(self) -> str:
        """Return its key."""
        return self.regimen.key

    @property
    def title(self) -> str:
        """Return its title."""
        return read(self.regimen.title)

    @property
    def population(self) -> str:
        """Return who it is for."""
        return read(self.regimen.population) if self.regimen.population else ""

    @cached_property
    def unsigned(self) -> list[Fact]:
        """Return the values that need the signature of the site."""
        return [fact for fact in self.regimen.facts if fact.needs_sign_off]

    def unsigned_of(self, regimen: Regimen) -> list[Fact]:
        """Return the numbers of a file that need a signature; rules in words do not."""
        return [
            fact
            for fact in regimen.facts
            if fact.needs_sign_off and fact.value != fact.note.en
        ]

    @property
    def state(self) -> str:
        """Return whether it can be ordered, and whether values need a signature."""
        if not self.regimen.is_complete:
            return INCOMPLETE
        return UNSIGNED if self.unsigned else COMPLETE

    @property
    def missing(self) -> list[tuple[str, Missing]]:
        """Return what is missing, each with its name."""
        return [
            (wording.place_name(hole.place, self.regimen), hole)
            for hole in self.regimen.missing
        ]

    @property
    def missing_names(self) -> list[tuple[str, int]]:
        """Return the names of what is missing, each once with how often."""
        return list(Counter(name for name, _hole in self.missing).items())

    def matches(self, query: str) -> bool:
        """Say whether every word that is looked for stands in it, in any language."""
        regimen = self.regimen
        texts = [regimen.title, *([regimen.population] if regimen.population else [])]
        held = [regimen.key, *regimen.rows, *(f"{text.en} {text.zh}" for text in texts)]
        hay = " ".join(held).casefold()
        return all(word in hay for word in query.casefold().split())

    @cached_property
    def pictures(self) -> tuple[str, str]:
        """Return the graph for a wide page and for a phone."""
        return pictures_of(self.regimen)

    @property
    def blocks(self) -> list[BlockRow]:
        """Return the rows of the table of blocks."""
        return [_block_row(block, self.regimen) for block in self.regimen.blocks]

    @property
    def levels(self) -> list[DoseLevel]:
        """Return the dose levels."""
        return list(self.regimen.doses.levels.values())

    @property
    def premedication(self) -> list[tuple[Premedication, str]]:
        """Return the premedication, each with the blocks it belongs to."""
        return [(rule, self._blocks_of(rule)) for rule in self.regimen.premedication]

    def _blocks_of(self, rule: Premedication) -> str:
        if rule.blocks is None:
            return ""
        titles = [read(self.regimen.block(key).title) for key in rule.blocks]
        return words.joined(titles)

    @cached_property
    def facts(self) -> list[FactRow]:
        """Return every fact with its sources, in file order."""
        known = all_sources()
        return [_fact_row(fact, self.regimen, known) for fact in self.regimen.facts]

    @property
    def unsigned_facts(self) -> list[FactRow]:
        """Return the facts that need the signature of the site."""
        return [row for row in self.facts if row.fact.needs_sign_off]

    @property
    def signed_facts(self) -> list[FactRow]:
        """Return the facts that stand as they are."""
        return [row for row in self.facts if not row.fact.needs_sign_off]


def pictures_of(
    regimen: Regimen, standings: Mapping[str, Standing] | None = None
) -> tuple[str, str]:
    """Return the graph for a wide page and for a phone; blocks link to their row."""
    drawn = []
    for form in (WIDE, NARROW):
        key = f"graph-{form.columns}"
        graph = wording.picture_of(
            regimen,
            key=key,
            link=lambda block: f"#block-{block.key}",
            standings=standings,
        )
        drawn.append(draw(folded(graph) if form is NARROW else graph, form))
    return drawn[0], drawn[1]


def _fact_row(fact: Fact, regimen: Regimen, known: Mapping[str, Source]) -> FactRow:
    place = fact.path.removeprefix(f"{regimen.key}: ")
    return FactRow(
        fact=fact,
        name=wording.place_name(place, regimen),
        sources=tuple(known.get(key, Source(key=key)) for key in fact.sources),
    )


def _block_row(block: Block, regimen: Regimen) -> BlockRow:
    return BlockRow(
        block=block,
        length=wording.sourced_length(block, regimen),
        rounds=wording.rounds_of(block),
        doses=tuple(wording.dose_lines(block, regimen)),
        given=tuple(
            (wording.drug_of(each), read(each.dose) if each.dose else "")
            for each in block.given
        ),
        gate=read(block.gate.text) if block.gate else "",
        ways=tuple(
            WayRow(
                to=way.to,
                title=read(regimen.block(way.to).title),
                text=wording.way_text(way),
                is_optional=way.optional,
            )
            for way in block.successors
        ),
        missing=wording.missing_in(block, regimen),
    )


@dataclass(frozen=True, kw_only=True)
class BranchRow:
    """One way out of a fork with what the facts say of it."""

    branch: Branch
    title: str
    text: str
    answers: tuple[tuple[str, bool | None], ...]


@dataclass(frozen=True, kw_only=True)
class GivenRow:
    """Another drug of a round: what, how, and its dates where its days are known."""

    text: str
    dates: tuple[dt.date, ...]


@dataclass(frozen=True, kw_only=True)
class OutlookRow:
    """One round on the way to the end."""

    item: OutlookItem
    title: str
    reasons: tuple[str, ...]
    branches: tuple[BranchRow, ...]
    given: tuple[GivenRow, ...]

    @property
    def is_repeated(self) -> bool:
        """Say whether the block has several rounds."""
        return self.item.block.times > 1


def outlook_rows(regimen: Regimen, items: Iterable[OutlookItem]) -> list[OutlookRow]:
    """Return the rows of an outlook; each tells the reasons that are new with it."""
    rows: list[OutlookRow] = []
    before: frozenset[Reason] = frozenset()
    for item in items:
        fresh = [reason for reason in item.reasons if reason not in before]
        before = frozenset(item.reasons)
        rows.append(_outlook_row(regimen, item, fresh))
    return rows


def _outlook_row(
    regimen: Regimen, item: OutlookItem, fresh: Iterable[Reason]
) -> OutlookRow:
    return OutlookRow(
        item=item,
        title=read(item.block.title),
        reasons=tuple(
            reason_sentence(reason, read(regimen.block(reason.block).title))
            for reason in fresh
        ),
        branches=tuple(branch_row(regimen, each) for each in item.branches),
        given=tuple(
            GivenRow(text=wording.drug_of(each), dates=each.dates(item.starts_on))
            for each in item.block.given
        ),
    )


def branch_row(regimen: Regimen, branch: Branch) -> BranchRow:
    """Return a way out with its conditions as sentences."""
    return BranchRow(
        branch=branch,
        title=read(regimen.block(branch.to).title),
        text=read(branch.successor.text) if branch.successor.text else "",
        answers=tuple(
            (condition_sentence(answer.condition), answer.holds)
            for answer in branch.answers
        ),
    )
