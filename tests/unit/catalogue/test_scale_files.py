"""Files of scales, triage rules and questions that are not sound: line and reason."""

import pytest

from infusion.catalogue.checking import check
from infusion.catalogue.scales import read_scale
from tests.unit.catalogue.writing import written


@pytest.mark.parametrize(
    ("key", "before", "after", "place", "why"),
    [
        ("astct", 'key = "crs-hypoxia-4"', 'key = "crs-hypoxia-3"', "rows[7]", "already"),
        ("astct", 'code = "HYPOTENSION"', 'code = "PRESSURE"', "crs-hypotension-2", "no kind of finding"),
        ("astct", 'is = ["NO_VASOPRESSOR"]', 'is = ["LOW"]', "crs-hypotension-2", "no word"),
        ("astct", 'code = "ICE", at_most = "9"', 'code = "ICE", is = ["NINE"]', "ice-1", "by words"),
        ("astct", 'code = "APHASIA", is = ["YES"]', 'code = "APHASIA", above = "1"', "ice-aphasia", "by words"),
        ("astct", 'at_least = "38"', 'at_least = "38,0"', "when", "must look like"),
        ("astct", "missing = true\nrule", "rule", "capd-none", "NF"),
        ("astct", 'mark = "NF"', 'mark = "B"', "capd-none", "source"),
        ("astct", "grade = 1\n", "grade = 5\n", "grade", ""),
        ("astct", 'term = "ICANS_CHILD"', 'term = "ICANS"', "terms[3].term", "twice"),
        ("astct", 'points = { missing = true, unit = "", note = { en = "The points of each answer were not seen.", zh = "未见各答案的分值。" } }', "points = { NEVER = 4, ALWAYS = 0 }", "scores[2]", "each of its words"),
        ("ctcae-5", 'sources = ["CTCAE-code"]', 'sources = ["memory"]', "fever-1", "sources.toml"),
        ("ctcae-5", 'below_code = "ANC_LLN"', 'below_code = "LLN"', "anc-1", "no kind of finding"),
        ("triage", 'value = "SAME"', 'value = "GREEN"', "unanswered", "never green"),
        ("triage", 'value = "4", unit = "h"', 'value = "4", unit = "d"', "follow_up", "allowed"),
        ("triage", 'value = "4", unit = "h"', 'value = "400", unit = "h"', "follow_up", "at most"),
        ("triage", 'value = "2", unit = ""', 'value = "0", unit = ""', "ambers_that_make_red", "above zero"),
        ("triage", 'value = "RED"', 'value = "GREEN"', "colour", "allowed"),
        ("triage", 'change = "WORSE_BY", by = "1"', 'change = "NEW"', "temperature-rising", "by an amount"),
        ("triage", 'key = "chills"', 'key = "fever"', "rules", "twice"),
        ("triage", 'trend = { code = "TREMOR"', 'when = [[{ code = "TREMOR", is = ["YES"] }]]\ntrend = { code = "TREMOR"', "tremor-new", "one of the two"),
        ("neuro", 'value = "AWAKE"', 'value = "FINE"', "consciousness", "no value"),
        ("neuro", ', zh = "今年是哪一年？"', "", "year", "both languages"),
        ("handwriting", '  { key = "CANNOT_TELL", text = { en = "The picture shows too little", zh = "照片无法判断" } },\n', "", "handwriting", "guess"),
        ("daily-adult", 'item = "antipyretic"', 'item = "steroid"', "antipyretic-time", "before"),
        ("daily-adult", 'is = ["YES"]', 'is = ["TAKEN"]', "antipyretic-time", "no word"),
        ("daily-adult", 'form = "NUMBER"', 'form = "PHOTO"', "temperature", "nothing else"),
        ("daily-adult", 'code = "CHILLS"', 'code = "SEPSIS"', "chills", "for clinicians"),
        ("daily-adult", 'key = "chills"', 'key = "steroid"', "key", "twice"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_sound_is_refused_by_line_and_reason(
    tmp_path, key, before, after, place, why
):
    path = written(tmp_path, key, (before, after))

    problems = check([path])

    assert problems, "nothing was refused"
    assert any(place in one.place and why in one.reason.en for one in problems), [
        (one.place, one.reason.en) for one in problems
    ]
    assert all(one.line is not None and one.reason.zh for one in problems)


def test_a_site_may_sign_the_points_of_an_answer(tmp_path):
    missing = (
        'points = { missing = true, unit = "", note = { en = "The points of each answer '
        'were not seen.", zh = "未见各答案的分值。" } }'
    )
    signed = "points = { NEVER = 4, RARELY = 3, SOMETIMES = 2, OFTEN = 1, ALWAYS = 0 }"
    path = written(tmp_path, "astct", *[(missing, signed)] * 8)

    capd = read_scale(path).scores[1]

    assert [item.points["NEVER"] for item in capd.items if item.points] == [4] * 8
