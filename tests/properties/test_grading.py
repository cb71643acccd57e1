"""Grades and colours: nothing gets better by getting worse, or by being left out."""

from hypothesis import given, settings
from hypothesis import strategies as st

from infusion.catalogue.scales import shipped_scale
from infusion.catalogue.triage import shipped_triage
from infusion.domain.findings import Finding, Source
from infusion.domain.findings_kinds import KINDS, Code
from infusion.domain.grading import Grade, Term, Verdict, grade
from infusion.domain.toxicity import Scale
from infusion.domain.triage import CheckIn, Colour, triage
from tests.spec.world import START

# Not answers that get better or worse: what a term is measured against.
_FRAME = {Code.LIVER_BASELINE_NORMAL, Code.ANC_LLN}
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


@st.composite
def answers(draw) -> dict[Code, str | None]:
    codes = draw(st.sets(st.sampled_from(Code), max_size=14))
    return {
        code: draw(st.sampled_from([None, *values(code)]))
        for code in sorted(codes, key=list(Code).index)
    }


def graded(scale: Scale, term: Term, given_: dict[Code, str | None]) -> Grade:
    found = shipped_scale(scale)
    listed = [finding(code, value) for code, value in given_.items()]
    return grade(found.tables[term], listed, found.scores)


def coloured(given_: dict[Code, str | None], earlier: dict[Code, str | None]) -> int:
    scores = shipped_scale(Scale.ASTCT).scores
    before = CheckIn(at=START.replace(hour=1), findings=found(earlier))
    now = CheckIn(at=START, findings=found(given_))
    return ORDER.index(triage(shipped_triage(), now, [before], scores).colour)


def found(given_: dict[Code, str | None]) -> tuple[Finding, ...]:
    return tuple(finding(code, value) for code, value in given_.items())


@st.composite
def worsened(draw) -> tuple[dict[Code, str | None], dict[Code, str | None]]:
    """Draw answers, and the same with one of them worse."""
    given_ = draw(answers())
    code = draw(st.sampled_from([one for one in Code if one not in _FRAME]))
    ordered = values(code)
    better = draw(st.integers(0, len(ordered) - 1))
    worse = draw(st.integers(better, len(ordered) - 1))
    return {**given_, code: ordered[better]}, {**given_, code: ordered[worse]}


@settings(max_examples=150)
@given(pair=worsened())
def test_a_grade_never_falls_when_an_answer_gets_worse(pair):
    better, worse = pair
    for scale, term in TABLES:
        one, other = graded(scale, term, better), graded(scale, term, worse)

        assert (other.grade or 0) >= (one.grade or 0), (scale, term)
        assert other.at_most >= one.at_most, (scale, term)


@settings(max_examples=150)
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


@settings(max_examples=150)
@given(pair=worsened(), earlier=answers())
def test_a_colour_never_falls_when_an_answer_gets_worse(pair, earlier):
    better, worse = pair

    assert coloured(worse, earlier) >= coloured(better, earlier)


@settings(max_examples=150)
@given(given_=answers(), earlier=answers(), data=st.data())
def test_an_answer_that_is_left_out_never_lowers_a_colour(given_, earlier, data):
    left_out = data.draw(st.sets(st.sampled_from(Code)))
    less = {code: None if code in left_out else one for code, one in given_.items()}

    assert coloured(less, earlier) >= coloured(given_, earlier)


@settings(max_examples=60)
@given(given_=answers(), data=st.data())
def test_the_order_of_answers_does_not_matter(given_, data):
    shuffled = dict(data.draw(st.permutations(list(given_.items()))))

    for scale, term in TABLES:
        assert graded(scale, term, shuffled) == graded(scale, term, given_)
    assert coloured(shuffled, {}) == coloured(given_, {})
