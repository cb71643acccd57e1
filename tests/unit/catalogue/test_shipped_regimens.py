"""What holds for every regimen of the catalogue: marks, names, and ways out."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from infusion import catalogue
from infusion.domain.blocks import Block
from infusion.domain.conditions import WORDS, FactKind, KnownFact
from infusion.domain.regimens import Regimen, Trigger
from infusion.domain.walks import Verdict, branches

ARITHMETIC = re.compile(r"\d+ (?:x|/|-) \d+")
SEEN = {"A", "B", "S", "F"}
# These say so in words: what follows otherwise was not found.
UNSOURCED = {("gimema-lal2317", "induction")}
# No text of these uses was readable: every number of them is open.
UNREAD_LABELS = {
    f"{place}-label-{use}"
    for place in ("eu", "uk", "hk")
    for use in ("mrd", "consolidation")
}
REMISSIONS = [KnownFact(kind=FactKind.REMISSION, value=v) for v in WORDS["REMISSION"]]


def facts(data: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Return every fact of a document that has a note, by its place."""
    if isinstance(data, list):
        for number, row in enumerate(data):
            yield from facts(row, f"{place}[{number}]")
    if isinstance(data, dict):
        if "value" in data and "note" in data:
            yield place, data
        for key, row in data.items():
            yield from facts(row, f"{place}.{key}")


def strings(data: Any) -> Iterator[str]:
    """Return every string of a document."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        yield from strings(list(data.values()))
    elif isinstance(data, list):
        for row in data:
            yield from strings(row)


def forks_on_remission() -> list[Any]:
    """Return each block whose ways out ask for the remission alone."""
    return [
        pytest.param(block, id=f"{regimen.key}-{block.key}")
        for regimen in catalogue.all_regimens().values()
        for block in regimen.blocks
        if (regimen.key, block.key) not in UNSOURCED
        and {one.kind for way in block.successors for one in way.when}
        == {FactKind.REMISSION}
        and not all(way.optional for way in block.successors if way.when)
    ]


@pytest.mark.parametrize("key", catalogue.all_regimens())
def test_what_was_computed_is_marked_as_derived(key):
    # "S" says that the number itself stands in the source.
    wrong = [
        place
        for place, fact in facts(catalogue.document(key))
        if ARITHMETIC.search(fact["note"]["en"]) and fact["mark"] in SEEN
    ]

    assert wrong == []


@pytest.mark.parametrize("key", catalogue.all_regimens())
def test_a_drug_has_one_chinese_name(key):
    text = "\n".join(strings(catalogue.document(key)))

    assert not re.search("普纳替尼|帕纳替尼|波纳替尼|普那替尼", text)
    if re.search("ponatinib", text, re.IGNORECASE):
        assert "泊那替尼" in text


@pytest.mark.parametrize("block", forks_on_remission())
@pytest.mark.parametrize("fact", REMISSIONS, ids=lambda fact: fact.value)
def test_every_remission_leaves_a_way_open(block: Block, fact: KnownFact):
    open_ = [
        way.to
        for way in branches(block, [fact])
        if not way.successor.optional and way.verdict == Verdict.OPEN
    ]

    assert open_


@pytest.mark.parametrize(
    "regimen", catalogue.all_regimens().values(), ids=lambda one: one.key
)
def test_every_word_of_a_regimen_has_a_name_in_both_languages(regimen: Regimen):
    own = {FactKind.RISK_GROUP, FactKind.PHYSICIAN_CHOICE, FactKind.RESPONSE}
    asked = {
        (one.kind, value)
        for block in regimen.blocks
        for way in block.successors
        for one in way.when
        for value in one.values
        if one.kind in own
    }
    named = {(kind, word) for kind, words in regimen.names.items() for word in words}
    general = {(FactKind.RESPONSE, "YES"), (FactKind.RESPONSE, "NO")}

    assert asked <= named
    assert named <= asked | general


@pytest.mark.parametrize("key", catalogue.all_regimens())
def test_a_restart_has_its_premedication(key):
    """Source: report 1.0, rules of all templates [S 2, 4, 14]: premedicate after 4 h."""
    regimen = catalogue.get_regimen(key)
    has_infusion = any("infusion" in row for row in catalogue.document(key)["blocks"])
    bands = {
        rule.age_band
        for rule in regimen.premedication
        if rule.trigger == Trigger.RESTART
    }

    assert bands or not has_infusion or key in UNREAD_LABELS
