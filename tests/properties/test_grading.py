"""Grades and colours: nothing gets better by getting worse, or by being left out."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infusion.catalogue.scales import ScaleFile, shipped_scale
from infusion.catalogue.triage import shipped_triage
from infusion.domain.findings import Finding, Source, codes_of
from infusion.domain.findings_kinds import KINDS, Code
from infusion.domain.grading import Grade, Table, Term, Verdict, grade
from infusion.domain.toxicity import Scale
from infusion.domain.triage import CheckIn, Colour, triage
from tests.spec.world import START

# Not answers that get better or worse: what a term is measured against.
_FRAME = {Code.LIVER_BASELINE_NORMAL, Code.ANC_LLN}
# "Suspected" may be anything; whoever knows more settles on less than the worst.
_VAGUE = {Code.SEPSIS}
ORDER = list(Colour)
TABLES = [
    (scale, term) for scale in Scale for term in shipped_scale(scale).tables
]  # fmt: skip


def values(code: Code) -> list[str]:
    """Return values of a kind from best to worst, the limits of the tables among them."""
    kind = KINDS[code]
    if kind.words:
        return list(kind.words)
    if code == Code.TEMPERATURE:
        return ["36.6", "37.9", "38.0", "38.5", "39.0", "39.1", "40.0", "40.1", "41.0"]
    if code in {Code.ANC, Code.ANC_LLN}:
        found = ["0.05", "0.1", "0.4", "0.5", "0.9", "1.0", "1.2", "1.5", "1.8", "2.5"]
    elif kind.most <= 99:
        found = [str(one) for one in range(min(int(kind.most), 12) + 1)]
    else:
        found = ["0", "1", "1.1", "3", "3.1", "5.1", "10.1", "20.1", "25"]
    return found[::-1] if kind.lower_is_worse else found


def finding(code: Code, value: str | None) -> Finding:
    return Finding(
        code=code, value=value, at=START, source=Source.NURSE, unit=KINDS[code].unit
    )


Given = dict[Code, str | None]


@st.composite
def answers(draw, most: int = 14) -> Given:
    """Draw answers, good ones oftener than bad: else everything is red at once."""
    codes = draw(st.sets(st.sampled_from(Code), max_size=most))
    return {
        code: draw(st.sampled_from([None, *[values(code)[0]] * 4, *values(code)]))
        for code in sorted(codes, key=list(Code).index)
    }


def graded(scale: Scale, term: Term, given_: Given) -> Grade:
    found = shipped_scale(scale)
    listed = [finding(code, value) for code, value in given_.items()]
    return grade(found.tables[term], listed, found.scores)


def coloured(given_: Given, earlier: Given) -> int:
    scores = shipped_scale(Scale.ASTCT).scores
    before = CheckIn(at=START.replace(hour=1), findings=found(earlier))
    now = CheckIn(at=START, findings=found(given_))
    return ORDER.index(triage(shipped_triage(), now, [before], scores).colour)


def found(given_: Given) -> tuple[Finding, ...]:
    return tuple(finding(code, value) for code, value in given_.items())


@cache
def asking(code: Code) -> list[tuple[Scale, Term]]:
    """Return the tables that ask for a kind, by a sum it belongs to as well."""
    return [
        (scale, term)
        for scale, term in TABLES
        if code in _codes(shipped_scale(scale), shipped_scale(scale).tables[term])
    ]


def _codes(found: ScaleFile, table: Table) -> set[Code]:
    codes = {one.code for one in table.exclusions} | codes_of(table.gate)
    codes |= {code for row in table.rows for code in codes_of(row.when)}
    for score in found.scores:
        if score.code in codes:
            codes |= {item.code for item in score.items}
    return codes


WORSENING = [code for code in Code if code not in _FRAME]


@pytest.mark.parametrize("code", WORSENING)
@settings(max_examples=6)
@given(given_=answers())
def test_a_grade_never_falls_when_an_answer_gets_worse(code, given_):
    for scale, term in asking(code):
        grades = [
            graded(scale, term, {**given_, code: value}) for value in values(code)
        ]

        lowest = [one.grade or 0 for one in grades]
        highest = [one.at_most for one in grades]
        assert lowest == sorted(lowest), (scale, term)
        if code not in _VAGUE:
            assert highest == sorted(highest), (scale, term)


@pytest.mark.parametrize("code", WORSENING)
@settings(max_examples=6)
@given(given_=answers(most=3), earlier=answers())
def test_a_colour_never_falls_when_an_answer_gets_worse(code, given_, earlier):
    colours = [coloured({**given_, code: value}, earlier) for value in values(code)]

    assert colours == sorted(colours)


@settings(max_examples=80)
@given(given_=answers(), data=st.data())
def test_a_missing_answer_only_widens_a_grade(given_, data):
    left_out = data.draw(st.sets(st.sampled_from(Code)))
    less = {code: value for code, value in given_.items() if code not in left_out}
    for scale, term in TABLES:
        whole, part = graded(scale, term, given_), graded(scale, term, less)
        if Verdict.EXCLUDED in {whole.verdict, part.verdict}:
            continue

        assert (part.grade or 0) <= (whole.grade or 0), (scale, term)
        assert part.at_most >= whole.at_most, (scale, term)
        if part.verdict is Verdict.GRADED:
            assert part.grade == whole.grade, (scale, term)


@settings(max_examples=80)
@given(given_=answers(most=6), earlier=answers(), data=st.data())
def test_an_answer_that_is_left_out_never_lowers_a_colour(given_, earlier, data):
    left_out = data.draw(st.sets(st.sampled_from(Code)))
    less = {code: None if code in left_out else one for code, one in given_.items()}

    assert coloured(less, earlier) >= coloured(given_, earlier)


@settings(max_examples=40)
@given(one=answers(), data=st.data())
def test_the_order_of_answers_does_not_matter(one, data):
    # Each kind twice: which of the two counts must not depend on which comes first.
    twice = {code: data.draw(st.sampled_from(values(code))) for code in one}
    listed = [*found(one), *found(twice)]
    shuffled = tuple(data.draw(st.permutations(listed)))

    for scale, term in TABLES:
        tables = shipped_scale(scale)
        assert grade(tables.tables[term], shuffled, tables.scores) == grade(
            tables.tables[term], listed, tables.scores
        )
    assert triage(shipped_triage(), CheckIn(at=START, findings=shuffled)) == triage(
        shipped_triage(), CheckIn(at=START, findings=tuple(listed))
    )
