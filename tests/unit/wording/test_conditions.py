"""Conditions read the same everywhere, in both languages."""

import pytest
from django.utils import translation

from infusion.domain.blocks import BlockKind, Rhythm, Route
from infusion.domain.conditions import WORDS, Condition, FactKind, KnownFact, Operator
from infusion.domain.courses import Text
from infusion.domain.evidence import Mark
from infusion.domain.regimens import Trigger
from infusion.domain.walks import Firmness, Reason, RoundStatus, Verdict, Why
from infusion.wording import blocks, conditions

TABLES = [
    (blocks.BLOCKS, BlockKind),
    (blocks.ROUTES, Route),
    (blocks.RHYTHMS, Rhythm),
    (blocks.ROUNDS, RoundStatus),
    (blocks.FIRMNESS, Firmness),
    (blocks.VERDICTS, Verdict),
    (blocks.WHYS, Why),
    (blocks.FACTS, FactKind),
    (blocks.TRIGGERS, Trigger),
    (blocks.MARKS, Mark),
]
LOW_MRD = Condition(
    kind=FactKind.MRD, operator=Operator.BELOW, values=("0.0001",), assays=("FLOW",)
)
REMISSION = Condition(
    kind=FactKind.REMISSION, operator=Operator.IS, values=("CR", "CRH", "CRI")
)
OLD = Condition(kind=FactKind.AGE_YEARS, operator=Operator.AT_LEAST, values=("55",))


@pytest.mark.parametrize(
    ("table", "codes"), TABLES, ids=lambda each: getattr(each, "__name__", "")
)
def test_every_code_has_a_word(table, codes):
    assert {code.value for code in codes} <= set(table)


@pytest.mark.parametrize("kind", WORDS)
def test_every_value_a_fact_may_have_has_a_word(kind):
    assert set(WORDS[kind]) - {"CNS1", "CNS2", "CNS3"} <= set(
        blocks.VALUES.get(kind, {})
    )


@pytest.mark.parametrize(
    ("condition", "english", "chinese"),
    [
        (
            LOW_MRD,
            "MRD below 0.01% (10⁻⁴), by flow cytometry",
            "MRD 低于 0.01% (10⁻⁴)，检测方法：流式细胞术",
        ),
        (REMISSION, "Remission: CR, CRh or CRi", "缓解状态：CR、CRh 或 CRi"),
        (OLD, "Age at least 55 years", "年龄 不低于 55 岁"),
    ],
)
def test_a_condition_is_a_sentence(condition, english, chinese):
    with translation.override("en"):
        assert conditions.condition_sentence(condition) == english
    with translation.override("zh-hans"):
        assert conditions.condition_sentence(condition) == chinese


def test_conditions_are_joined():
    with translation.override("en"):
        text = conditions.conditions_sentence([OLD, REMISSION])

    assert text == "Age at least 55 years and Remission: CR, CRh or CRi"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.0001", "0.01% (10⁻⁴)"),
        ("0.001", "0.1% (10⁻³)"),
        ("0.0005", "0.05%"),
        ("0", "0%"),
        ("1", "100%"),
        ("NEGATIVE", "negative"),
    ],
)
def test_an_mrd_is_a_share_of_cells(value, text):
    with translation.override("en"):
        assert conditions.fact_value(FactKind.MRD, value) == text


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (FactKind.NEUTROPHILS, "0.750", "0.75 ×10⁹/L"),
        (FactKind.MARROW_BLASTS, "50", "50%"),
        (FactKind.BLOOD_BLASTS, "15000", "15000 cells/µL"),
        (FactKind.RISK_GROUP, "HIGH_OR_INTERMEDIATE", "high or intermediate"),
        (FactKind.RISK_GROUP, "SR-High", "SR-High"),
        (FactKind.CNS_STATUS, "CNS2", "CNS2"),
    ],
)
def test_a_value_is_read_with_its_unit(kind, value, text):
    with translation.override("en"):
        assert conditions.fact_value(kind, value) == text


def test_the_words_of_a_regimen_are_read_in_both_languages():
    names = {"MR": Text(en="medium", zh="中危"), "HR": Text(en="high", zh="高危")}
    risk = Condition(
        kind=FactKind.RISK_GROUP, operator=Operator.IS, values=("MR", "HR"), names=names
    )
    fact = KnownFact(kind=FactKind.RISK_GROUP, value="MR", name=names["MR"])

    with translation.override("en"):
        assert conditions.condition_sentence(risk) == "Risk group: medium or high"
        assert conditions.known_fact(fact) == "Risk group: medium"
    with translation.override("zh-hans"):
        assert conditions.condition_sentence(risk).endswith("：中危 或 高危")
        assert conditions.known_fact(fact).endswith("：中危")


def test_a_known_fact_says_how_it_was_measured():
    fact = KnownFact(kind=FactKind.MRD, value="NEGATIVE", assay="clonoseq")
    with translation.override("en"):
        assert conditions.known_fact(fact) == "MRD: negative, by clonoSEQ"


def test_a_doubt_names_its_block():
    reason = Reason(why=Why.DECISION, block="ia")
    with translation.override("en"):
        assert conditions.reason_sentence(reason, "IA") == "a decision is due after IA"
