"""Ph-positive protocols, the New Zealand library, short courses, subcutaneous doses."""

import pytest

from infusion import catalogue
from infusion.domain.blocks import Rhythm, Route
from infusion.domain.conditions import FactKind
from infusion.domain.regimens import CycleNotPlannable
from infusion.domain.walks import Verdict, branches, facts_needed, needs_decision
from tests.spec.courses import by_regimen, dated, day, in_words
from tests.spec.examples import Chapter
from tests.spec.protocols import chosen, course, rows, ways

REACH = Chapter(
    key="reach-other",
    title=(
        "Ph-positive and other protocols: as far as sourced",
        "Ph 阳性及其他方案：来源所及的日期",
    ),
    rule=(
        (
            "From Monday 2 March 2026 along the expected path. D-ALBA: 7 days of steroid, "
            "85 of dasatinib, then 42 a cycle; its dates are known to the end, the dose of "
            "blinatumomab is not. New Zealand: 35 days. A dash is a date no source gives."
        ),
        (
            "自 2026 年 3 月 2 日（周一）起沿预期路径。D-ALBA：激素 7 天、达沙替尼 85 天，此后每周期"
            "42 天；日期直至末尾均可知，贝林妥欧单抗剂量未知。新西兰：35 天。“-”为来源未给出的日期。"
        ),
    ),
    source="regimen report R10 [S; 42 days M], R11 [S 70 days], R17 [S], SHORT_RR [S]",
    columns=("regimen", "block", "round", "cycle", "begins after", "from", "to"),
    rows=rows(
        """
        d-alba | steroid-phase | 1 | - | 0 | 2026-03-02 | 2026-03-08
        d-alba | dasatinib | 1 | - | 7 | 2026-03-09 | 2026-06-01
        d-alba | blina-1-2 | 1 | 1 | 7 + 85 | 2026-06-02 | 2026-07-13
        d-alba | blina-1-2 | 2 | 2 | 7 + 85 + 42 | 2026-07-14 | 2026-08-24
        d-alba | blina-3-5 | 1 | 3 | 7 + 85 + 2 x 42 | 2026-08-25 | 2026-10-05
        d-alba | blina-3-5 | 2 | 4 | 7 + 85 + 3 x 42 | 2026-10-06 | 2026-11-16
        d-alba | blina-3-5 | 3 | 5 | 7 + 85 + 4 x 42 | 2026-11-17 | 2026-12-28
        gimema-all2820 | steroid-phase | 1 | - | 0 | 2026-03-02 | -
        nz-national-library | cycle | 1 | 1 | 0 | 2026-03-02 | 2026-04-05
        china-adult-rr-nct03476239 | induction | 1 | 1 | 0 | 2026-03-02 | -
        china-short-rr | short-course | 1 | 1 | 0 | 2026-03-02 | -
        china-full-course-car-t | induction | 1 | 1 | 0 | 2026-03-02 | -
        sc-blinatumomab | subcutaneous | 1 | 1 | 0 | 2026-03-02 | -
        sg-mrd | induction | 1 | 1 | 0 | 2026-03-02 | -
        """
    ),
)

FORKS = Chapter(
    key="forks-other",
    title=(
        "Ph-positive protocols: which way the facts leave open",
        "Ph 阳性方案：已知事实下可走的分支",
    ),
    rule=(
        (
            "Complete haematological remission leads to blinatumomab. After two cycles the "
            "molecular response must be known and the physician chooses; in ALL2820 MRD "
            "guides, but no threshold was found. Ways out are numbered as in the file."
        ),
        (
            "血液学完全缓解者进入贝林妥欧单抗治疗。两个周期后须知分子学反应，由医师选择；ALL2820 由 MRD"
            "指导，但阈值未找到。分支按文件顺序编号。"
        ),
    ),
    source="regimen report R10 [S 20, 48], R11 [S 49, 50]",
    columns=("regimen", "at", "facts", "open", "still asks"),
    rows=rows(
        """
        d-alba | dasatinib | REMISSION=CR | 1:blina-1-2 |
        d-alba | dasatinib | REMISSION=NONE | 2:no-remission |
        d-alba | blina-1-2 | PHYSICIAN_CHOICE=MORE | | 1:blina-3-5
        d-alba | blina-1-2 | MOLECULAR_RESPONSE=NONE PHYSICIAN_CHOICE=MORE | 1:blina-3-5 |
        d-alba | blina-1-2 | MOLECULAR_RESPONSE=COMPLETE PHYSICIAN_CHOICE=TKI | 2:tki-alone |
        d-alba | blina-1-2 | MOLECULAR_RESPONSE=MAJOR PHYSICIAN_CHOICE=TRANSPLANT | 3:allo-hsct |
        gimema-all2820 | ponatinib | REMISSION=CR | 1:blina-1-2 |
        gimema-all2820 | ponatinib | REMISSION=NONE | 2:no-remission |
        gimema-all2820 | blina-1-2 | PHYSICIAN_CHOICE=MORE | 1:blina-3-5 |
        gimema-all2820 | blina-1-2 | PHYSICIAN_CHOICE=STOP | 2:end |
        gimema-all2820 | blina-1-2 | MRD=0.002@PCR | | 1:blina-3-5 2:end
        """
    ),
)

PATHS = Chapter(
    key="paths-other",
    title=(
        "Ph-positive protocols: the paths that were decided",
        "Ph 阳性方案：决定后的路径",
    ),
    rule=(
        (
            "Two cycles are the least, five the most. From Monday 2 March 2026 with what "
            "the physician decided; × counts rounds in a row; a dash where a length before "
            "the first cycle is not known."
        ),
        (
            "最少 2 个、最多 5 个周期。自 2026 年 3 月 2 日（周一）起，按医师的决定；× 为连续轮数；首个"
            "周期之前时长未知者记“-”。"
        ),
    ),
    source="regimen report R10 [S 20, 48], R11 [S 49, 50]",
    columns=("regimen", "decided", "blocks", "cycles", "first cycle after", "on"),
    rows=rows(
        """
        d-alba | dasatinib>no-remission | steroid-phase dasatinib no-remission | 0 | - | -
        d-alba | blina-1-2>tki-alone | steroid-phase dasatinib blina-1-2×2 tki-alone | 2 | 7 + 85 | 2026-06-02
        d-alba | blina-1-2>allo-hsct | steroid-phase dasatinib blina-1-2×2 allo-hsct | 2 | 7 + 85 | 2026-06-02
        d-alba | blina-1-2>blina-3-5 | steroid-phase dasatinib blina-1-2×2 blina-3-5×3 tki-alone | 5 | 7 + 85 | 2026-06-02
        gimema-all2820 | ponatinib>no-remission | steroid-phase ponatinib no-remission | 0 | - | -
        gimema-all2820 | blina-1-2>end | steroid-phase ponatinib blina-1-2×2 end | 2 | - | -
        gimema-all2820 | blina-1-2>blina-3-5 | steroid-phase ponatinib blina-1-2×2 blina-3-5×3 end | 5 | - | -
        """
    ),
)
CHAPTERS = (REACH, FORKS, PATHS)


@pytest.mark.parametrize(("key", "rounds"), by_regimen(REACH))
def test_an_incomplete_protocol_has_dates_as_far_as_sourced(key, rounds):
    regimen = catalogue.get_regimen(key)

    assert not regimen.is_complete
    assert dated(course(regimen)) == [(*row[1:4], *row[5:]) for row in rounds]
    assert [day(row[4]) for row in rounds] == [row[5] for row in rounds]


@pytest.mark.parametrize(("key", "block", "facts", "open_", "asks"), FORKS.rows)
def test_the_ways_out_of_a_fork(key, block, facts, open_, asks):
    assert ways(key, block, facts, Verdict.OPEN) == open_
    assert ways(key, block, facts, Verdict.UNKNOWN) == asks


@pytest.mark.parametrize(
    ("key", "decided", "blocks", "cycles", "before", "on"), PATHS.rows
)
def test_the_path_that_was_decided(key, decided, blocks, cycles, before, on):
    items = course(catalogue.get_regimen(key), chosen(decided))

    first = next((item for item in items if item.cycle == 1), None)

    assert in_words(items) == blocks
    assert sum(item.cycle is not None for item in items) == int(cycles)
    assert str(first.starts_on if first and first.starts_on else "-") == on
    assert day(before) == on


def test_d_alba_asks_for_the_molecular_response_after_two_cycles():
    block = catalogue.get_regimen("d-alba").block("blina-1-2")

    assert facts_needed(block) == (
        FactKind.MOLECULAR_RESPONSE,
        FactKind.PHYSICIAN_CHOICE,
    )
    assert not needs_decision(block, is_last_round=False)


@pytest.mark.parametrize(
    ("key", "way_out"), [("d-alba", "tki-alone"), ("gimema-all2820", "end")]
)
def test_the_optional_cycles_may_end_after_any_of_them(key, way_out):
    block = catalogue.get_regimen(key).block("blina-3-5")

    found = branches(block, (), is_last_round=False)

    assert way_out in {branch.to for branch in found}
    assert needs_decision(block, is_last_round=False)


def test_a_tki_runs_through_the_free_days():
    regimen = catalogue.get_regimen("d-alba")

    (dasatinib,) = regimen.block("blina-1-2").given

    assert (dasatinib.route, dasatinib.rhythm) == (Route.PO, Rhythm.DAILY)
    assert dasatinib.through_free


def test_only_the_total_of_intrathecal_doses_is_known():
    """Source: report R10, R11: 12 and 15, mark M; their days were not found."""
    found = {
        key: [
            (given.times, given.days)
            for given in catalogue.get_regimen(key).start.given
            if given.route == Route.IT
        ]
        for key in ("d-alba", "gimema-all2820")
    }

    assert found == {"d-alba": [(12, ())], "gimema-all2820": [(15, ())]}


def test_new_zealand_gives_intrathecal_methotrexate_on_days_8_and_29():
    """Source: report R17 [S 8]; day 29 is the day after the 28 days of infusion."""
    regimen = catalogue.get_regimen("nz-national-library")

    days = {given.drug.en: given.days for given in regimen.start.given}

    assert days == {"Dexamethasone": (1,), "Methotrexate": (8, 29)}
    assert regimen.doses.fixed_from_kg is None
    assert {one.place for one in regimen.missing} == {"recipes", "blocks.cycle.times"}


def test_a_short_course_is_a_range_so_its_hours_stay_open():
    """Source: report SHORT_RR [S 12]: 3 days at 9, then 6 to 10 days at 28 mcg/day."""
    regimen = catalogue.get_regimen("china-short-rr")
    hours = {one.place: one for one in regimen.missing}[
        "blocks.short-course.infusion.hours"
    ]

    assert "9 to 13 days" in hours.note.en
    with pytest.raises(CycleNotPlannable):
        regimen.pattern(1)


def test_subcutaneous_doses_are_single_days_without_bags():
    regimen = catalogue.get_regimen("sc-blinatumomab")
    (drug,) = regimen.start.given

    assert (drug.route, drug.rhythm) == (Route.SC, Rhythm.DISCRETE)
    assert regimen.recipe_keys == ()
    assert "blocks.subcutaneous.given[1].days" in {one.place for one in regimen.missing}


def test_car_t_follows_without_maintenance():
    """Source: report R17 [S 64]."""
    items = course(catalogue.get_regimen("china-full-course-car-t"))

    assert items[-1].block.key == "car-t"
    assert "maintenance" not in in_words(items)
