"""Every bad regimen file is refused with its line and a reason in both languages."""

import tomllib

import pytest

from infusion import catalogue
from infusion.catalogue import checking, files
from infusion.catalogue.regimens import read_regimen
from infusion.domain.conditions import FactKind
from tests.unit.catalogue.writing import shipped, written

RR, HSCT = "us-label-rr", "allo-hsct"
C2 = 'title = { en = "Induction, cycle 2"'
OUT = 'key = "no-remission"\nkind = "EXIT"'
TO_C2 = 'to = "c2"'
FIRST = 'title = { en = "Induction, cycle 1", zh = "诱导，第 1 周期" }\n'
LENGTH = 'length_days = { value = "41", unit = "d", mark = "I", sources = [] }\n'
MRD = 'when = [ { fact = "REMISSION", is = ["NONE"] } ]'
IN_PERCENT = (
    'when = [ { fact = "MRD", below = { value = "0.01", unit = "%", mark = "I", '
    "sources = [] } } ]"
)
FREE_DAYS = (
    'free_days = { value = "14", unit = "d", mark = "A", '
    'sources = ["PMC-Tab1", "drugs-dosage", "Medscape"] }\n'
)
CHEMO = """[[blocks]]
key = "chemo"
kind = "CHEMOTHERAPY"
title = { en = "Chemotherapy", zh = "化疗" }
"""


def chemo(more: str) -> tuple[str, str]:
    """Put a chemotherapy block between the second cycle and the decision."""
    return 'to = "after-two"\n', f'to = "chemo"\n\n{CHEMO}{more}'


def until(anchor: str) -> str:
    days = '{ value = "900", unit = "d", mark = "I", sources = [] }'
    return f'until = {{ anchor = "{anchor}", edge = "START", days = {days} }}\n'


def named(kind: str, word: str, language: str = "zh") -> tuple[str, str]:
    """Say what people read for a word of a fact."""
    text = f'{{ en = "x", zh = "某", {language} = "某" }}'
    if language == "zh":
        text = '{ en = "x", zh = "某" }'
    return "[[blocks]]\n", f"[words.{kind}]\n{word} = {text}\n\n[[blocks]]\n"


BY_RISK = 'when = [ { fact = "RISK_GROUP", is = ["VERY_HIGH"] } ]'
TO_DECISION = '\n[[blocks.next]]\nto = "after-two"\n'

# What is changed in the file, the text of the line that is named, the place, the reason
# in English and a word of the reason in Chinese.
BAD = {
    "a cycle in the graph": (
        (('to = "continued"\n', 'to = "c2"\n'),),
        'to = "c2"\n@2', "blocks.consolidation.next[1].to",
        "leads back: c2 → after-two → consolidation → c2", "回路",
    ),
    "a block that leads to itself": (
        ((TO_C2, 'to = "c1"'),), 'to = "c1"', "blocks.c1.next[1].to", "c1 → c1", "回路",
    ),
    "an unreachable block": (
        ((TO_C2, 'to = "after-two"'),), 'key = "c2"', "blocks.c2.key",
        "no way leads to this block", "途径",
    ),
    "an unknown successor": (
        ((TO_C2, 'to = "c9"'),), 'to = "c9"', "blocks.c1.next[1].to",
        "there is no block c9", "没有阶段 c9",
    ),
    "a shared pre-phase as a way out": (
        ((TO_C2, 'to = "steroid-prephase"'),), 'to = "steroid-prephase"',
        "blocks.c1.next[1].to", "no block steroid-prephase", "没有阶段",
    ),
    "an exit that goes on": (
        ((OUT, f'{OUT}\nnext = [ {{ to = "relapse" }} ]'),), "next = [",
        "blocks.no-remission.next", "is an exit", "出口",
    ),
    "a decision without a way out": (
        (('kind = "EXIT"', 'kind = "DECISION"'),), 'kind = "DECISION"@2',
        "blocks.no-remission.kind", "without a way out", "决策点",
    ),
    "a dose above its cap": (
        (('fixed_mcg = { value = "28"', 'fixed_mcg = { value = "28.5"'),),
        'fixed_mcg = { value = "28.5"', "doses.levels.full.fixed_mcg",
        "the dose of 28.5 is above its cap of 28 ug/d", "超过上限",
    ),
    "a step outside the infusion": (
        (('value = "168"', 'value = "700"'),), 'level = "full", from_hour',
        "blocks.c1.infusion.steps[2]", "inside the infusion of 672 h", "输注时间之内",
    ),
    "a first step after the start": (
        (('from_hour = { value = "0"', 'from_hour = { value = "4"'),),
        'level = "low", from_hour', "blocks.c1.infusion.steps[1]",
        "begin at hour 0", "第 0 小时",
    ),
    "an unknown unit": (
        (('value = "672", unit = "h"', 'value = "672", unit = "hours"'),),
        'unit = "hours"', "blocks.c1.infusion.hours.unit", "'hours'", "只允许",
    ),
    "a unit of something else": (
        (('value = "672", unit = "h"', 'value = "28", unit = "d"'),),
        'value = "28", unit = "d"', "blocks.c1.infusion.hours.unit", "allowed: 'h'",
        "只允许",
    ),
    "a block key twice": (
        (('key = "c2"', 'key = "c1"'),), 'key = "c1"@2', "blocks[2].key",
        "there is a block c1 already", "已存在",
    ),
    "a newer schema": (
        (("schema = 2", "schema = 3"),), "schema = 3", "schema",
        "is written in schema 3; this version reads schema 2", "格式版本",
    ),
    "the old schema": (
        (("schema = 2", "schema = 1"),), "schema = 1", "schema", "allowed: 2", "只允许",
    ),
    "more cycles than any way has": (
        (('value = "9", unit = ""', 'value = "10", unit = ""'),), "max_cycles",
        "max_cycles", "is 10, but the longest way has 9", "最长途径",
    ),
    "no rounds at all": (
        (('times = { value = "3"', 'times = { value = "0"'),), "times =",
        "blocks.consolidation.times", "at least once", "至少",
    ),
    "an infusion in chemotherapy": (
        (('kind = "BLINATUMOMAB"', 'kind = "CHEMOTHERAPY"'),), "[blocks.infusion]",
        "blocks.c1.infusion", "this one is CHEMOTHERAPY", "本阶段为",
    ),
    "a length below the infusion and its free days": (
        ((FIRST, FIRST + LENGTH),), "length_days", "blocks.c1.length_days",
        "41 days are fewer than the infusion and its free days: 42", "少于",
    ),
    "chemotherapy without a length": (
        (chemo(TO_DECISION),), 'key = "chemo"@-1', "blocks.chemo", "needs a length",
        "需写明天数",
    ),
    "an anchor that is not there": (
        (chemo(until("c7") + TO_DECISION),), "until =", "blocks.chemo.until.anchor",
        "there is no block c7", "没有阶段",
    ),
    "an anchor that comes later": (
        (chemo(until("continued") + TO_DECISION),), "until =",
        "blocks.chemo.until.anchor", "does not come before", "起点",
    ),
    "a fact without a comparison": (
        ((MRD, 'when = [ { fact = "REMISSION" } ]'),), 'fact = "REMISSION" }',
        "blocks.after-two.next[2].when[1]", "exactly one of", "三者",
    ),
    "a word that a fact can not be": (
        ((MRD, 'when = [ { fact = "REMISSION", is = ["SOME"] } ]'),), '"SOME"',
        "blocks.after-two.next[2].when[1].is", "known: CR, CRH, CRI, NONE, RELAPSE",
        "不能取该值",
    ),
    "a limit in another unit": (
        ((MRD, IN_PERCENT),), "below = {",
        "blocks.after-two.next[2].when[1].below", "MRD is a fraction of cells", "单位",
    ),
    "premedication of a block that is not there": (
        (('blocks = ["c1"]', 'blocks = ["c3"]'),), 'blocks = ["c3"]',
        "premedication[2].blocks", "there is no block c3", "没有阶段",
    ),
    "a hole without a note": (
        ((FREE_DAYS, 'free_days = { missing = true, unit = "d" }\n'),), "missing = true",
        "blocks.c1.infusion.free_days", "lacks note", "缺少 note",
    ),
    "a name of a word that no way asks for": (
        (named("RISK_GROUP", "VERY_HIHG"), (MRD, BY_RISK)), "VERY_HIHG",
        "words.RISK_GROUP.VERY_HIHG",
        "asks for the word VERY_HIHG; known here: VERY_HIGH", "没有途径",
    ),
    "a name of a word that this fact never has": (
        (named("RESPONSE", "YESS"),), "YESS =", "words.RESPONSE.YESS",
        "known here: YES, NO", "没有途径",
    ),
    "names for the words of a fact that has none": (
        (named("RISK_GRUOP", "HIGH"),), "[words.RISK_GRUOP]", "words.RISK_GRUOP",
        "is 'RISK_GRUOP'; allowed: 'RISK_GROUP'", "只允许",
    ),
    "a name in a language nobody reads": (
        (named("RESPONSE", "YES", "zho"),), "YES =", "words.RESPONSE.YES",
        "unknown entries: zho", "未知项",
    ),
    "no word on the free days": (
        ((FREE_DAYS, ""),), "[blocks.infusion]",
        "blocks.c1.infusion", "needs the free days", "间歇天数",
    ),
}  # fmt: skip


def line_with(text: str, wanted: str) -> int:
    """Return the line that holds a text; ``@2`` is the second, ``@-1`` the one above."""
    wanted, _, which = wanted.partition("@")
    lines = [
        number
        for number, line in enumerate(text.splitlines(), 1)
        if wanted.strip() in line
    ]
    return lines[0] - 1 if which == "-1" else lines[int(which or 1) - 1]


@pytest.mark.parametrize("name", BAD)
def test_a_bad_regimen_is_refused_with_line_and_reason(tmp_path, name):
    changes, line, place, english, chinese = BAD[name]
    path = written(tmp_path, RR, *changes)

    found = [one for one in checking.check([path]) if one.place == place]

    assert [one.line for one in found] == [line_with(path.read_text(), line)]
    assert english in found[0].reason.en
    assert chinese in found[0].reason.zh
    assert found[0].path == path


def test_a_kept_document_is_read_as_it_was_ordered(tmp_path):
    path = written(tmp_path, RR, named("RESPONSE", "YESS"))
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    kept = {**catalogue.document(RR), "words": data["words"]}

    assert FactKind.RESPONSE in catalogue.regimen_from(kept).names
    with pytest.raises(files.CatalogueFileRefused, match="YESS"):
        read_regimen(path)


def test_several_problems_of_one_file_are_named_together(tmp_path):
    path = written(
        tmp_path,
        RR,
        (TO_C2, 'to = "c9"'),
        ('value = "168"', 'value = "700"'),
        ('fixed_mcg = { value = "28"', 'fixed_mcg = { value = "30"'),
        ('"us-7d"]', '"eu-9d"]'),
        ('blocks = ["c1"]', 'blocks = ["c3"]'),
    )

    found = {one.place for one in checking.check([path])}

    assert found == {
        "recipes",
        "doses.levels.full.fixed_mcg",
        "blocks.c1.infusion.steps[2]",
        "blocks.c1.next[1].to",
        "premedication[2].blocks",
    }


def test_a_key_that_is_written_twice_is_refused_with_its_line(tmp_path):
    path = written(tmp_path, RR, (C2, f"{C2.replace('2', '3')} }}\n{C2}"))

    (problem,) = checking.check([path])

    assert problem.line == line_with(path.read_text(), C2)


def test_two_files_of_one_key_are_refused(tmp_path):
    (tmp_path / "other").mkdir()
    paths = [written(tmp_path, RR), written(tmp_path / "other", RR)]

    (problem,) = checking.check(paths)

    assert (problem.path, problem.place) == (paths[1], "key")
    assert problem.line == line_with(shipped(RR), 'key = "us-label-rr"')
    assert str(paths[0]) in problem.reason.en
    assert checking.check([paths[0], paths[0]]) == []


def test_an_unknown_shared_block_is_refused_until_it_is_checked_along(tmp_path):
    name = "gene-therapy"
    change = ('key = "allo-hsct"', f'key = "{name}"')
    block = written(tmp_path, HSCT, change, name=name)
    path = written(tmp_path, RR, ('to = "allo-hsct"', f'to = "{name}"'))

    (problem,) = checking.check([path])

    assert problem.place == "blocks.after-two.next[3].to"
    assert "allo-hsct, car-t" in problem.reason.en
    assert checking.check([path, block]) == []


@pytest.mark.parametrize(
    ("change", "place", "why"),
    [
        (('kind = "EXIT"', 'kind = "LEAVE"'), "block.kind", "allowed"),
        (('mark = "NF"', 'mark = "S"'), "block.gate.sources", "at least 1"),
        (("[block]", "[block]\nnext = []"), "block", "unknown entries: next"),
    ],
)
def test_a_bad_shared_block_is_refused(tmp_path, change, place, why):
    (problem,) = checking.check([written(tmp_path, HSCT, change)])

    assert problem.place == place
    assert why in problem.reason.en
    assert problem.line


OVERLAY = """\
schema = 1
kind = "overlay"
key = "our-site"
regimen = "us-label-consolidation"

[values."blocks.blina-1.infusion.free_days"]
value = "7"
unit = "d"
source = "Ward protocol 7"

[values."doses.levels.full.fixed_mcg"]
value = "27"
unit = "ug/d"
source = "Ward protocol 7"
"""


FREE = "values.blocks.blina-1.infusion.free_days"


def overlay(folder, *changes: tuple[str, str]):
    text = OVERLAY
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    path = folder / "our-site.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_overlay_that_fits_its_regimen_is_sound(tmp_path):
    assert checking.check([overlay(tmp_path)]) == []


@pytest.mark.parametrize(
    ("change", "line", "place", "why"),
    [
        (('"27"', '"29"'), 11, "values.doses.levels.full.fixed_mcg", "above its cap"),
        (('unit = "d"', 'unit = "h"'), 6, FREE, "allowed: 'd'"),
        (("blina-1", "blina-8"), 6, FREE.replace("-1", "-8"), "no place"),
        (("free_days", "inpatient_days"), 6, FREE.replace("free", "inpatient"),
         "mark B"),
        (("us-label-consolidation", "us-label"), 4, "regimen", "known: "),
        (('unit = "d"\n', ""), 6, FREE, "lacks"),
        (("schema = 1", "schema = 2"), 1, "schema", "reads schema 1"),
    ],
)  # fmt: skip
def test_an_overlay_that_does_not_fit_is_refused(tmp_path, change, line, place, why):
    (problem,) = checking.check([overlay(tmp_path, change)])

    assert (problem.place, problem.line) == (place, line)
    assert why in problem.reason.en
