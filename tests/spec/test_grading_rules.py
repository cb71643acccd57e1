"""Grades by ASTCT and CTCAE: a worked example for every row of the tables."""

import pytest

from infusion.catalogue.scales import shipped_scale
from infusion.domain.findings import Span
from infusion.domain.findings_kinds import Code
from infusion.domain.grading import Term, Verdict, term_of_neurotoxicity, with_scores
from infusion.domain.toxicity import Scale
from tests.spec.examples import Chapter
from tests.spec.findings import WELL, found, graded, said

COLUMNS = ("scale", "term", "findings", "grade", "row", "source")
P1 = "PMC-9327779, PMC-8021214"
AP = "PMC-8021214, JITC"
IC = "PMC-9327779, PMC-8403007, BMJ-PN"
CAP = "MDedge-ICANS, NCIt"


def rows(scale, term, source, *cases):
    return tuple((scale, term, *case[:3], *(case[3:] or (source,))) for case in cases)


READING = (
    "A verdict, the grade, and how high it may be. GRADED is settled; AT_LEAST has a row "
    "that holds and a higher one that is not known; POSSIBLE rests on a home thermometer "
    "or another cause is not ruled out; CANNOT_ASSESS has no row that holds and some that "
    "may. crs-well: "
    + WELL["crs-well"]
    + ". neuro-well: "
    + WELL["neuro-well"]
    + ". The "
    "worse of two findings counts; home is a caregiver, ? is not answered.",
    (
        "结论、分级及可能的最高级。GRADED 为已定；AT_LEAST 表示有成立的行且更高一行未知；"
        "POSSIBLE 仅凭家用体温计或未排除其他原因；CANNOT_ASSESS 表示无成立的行但有未知的行。"
        "两项发现取较重者；home 为照护者，? 为未回答。"
    ),
)

CRS = Chapter(
    key="grading-crs",
    title=("Grades of CRS", "CRS 分级"),
    rule=READING,
    source="label fact sheet 9.2, ASTCT consensus; a home thermometer supports only possible grade 1 [I]",
    columns=COLUMNS,
    rows=rows(
        "ASTCT", "CRS", P1,
        ("crs-well", "GRADED 0 of 0", ""),
        ("crs-well, TEMPERATURE 37.9", "GRADED 0 of 0", ""),
        ("crs-well, TEMPERATURE 38.0", "GRADED 1 of 1", "crs-fever"),
        ("crs-well, TEMPERATURE 38.0, HYPOTENSION NO_VASOPRESSOR", "GRADED 2 of 2", "crs-hypotension-2"),
        ("crs-well, TEMPERATURE 38.0, HYPOTENSION ONE_VASOPRESSOR", "GRADED 3 of 3", "crs-hypotension-3"),
        ("crs-well, TEMPERATURE 38.0, HYPOTENSION SEVERAL_VASOPRESSORS", "GRADED 4 of 4", "crs-hypotension-4"),
        ("crs-well, TEMPERATURE 38.0, HYPOXIA LOW_FLOW", "GRADED 2 of 2", "crs-hypoxia-2"),
        ("crs-well, TEMPERATURE 38.0, HYPOXIA HIGH_FLOW", "GRADED 3 of 3", "crs-hypoxia-3"),
        ("crs-well, TEMPERATURE 38.0, HYPOXIA POSITIVE_PRESSURE", "GRADED 4 of 4", "crs-hypoxia-4"),
        ("crs-well, TEMPERATURE 38.0, HYPOTENSION NO_VASOPRESSOR, HYPOXIA HIGH_FLOW", "GRADED 3 of 3", "crs-hypoxia-3"),
        ("crs-well, HYPOTENSION NO_VASOPRESSOR", "GRADED 0 of 0", ""),
        ("crs-well, ANTIPYRETIC_TAKEN YES", "CANNOT_ASSESS - of 1", "crs-hidden", AP),
        ("crs-well, STEROID_TAKEN YES", "CANNOT_ASSESS - of 1", "crs-hidden", AP),
        ("crs-well, ANTIPYRETIC_TAKEN YES, HYPOTENSION NO_VASOPRESSOR", "GRADED 2 of 2", "crs-hypotension-2"),
        ("crs-well, TOCILIZUMAB_GIVEN YES, HYPOXIA HIGH_FLOW", "GRADED 3 of 3", "crs-hypoxia-3"),
        ("TEMPERATURE 38.4 home", "POSSIBLE 1 of 4", "crs-fever", "I"),
        ("TEMPERATURE 38.4 home, FEVER_OTHER_CAUSE NO, HYPOTENSION NONE, HYPOXIA NONE", "POSSIBLE 1 of 1", "crs-fever", "I"),
        ("TEMPERATURE 36.9 home, ANTIPYRETIC_TAKEN YES home", "CANNOT_ASSESS - of 4", "crs-hidden", AP),
        ("TEMPERATURE 36.9 home, ANTIPYRETIC_TAKEN ? home", "CANNOT_ASSESS - of 4", "crs-hidden", AP),
        ("TEMPERATURE 38.4, FEVER_OTHER_CAUSE YES", "EXCLUDED", ""),
        ("TEMPERATURE 38.4, HYPOTENSION NO_VASOPRESSOR, HYPOXIA NONE", "POSSIBLE 2 of 2", "crs-hypotension-2"),
        ("TEMPERATURE 38.4, FEVER_OTHER_CAUSE NO, HYPOTENSION NO_VASOPRESSOR", "AT_LEAST 2 of 4", "crs-hypotension-2"),
        ("", "CANNOT_ASSESS - of 4", ""),
    ),
)  # fmt: skip

ICANS = Chapter(
    key="grading-icans",
    title=("Grades of ICANS", "ICANS 分级"),
    rule=READING,
    source="label fact sheet 9.4, ASTCT consensus: the worst domain wins",
    columns=COLUMNS,
    rows=rows(
        "ASTCT", "ICANS", IC,
        ("neuro-well, ICE 10", "GRADED 0 of 0", ""),
        ("neuro-well, ICE 9", "GRADED 1 of 1", "ice-1"),
        ("neuro-well, ICE 7", "GRADED 1 of 1", "ice-1"),
        ("neuro-well, ICE 6", "GRADED 2 of 2", "ice-2"),
        ("neuro-well, ICE 3", "GRADED 2 of 2", "ice-2"),
        ("neuro-well, ICE 2", "GRADED 3 of 3", "ice-3"),
        ("neuro-well, ICE 0", "GRADED 3 of 3", "ice-3"),
        ("neuro-well, ICE 0, APHASIA YES", "GRADED 3 of 3", "ice-aphasia"),
        ("neuro-well, ICE 0, CONSCIOUSNESS UNROUSABLE", "GRADED 4 of 4", "ice-4"),
        ("neuro-well, ICE 10, CONSCIOUSNESS WAKES_BY_SELF", "GRADED 1 of 1", "icans-consciousness-1"),
        ("neuro-well, ICE 10, CONSCIOUSNESS TO_VOICE", "GRADED 2 of 2", "icans-consciousness-2"),
        ("neuro-well, ICE 10, CONSCIOUSNESS TO_TOUCH", "GRADED 3 of 3", "icans-consciousness-3"),
        ("neuro-well, ICE 10, CONSCIOUSNESS UNROUSABLE", "GRADED 4 of 4", "icans-consciousness-4"),
        ("neuro-well, ICE 10, SEIZURE EEG_ONLY_RESOLVED", "GRADED 3 of 3", "icans-seizure-3"),
        ("neuro-well, ICE 10, SEIZURE RESOLVED_FAST", "GRADED 3 of 3", "icans-seizure-3"),
        ("neuro-well, ICE 10, SEIZURE SEEN home", "AT_LEAST 3 of 4", "icans-seizure-3"),
        ("neuro-well, ICE 10, SEIZURE PROLONGED", "GRADED 4 of 4", "icans-seizure-4"),
        ("neuro-well, ICE 10, SEIZURE REPEATED", "GRADED 4 of 4", "icans-seizure-4"),
        ("neuro-well, ICE 10, MOTOR DEEP_FOCAL_WEAKNESS", "GRADED 4 of 4", "icans-motor-4"),
        ("neuro-well, ICE 10, MOTOR NEW_WEAKNESS home", "CANNOT_ASSESS - of 4", "icans-motor-4"),
        ("neuro-well, ICE 10, RAISED_ICP FOCAL_OEDEMA", "GRADED 3 of 3", "icans-icp-3"),
        ("neuro-well, ICE 10, RAISED_ICP DIFFUSE_OEDEMA", "GRADED 4 of 4", "icans-icp-4"),
        ("neuro-well, ICE 10, RAISED_ICP POSTURING", "GRADED 4 of 4", "icans-icp-4"),
        ("neuro-well, ICE 10, RAISED_ICP SIXTH_NERVE_PALSY", "GRADED 4 of 4", "icans-icp-4"),
        ("neuro-well, ICE 10, RAISED_ICP PAPILLOEDEMA", "GRADED 4 of 4", "icans-icp-4"),
        ("neuro-well, ICE 10, RAISED_ICP CUSHING_TRIAD", "GRADED 4 of 4", "icans-icp-4"),
        ("neuro-well, ICE 8, CONSCIOUSNESS TO_VOICE", "GRADED 2 of 2", "icans-consciousness-2"),
        ("neuro-well, ICE 10, TREMOR YES", "GRADED 0 of 0", ""),
        ("ICE 8, CONSCIOUSNESS AWAKE, HAEMORRHAGE YES", "EXCLUDED", ""),
        ("neuro-well", "CANNOT_ASSESS - of 3", "ice-1"),
        ("ICE 8, CONSCIOUSNESS AWAKE home", "POSSIBLE 1 of 4", "ice-1"),
        ("neuro-well, ICE_YEAR 1 home, ICE_MONTH 1 home, ICE_CITY 1 home, ICE_OBJECTS 3 home, ICE_COMMAND 1 home, ICE_SENTENCE 1 home, ICE_COUNT 1 home", "CANNOT_ASSESS - of 1", "ice-1"),
    ),
)  # fmt: skip

CHILD = Chapter(
    key="grading-icans-child",
    title=("Grades of ICANS under 12, and of the delayed", "12 岁以下及发育迟缓者的 ICANS 分级"),
    rule=READING,
    source="label fact sheet 9.5; other domains as for adults",
    columns=COLUMNS,
    rows=rows(
        "ASTCT", "ICANS_CHILD", CAP,
        ("neuro-well, CAPD 0", "CANNOT_ASSESS - of 1", "capd-none", "NF"),
        ("neuro-well, CAPD 1", "GRADED 1 of 1", "capd-1"),
        ("neuro-well, CAPD 8", "GRADED 1 of 1", "capd-1"),
        ("neuro-well, CAPD 0, CONSCIOUSNESS WAKES_BY_SELF", "GRADED 1 of 1", "capd-1"),
        ("neuro-well, CAPD 8, CONSCIOUSNESS TO_VOICE", "GRADED 2 of 2", "capd-2"),
        ("neuro-well, CAPD 9", "GRADED 3 of 3", "capd-3"),
        ("neuro-well, CAPD_TESTABLE NO", "GRADED 4 of 4", "capd-4"),
        ("neuro-well, CAPD 0, CONSCIOUSNESS UNROUSABLE", "GRADED 4 of 4", "capd-4"),
        ("neuro-well, CAPD 1, CONSCIOUSNESS WAKES_BY_SELF", "GRADED 1 of 1", "child-consciousness-1", IC),
        ("neuro-well, CAPD 1, CONSCIOUSNESS TO_VOICE", "GRADED 2 of 2", "child-consciousness-2", IC),
        ("neuro-well, CAPD 1, CONSCIOUSNESS TO_TOUCH", "GRADED 3 of 3", "child-consciousness-3", IC),
        ("neuro-well, CAPD 1, CONSCIOUSNESS UNROUSABLE", "GRADED 4 of 4", "child-consciousness-4", IC),
        ("neuro-well, CAPD 1, SEIZURE RESOLVED_FAST", "GRADED 3 of 3", "child-seizure-3", IC),
        ("neuro-well, CAPD 1, SEIZURE REPEATED", "GRADED 4 of 4", "child-seizure-4", IC),
        ("neuro-well, CAPD 1, MOTOR DEEP_FOCAL_WEAKNESS", "GRADED 4 of 4", "child-motor-4", IC),
        ("neuro-well, CAPD 1, RAISED_ICP FOCAL_OEDEMA", "GRADED 3 of 3", "child-icp-3", IC),
        ("neuro-well, CAPD 1, RAISED_ICP POSTURING", "GRADED 4 of 4", "child-icp-4", IC),
        ("neuro-well", "CANNOT_ASSESS - of 3", "capd-3"),
    ),
)  # fmt: skip


def both(term, *cases):
    """Write one example for version 5, one for 6: (findings, 5, row, source, 6, row, source)."""
    return tuple(
        row
        for text, five, key, source, six, key_6, source_6 in cases
        for row in (
            ("CTCAE_5", term, text, five, key, source),
            ("CTCAE_6", term, text, six, key_6, source_6),
        )
    )


CODE, SIX, LIVER = "CTCAE-code", "CTCAE6", "PMC-8807695, CTCAE5"
BILI = "PMC-8807695"
ANY = "CANNOT_ASSESS - of 4"


def of_five(term, hole, source, *cases):
    return both(
        term, *((text, five, key, source, ANY, hole, "NF") for text, five, key in cases)
    )


CTCAE = Chapter(
    key="grading-ctcae",
    title=("Grades by CTCAE, versions 5.0 and 6.0", "CTCAE 5.0 与 6.0 版分级"),
    rule=(
        ("The versions disagree: the version is kept with every grade. A cell that no "
        "source shows is a hole (NF): it can not be assessed. LIVER_BASELINE_NORMAL is the "
        "patient's own value before treatment."),
        "两版不一致：每个分级都保存其版本。无来源的单元格为空缺（NF）：无法评估。LIVER_BASELINE_NORMAL 为治疗前本人的数值。",
    ),
    source="label fact sheet 9.6",
    columns=COLUMNS,
    rows=(
        *both(
            "FEVER",
            ("TEMPERATURE 37.9", "GRADED 0 of 0", "", CODE, "GRADED 0 of 0", "", SIX),
            ("TEMPERATURE 38.0", "GRADED 1 of 1", "fever-1", CODE, "GRADED 1 of 1", "fever-1", SIX),
            ("TEMPERATURE 39.0", "GRADED 1 of 1", "fever-1", CODE, "GRADED 1 of 1", "fever-1", SIX),
            ("TEMPERATURE 39.1", "GRADED 2 of 2", "fever-2", CODE, "GRADED 2 of 2", "fever-2", SIX),
            ("TEMPERATURE 40.0", "GRADED 2 of 2", "fever-2", CODE, "GRADED 2 of 2", "fever-2", SIX),
            ("TEMPERATURE 40.1", "AT_LEAST 3 of 4", "fever-3", CODE, "AT_LEAST 3 of 4", "fever-3", SIX),
            ("TEMPERATURE 40.1, FEVER_ABOVE_40_HOURS 24", "GRADED 3 of 3", "fever-3", CODE, "GRADED 3 of 3", "fever-3", SIX),
            ("TEMPERATURE 40.1, FEVER_ABOVE_40_HOURS 25", "GRADED 4 of 4", "fever-4", CODE, "GRADED 4 of 4", "fever-4", SIX),
        ),
        *both(
            "NEUTROPHILS",
            ("ANC 2.1, ANC_LLN 2.0", "GRADED 0 of 0", "", CODE, "GRADED 0 of 0", "", SIX),
            ("ANC 1.8, ANC_LLN 2.0", "GRADED 1 of 1", "anc-1", CODE, "GRADED 0 of 0", "", SIX),
            ("ANC 1.8", "CANNOT_ASSESS - of 1", "anc-1", CODE, "GRADED 0 of 0", "", SIX),
            ("ANC 1.5, ANC_LLN 2.0", "GRADED 1 of 1", "anc-1", CODE, "GRADED 0 of 0", "", SIX),
            ("ANC 1.2", "GRADED 2 of 2", "anc-2", CODE, "GRADED 1 of 1", "anc-1", SIX),
            ("ANC 0.7", "GRADED 3 of 3", "anc-3", CODE, "GRADED 2 of 2", "anc-2", SIX),
            ("ANC 0.4", "GRADED 4 of 4", "anc-4", CODE, "GRADED 3 of 3", "anc-3", SIX),
            ("ANC 0.09", "GRADED 4 of 4", "anc-4", CODE, "GRADED 4 of 4", "anc-4", SIX),
        ),
        *(
            row
            for term in ("ALT", "AST")
            for row in of_five(
                term, term.lower(), LIVER,
                (f"{term}_X_ULN 1, LIVER_BASELINE_NORMAL YES", "GRADED 0 of 0", ""),
                (f"{term}_X_ULN 1.1, LIVER_BASELINE_NORMAL YES", "GRADED 1 of 1", f"{term.lower()}-1"),
                (f"{term}_X_ULN 3.1, LIVER_BASELINE_NORMAL YES", "GRADED 2 of 2", f"{term.lower()}-2"),
                (f"{term}_X_ULN 5.1, LIVER_BASELINE_NORMAL YES", "GRADED 3 of 3", f"{term.lower()}-3"),
                (f"{term}_X_ULN 20.1, LIVER_BASELINE_NORMAL YES", "GRADED 4 of 4", f"{term.lower()}-4"),
                (f"{term}_X_ULN 5.1, LIVER_BASELINE_NORMAL NO", ANY, f"{term.lower()}-abnormal"),
            )
        ),
        *of_five(
            "BILIRUBIN", "bilirubin", BILI,
            ("BILIRUBIN_X_ULN 1", "GRADED 0 of 0", ""),
            ("BILIRUBIN_X_ULN 1.5", "GRADED 1 of 1", "bilirubin-1"),
            ("BILIRUBIN_X_ULN 3", "GRADED 2 of 2", "bilirubin-2"),
            ("BILIRUBIN_X_ULN 10", "GRADED 3 of 3", "bilirubin-3"),
            ("BILIRUBIN_X_ULN 10.1", "GRADED 4 of 4", "bilirubin-4"),
        ),
        *both(
            "SEPSIS",
            ("SEPSIS NONE", ANY, "sepsis", "NF", "GRADED 0 of 0", "", SIX),
            ("SEPSIS SUSPECTED", ANY, "sepsis", "NF", ANY, "sepsis-1-2", "NF"),
            ("SEPSIS IV_TREATMENT", ANY, "sepsis", "NF", "GRADED 3 of 3", "sepsis-3", SIX),
            ("SEPSIS LIFE_THREATENING", ANY, "sepsis", "NF", "GRADED 4 of 4", "sepsis-4", SIX),
        ),
        *of_five(
            "SEIZURE", "seizure", CODE,
            ("SEIZURE_KIND NONE", "GRADED 0 of 0", ""),
            ("SEIZURE_KIND PARTIAL_CONSCIOUS", "GRADED 1 of 1", "seizure-1"),
            ("SEIZURE_KIND GENERALISED_BRIEF", "GRADED 2 of 2", "seizure-2"),
            ("SEIZURE_KIND NEW_ONSET", "GRADED 3 of 3", "seizure-3"),
            ("SEIZURE_KIND MULTIPLE_DESPITE_TREATMENT", "GRADED 3 of 3", "seizure-3"),
            ("SEIZURE_KIND PROLONGED", "GRADED 4 of 4", "seizure-4"),
        ),
        *(
            row
            for term in ("CATHETER_INFECTION", "HEADACHE", "TREMOR", "CONFUSION", "PLATELETS")
            for row in both(term, ("TREMOR YES", ANY, term.lower().replace("_", "-"), "NF", ANY, term.lower().replace("_", "-"), "NF"))
        ),
    ),
)  # fmt: skip

ICE = Chapter(
    key="grading-ice",
    title=("ICE, ten points", "ICE 评分，十分"),
    rule=(
        ("What was not asked may be right or wrong: the sum then lies between two numbers. "
        "At home the place of the hospital is an item the site signs; until then it is not "
        "asked, and no home check reaches ten."),
        "未询问的项目可能对也可能错：总分介于两数之间。居家时“医院”一项由机构签署；签署前不询问，居家检查不会得满十分。",
    ),
    source="label fact sheet 9.3: PMC-9327779, ASH-12190157, CancerCalc",
    columns=("year", "month", "city", "place", "objects", "command", "sentence", "count", "ICE"),
    rows=(
        ("1", "1", "1", "1", "3", "1", "1", "1", "10"),
        ("0", "1", "1", "1", "3", "1", "1", "1", "9"),
        ("1", "0", "1", "1", "3", "1", "1", "1", "9"),
        ("1", "1", "0", "1", "3", "1", "1", "1", "9"),
        ("1", "1", "1", "0", "3", "1", "1", "1", "9"),
        ("1", "1", "1", "1", "1", "1", "1", "1", "8"),
        ("1", "1", "1", "1", "0", "1", "1", "1", "7"),
        ("1", "1", "1", "1", "3", "0", "1", "1", "9"),
        ("1", "1", "1", "1", "3", "1", "0", "1", "9"),
        ("1", "1", "1", "1", "3", "1", "1", "0", "9"),
        ("0", "0", "0", "0", "0", "0", "0", "0", "0"),
        ("1", "1", "1", "?", "3", "1", "1", "1", "9 to 10"),
        ("1", "1", "1", "1", "?", "1", "1", "1", "7 to 10"),
    ),
)  # fmt: skip

CHAPTERS = (CRS, ICANS, CHILD, CTCAE, ICE)
GRADED = [row for one in (CRS, ICANS, CHILD, CTCAE) for row in one.rows]


@pytest.mark.parametrize(("scale", "term", "text", "wanted", "key", "source"), GRADED)
def test_a_row_gives_its_grade_and_names_its_source(
    scale, term, text, wanted, key, source
):
    result = graded(scale, term, text)

    assert said(result) == wanted
    shown = {row.key: row for row in (*result.fired, *result.open)}
    assert not key or key in shown
    if key and source not in {"NF", "I"} and shown[key].statement.sources:
        assert ", ".join(shown[key].statement.sources) == source


def test_every_row_of_every_table_has_its_example():
    told = {(scale, term, key) for scale, term, _, _, key, _ in GRADED}
    all_rows = {
        (scale.value, term.value, row.key)
        for scale in Scale
        for term, table in shipped_scale(scale).tables.items()
        for row in table.rows
    }

    assert all_rows - told == set()


@pytest.mark.parametrize("row", ICE.rows)
def test_ice_is_the_sum_of_its_items(row):
    items = shipped_scale(Scale.ASTCT).scores[0].items
    text = ", ".join(
        f"{item.code} {value}" for item, value in zip(items, row[:-1], strict=True)
    )
    known = with_scores(
        {
            one.code: Span(low=-one.badness, high=-one.badness)
            for one in found(text)
            if one.value is not None
        },
        shipped_scale(Scale.ASTCT).scores,
    )
    ice = known[Code.ICE]

    assert isinstance(ice, Span)
    whole = str(ice.low) if ice.low == ice.high else f"{ice.low} to {ice.high}"
    assert whole == row[-1]


def test_points_of_capd_were_not_seen_so_its_items_give_no_sum():
    text = "neuro-well, CAPD_EYE_CONTACT NEVER, CAPD_RESTLESS ALWAYS"

    result = graded("ASTCT", "ICANS_CHILD", text)

    assert result.verdict is Verdict.CANNOT_ASSESS
    assert Code.CAPD in result.missing


def test_what_is_missing_and_what_no_source_shows_are_named():
    home = graded("ASTCT", "CRS", "TEMPERATURE 38.4 home")
    child = graded("ASTCT", "ICANS_CHILD", "neuro-well, CAPD 0")

    assert home.missing == (Code.FEVER_OTHER_CAUSE, Code.HYPOTENSION, Code.HYPOXIA)
    assert [row.key for row in child.holes] == ["capd-none"]


@pytest.mark.parametrize(
    ("age", "line", "delayed", "term"),
    [
        (11, 12, False, Term.ICANS_CHILD),
        (12, 12, False, Term.ICANS),
        (12, 13, False, Term.ICANS_CHILD),
        (30, 12, True, Term.ICANS_CHILD),
    ],
)
def test_the_age_line_is_the_sites_and_the_delayed_are_scored_as_the_young(
    age, line, delayed, term
):
    assert term_of_neurotoxicity(age, below_years=line, is_delayed=delayed) is term
