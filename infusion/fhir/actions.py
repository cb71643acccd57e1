"""Maps a block to a PlanDefinition action: what is given, when, and the ways out."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from infusion.catalogue.sources import sources_of
from infusion.domain.blocks import (
    After,
    Block,
    CyclePattern,
    DoseStep,
    Given,
    Rhythm,
    Successor,
)
from infusion.domain.doses import DoseLevel
from infusion.domain.evidence import Fact
from infusion.domain.regimens import AgeBand, Premedication, Regimen, Trigger
from infusion.fhir import elements
from infusion.fhir.elements import Json, present
from infusion.wording import blocks as words
from infusion.wording.conditions import conditions_sentence
from infusion.wording.regimens import drug_of, length_of, missing_in, way_text

_KINDS = elements.BASE + "block-kind"
_AGES = elements.BASE + "age-band"


def block_action(block: Block, regimen: Regimen) -> Json:
    """Return a block as an action, with its parts as actions inside."""
    facts = facts_of(block, regimen)
    return present(
        id=block.key,
        prefix=block.row,
        **elements.in_both("title", block.title),
        description=_description(block, regimen),
        code=[
            elements.concept(block.kind.value, _KINDS, str(words.BLOCKS[block.kind]))
        ],
        condition=list(_gate(block)),
        relatedAction=list(_after(block, regimen)),
        **_timing(block),
        requiredBehavior=_required(block, regimen),
        cardinalityBehavior="multiple" if block.times > 1 else "single",
        documentation=elements.citations(sources_of(facts)),
        action=list(_parts(block, regimen)),
        extension=list(_extensions(block, regimen, facts)),
    )


def facts_of(block: Block, regimen: Regimen) -> tuple[Fact, ...]:
    """Return the facts of the file that are about a block."""
    start = f"{regimen.key}: blocks.{block.key}."
    return tuple(fact for fact in regimen.facts if fact.path.startswith(start))


def _description(block: Block, regimen: Regimen) -> str:
    length = length_of(block, regimen)
    return f"{block.times} × {length}" if length and block.times > 1 else length


def _gate(block: Block) -> Iterator[Json]:
    if block.gate is not None:
        yield _condition("start", block.gate.text.en)


def _condition(kind: str, sentence: str) -> Json:
    expression = {"language": "text/plain", "expression": sentence}
    return {"kind": kind, "expression": expression}


def _after(block: Block, regimen: Regimen) -> Iterator[Json]:
    """Say what a block follows, where only one block leads to it.

    Several related actions would all have to hold; several ways in are told by the ways
    out of the blocks before.
    """
    before = [
        (each, way)
        for each in regimen.blocks
        for way in each.successors
        if way.to == block.key
    ]
    if len(before) == 1:
        yield _follows(*before[0])


def _follows(before: Block, way: Successor) -> Json:
    if before.until is not None or before.length_days is None:
        return {"actionId": before.key, "relationship": "after-end"}
    rounds = 1 if way.after == After.EACH else before.times
    offset = elements.duration(rounds * before.length_days, "d")
    return {
        "actionId": before.key,
        "relationship": "after-start",
        "offsetDuration": offset,
    }


def _timing(block: Block) -> Json:
    """Return how long a block lasts and how often it comes, as far as it is known."""
    if not block.length_days or block.until is not None:
        return {}
    repeat: Json = {"duration": block.length_days, "durationUnit": "d"}
    if block.times > 1:
        repeat |= {"count": block.times, "period": block.length_days, "periodUnit": "d"}
    return {"timingTiming": {"repeat": repeat}}


def _required(block: Block, regimen: Regimen) -> str:
    ways = [way for each in regimen.blocks for way in each.successors]
    into = [way for way in ways if way.to == block.key]
    is_choice = bool(into) and all(way.optional or way.when for way in into)
    return "could" if is_choice else "must"


def _extensions(
    block: Block, regimen: Regimen, facts: Iterable[Fact]
) -> Iterator[Json]:
    if block.until is not None:
        yield elements.extension(
            "until",
            anchor_id=block.until.anchor,
            edge_code=block.until.edge.value,
            days_integer=block.until.days,
        )
    if block.reentry:
        yield elements.word("reentry", block.reentry)
    yield from (elements.missing(hole) for hole in missing_in(block, regimen))
    yield from (elements.evidence(fact) for fact in facts)


def _parts(block: Block, regimen: Regimen) -> Iterator[Json]:
    if block.pattern is not None:
        yield _infusion(block, block.pattern, regimen)
    for number, rule in enumerate(regimen.premedication, 1):
        if block.pattern is not None and rule.applies(block.key, 1):
            yield _premedication(block, rule, number, block.pattern)
    for number, given in enumerate(block.given, 1):
        yield _given(block, given, number)
    if block.successors:
        yield _ways_out(block, regimen)


def _infusion(block: Block, pattern: CyclePattern, regimen: Regimen) -> Json:
    key = f"{block.key}.infusion"
    repeat = {"duration": pattern.infusion_hours, "durationUnit": "h"}
    return present(
        id=key,
        title="Blinatumomab infusion",
        description=f"{pattern.infusion_hours} delivered hours",
        timingTiming={"repeat": repeat},
        action=[
            _step(key, number, step, regimen.doses.levels[step.level])
            for number, step in enumerate(pattern.steps, 1)
        ],
        extension=_stay(pattern),
    )


def _stay(pattern: CyclePattern) -> list[Json]:
    days = pattern.inpatient_days
    url = elements.BASE + "inpatient-days"
    return [] if days is None else [{"url": url, "valueInteger": days}]


def _step(infusion: str, number: int, step: DoseStep, level: DoseLevel) -> Json:
    offset = elements.duration(step.from_hour, "h")
    return {
        "id": f"{infusion}.step-{number}",
        "title": f"Dose level {step.level}",
        "description": dose_text(level),
        "relatedAction": [
            {
                "actionId": infusion,
                "relationship": "after-start",
                "offsetDuration": offset,
            }
        ],
    }


def dose_text(level: DoseLevel) -> str:
    """Write a dose level: fixed, by body surface, and the largest daily dose."""
    parts = [
        (level.fixed_mcg, "µg/d fixed"),
        (level.per_m2_mcg, "µg/m²/d"),
        (level.cap_mcg, "µg/d at most"),
    ]
    return ", ".join(
        f"{elements.decimal_text(Decimal(number))} {unit}"
        for number, unit in parts
        if number is not None
    )


def _premedication(
    block: Block, rule: Premedication, number: int, pattern: CyclePattern
) -> Json:
    who = "Adult" if rule.age_band == AgeBand.ADULT else "Child"
    conditions = [_condition("applicability", f"{who} patient")]
    if rule.first_round_only and block.times > 1:
        conditions.append(_condition("applicability", "First round of the block"))
    return present(
        id=f"{block.key}.premedication-{number}",
        title=f"Premedication. {words.TRIGGERS[rule.trigger]}",
        **elements.in_both("description", rule.text),
        code=[elements.concept(rule.age_band.value, _AGES)],
        condition=conditions,
        relatedAction=[
            {"actionId": target, "relationship": "before-start"}
            for target in _due_before(block, rule.trigger, pattern)
        ],
    )


def _due_before(block: Block, trigger: Trigger, pattern: CyclePattern) -> list[str]:
    """Return the actions a premedication comes before; a restart is no action."""
    infusion = f"{block.key}.infusion"
    if trigger == Trigger.CYCLE_START:
        return [infusion]
    if trigger == Trigger.DOSE_STEP:
        steps = range(2, len(pattern.steps) + 1)
        return [f"{infusion}.step-{number}" for number in steps]
    return []


def _given(block: Block, given: Given, number: int) -> Json:
    key = f"{block.key}.given-{number}"
    return present(
        id=key,
        **elements.in_both("title", given.drug),
        description=drug_of(given),
        textEquivalent=given.dose.en if given.dose else "",
        action=[_day(block, key, day) for day in given.days],
        extension=[
            elements.word("route", given.route.value),
            elements.word("rhythm", given.rhythm.value),
            elements.flag("through-free-days", value=given.through_free),
            *_times(given),
        ],
        **_daily(given),
    )


def _times(given: Given) -> list[Json]:
    url = elements.BASE + "times"
    return [{"url": url, "valueInteger": given.times}] if given.times else []


def _daily(given: Given) -> Json:
    if given.rhythm != Rhythm.DAILY or given.days:
        return {}
    repeat = {"frequency": 1, "period": 1, "periodUnit": "d"}
    return {"timingTiming": {"repeat": repeat}}


def _day(block: Block, key: str, day: int) -> Json:
    """Return one day of a drug, counted from day 1 of the block."""
    return {
        "id": f"{key}.day-{day}",
        "title": f"Day {day}",
        "relatedAction": [
            {
                "actionId": block.key,
                "relationship": "after-start",
                "offsetDuration": elements.duration(day - 1, "d"),
            }
        ],
    }


def _ways_out(block: Block, regimen: Regimen) -> Json:
    """Return the choice between the ways out; a person makes it."""
    is_bound = any(not way.optional for way in block.successors)
    return {
        "id": f"{block.key}.ways",
        "title": "Ways out",
        "groupingBehavior": "logical-group",
        "selectionBehavior": "exactly-one" if is_bound else "at-most-one",
        "action": [
            _way(block, way, regimen, number)
            for number, way in enumerate(block.successors, 1)
        ],
    }


def _way(block: Block, way: Successor, regimen: Regimen, number: int) -> Json:
    asked = conditions_sentence(way.when)
    return present(
        id=f"{block.key}.way-{number}",
        title=f"To {regimen.block(way.to).title.en}",
        description=way_text(way),
        condition=[_condition("applicability", asked)] if asked else [],
        relatedAction=[{"actionId": way.to, "relationship": "before-start"}],
        requiredBehavior="could" if way.optional else "must-unless-documented",
        extension=[elements.word("after", way.after.value)],
    )
