"""Children and infants: branches of the trials, and how far the dates are sourced."""

import datetime as dt

import pytest

from infusion import catalogue
from infusion.domain.conditions import FactKind
from infusion.domain.walks import Firmness, Verdict, facts_needed, needs_decision
from tests.spec.courses import by_regimen, dated, day, in_words
from tests.spec.examples import Chapter
from tests.spec.protocols import chosen, course, rows, ways

REACH = Chapter(
    key="reach-children",
    title=("Children's protocols: as far as sourced", "儿童方案：来源所及的日期"),
    rule=(
        (
            "From Monday 2 March 2026 along the expected path. A dash is a date that no "
            "source gives. AALL1731: maintenance ends 2 years, counted as 730 days, after "
            "the start of interim maintenance I (favourable boys)."
        ),
        (
            "自 2026 年 3 月 2 日（周一）起沿预期路径。“-”为来源未给出的日期。AALL1731：维持治疗自"
            "中间维持 I 开始起 2 年（按 730 天计）结束（预后良好的男童）。"
        ),
    ),
    source="regimen report R08 [S 35 days, block 1 M], R09 [lengths M, 2 years S], R12, R13",
    columns=("regimen", "block", "round", "cycle", "begins after", "from", "to"),
    rows=rows(
        """
        aall1331 | block-1 | 1 | - | 0 | 2026-03-02 | 2026-03-29
        aall1331 | hr-blina-1 | 1 | 1 | 28 | 2026-03-30 | 2026-05-03
        aall1331 | hr-blina-2 | 1 | 2 | 28 + 35 | 2026-05-04 | 2026-06-07
        aall1731-average | induction | 1 | - | 0 | 2026-03-02 | 2026-04-05
        aall1731-average | consolidation | 1 | - | 35 | 2026-04-06 | 2026-05-03
        aall1731-average | blina-1 | 1 | 1 | 35 + 28 | 2026-05-04 | 2026-06-07
        aall1731-average | im-1 | 1 | - | 35 + 28 + 35 | 2026-06-08 | 2026-08-02
        aall1731-average | blina-2 | 1 | 2 | 98 + 56 | 2026-08-03 | 2026-09-06
        aall1731-average | delayed-intensification | 1 | - | 98 + 56 + 35 | 2026-09-07 | 2026-11-01
        aall1731-average | im-2 | 1 | - | 98 + 56 + 35 + 56 | 2026-11-02 | 2026-12-27
        aall1731-average | maintenance | 1 | - | 98 + 56 + 35 + 2 x 56 | 2026-12-28 | 2028-06-06
        aall1731-high | induction | 1 | - | 0 | 2026-03-02 | 2026-04-05
        aall1731-high | consolidation | 1 | - | 35 | 2026-04-06 | 2026-05-31
        aall1731-high | blina-1 | 1 | 1 | 35 + 56 | 2026-06-01 | 2026-07-05
        aall1731-high | im-1 | 1 | - | 35 + 56 + 35 | 2026-07-06 | 2026-09-06
        aall1731-high | blina-2 | 1 | 2 | 126 + 63 | 2026-09-07 | 2026-10-11
        aall1731-high | delayed-intensification | 1 | - | 126 + 63 + 35 | 2026-10-12 | 2026-12-06
        aall1731-high | im-2 | 1 | - | 126 + 63 + 35 + 56 | 2026-12-07 | 2027-01-31
        aall1731-high | maintenance | 1 | - | 126 + 63 + 35 + 2 x 56 | 2027-02-01 | 2028-07-04
        eu-first-relapse-hr | induction | 1 | - | 0 | 2026-03-02 | -
        interfant-06-blina | induction | 1 | - | 0 | 2026-03-02 | -
        interfant-21 | induction | 1 | - | 0 | 2026-03-02 | -
        """
    ),
)

FORKS = Chapter(
    key="forks-children",
    title=(
        "Children's protocols: which way the facts leave open",
        "儿童方案：已知事实下可走的分支",
    ),
    rule=(
        (
            "Ways out are numbered as in the file. A value of MRD by another assay than "
            "the protocol's settles nothing. Interfant-21: only CD19-positive blasts and "
            "CNS1 lead to blinatumomab; poor MRD in medium risk takes the high-risk path, "
            "where an MRD below 0.01 % leads to transplant."
        ),
        (
            "分支按文件顺序编号。非方案指定方法所得 MRD 不作判断。Interfant-21：仅 CD19 阳性且 CNS1 者"
            "可用贝林妥欧单抗；中危而 MRD 不良者转高危路径，MRD <0.01% 者行移植。"
        ),
    ),
    source="regimen report R08 [S 39, 40], R09 [S 42], R13 [S 52, 53]",
    columns=("regimen", "at", "facts", "open", "still asks"),
    rows=rows(
        """
        aall1331 | risk | RISK_GROUP=HIGH | 1:hr-blina-1 |
        aall1331 | risk | RISK_GROUP=INTERMEDIATE | 1:hr-blina-1 |
        aall1331 | risk | RISK_GROUP=LOW | 2:block-2 |
        aall1331 | risk | RISK_GROUP=TREATMENT_FAILURE | 3:salvage |
        aall1331 | risk | MRD=0.002@FLOW | | 1:hr-blina-1 2:block-2 3:salvage
        aall1331 | hr-blina-1 | | 1:hr-blina-2 2:allo-hsct |
        aall1731-average | induction | MRD=POSITIVE@CLONOSEQ | 1:consolidation |
        aall1731-average | induction | MRD=INDETERMINATE@CLONOSEQ | 1:consolidation |
        aall1731-average | induction | MRD=NEGATIVE@CLONOSEQ | 2:other-arm |
        aall1731-average | induction | MRD=POSITIVE@FLOW | | 1:consolidation 2:other-arm
        aall1731-high | consolidation | MRD=0.0009@FLOW | 1:blina-1 |
        aall1731-high | consolidation | MRD=0.001@FLOW | 2:other-arm |
        aall1731-high | consolidation | MRD=0.0009@PCR | | 1:blina-1 2:other-arm
        interfant-21 | cd19 | CD19=NEGATIVE | 2:chemotherapy-only |
        interfant-21 | cd19 | CD19=POSITIVE | 1:cns |
        interfant-21 | cns | CNS_STATUS=CNS1 | 1:blina-1 |
        interfant-21 | cns | CNS_STATUS=CNS2 | 2:chemotherapy-only |
        interfant-21 | cns | CNS_STATUS=CNS3 | 2:chemotherapy-only |
        interfant-21 | cns | | | 1:blina-1 2:chemotherapy-only
        interfant-21 | risk | RISK_GROUP=MR | 1:mr-mrd |
        interfant-21 | risk | RISK_GROUP=HR | 2:hr-mrd |
        interfant-21 | mr-mrd | RESPONSE=YES | 1:consolidation |
        interfant-21 | mr-mrd | RESPONSE=NO | 2:hr-mrd |
        interfant-21 | hr-mrd | MRD=0.00009@PCR | 1:allo-hsct |
        interfant-21 | hr-mrd | MRD=NEGATIVE@FLOW | 1:allo-hsct |
        interfant-21 | hr-mrd | MRD=0.0001@PCR | 2:high-mrd |
        china-mrd-clean-up | day-19 | PHYSICIAN_CHOICE=ABOVE_THRESHOLD | 1:clean-up |
        china-mrd-clean-up | day-19 | PHYSICIAN_CHOICE=NOT_ABOVE_THRESHOLD | 2:no-clean-up |
        """
    ),
)

PATHS = Chapter(
    key="paths-children",
    title=(
        "Children's protocols: the paths that were decided",
        "儿童方案：决定后的路径",
    ),
    rule=(
        (
            "From Monday 2 March 2026, with what the physician decided at each fork: the "
            "blocks in order, × for rounds in a row, and when the first blinatumomab cycle "
            "begins; a dash where a length before it is not known."
        ),
        (
            "自 2026 年 3 月 2 日（周一）起，按医师在各分支的决定：依次给予的疗程，× 为连续轮数，以及"
            "首个贝林妥欧单抗周期的开始日；此前时长未知者记“-”。"
        ),
    ),
    source="regimen report R08 [S; order of the low-risk arm I], R13 [S]",
    columns=("regimen", "decided", "blocks", "cycles", "first cycle after", "on"),
    rows=rows(
        """
        aall1331 | risk>hr-blina-1 | block-1 risk hr-blina-1 hr-blina-2 allo-hsct | 2 | 28 | 2026-03-30
        aall1331 | risk>block-2 | block-1 risk block-2 lr-blina-1 continuation-1 lr-blina-2 continuation-2 lr-blina-3 maintenance | 3 | - | -
        aall1331 | risk>salvage | block-1 risk salvage×2 after-salvage | 2 | 28 | 2026-03-30
        aall1331 | risk>hr-blina-1 hr-blina-1>allo-hsct | block-1 risk hr-blina-1 allo-hsct | 1 | 28 | 2026-03-30
        aall1731-average | induction>other-arm | induction other-arm | 0 | - | -
        interfant-21 | cd19>chemotherapy-only | induction cd19 chemotherapy-only | 0 | - | -
        interfant-21 | cns>chemotherapy-only | induction cd19 cns chemotherapy-only | 0 | - | -
        interfant-21 | risk>hr-mrd | induction cd19 cns blina-1 risk hr-mrd allo-hsct | 1 | - | -
        interfant-21 | risk>hr-mrd hr-mrd>high-mrd | induction cd19 cns blina-1 risk hr-mrd high-mrd | 1 | - | -
        interfant-21 | risk>mr-mrd mr-mrd>hr-mrd | induction cd19 cns blina-1 risk mr-mrd hr-mrd allo-hsct | 1 | - | -
        interfant-21 | risk>mr-mrd mr-mrd>consolidation | induction cd19 cns blina-1 risk mr-mrd consolidation blina-2 end | 2 | - | -
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


@pytest.mark.parametrize(
    "key", ["eu-first-relapse-hr", "interfant-06-blina", "interfant-21"]
)
def test_what_follows_an_unknown_length_has_no_date_and_says_so(key):
    items = course(catalogue.get_regimen(key))

    assert len(items) > 1
    assert {item.firmness for item in items[1:]} == {Firmness.UNKNOWN}


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


def test_aall1331_asks_for_the_risk_group_after_reinduction():
    block = catalogue.get_regimen("aall1331").block("risk")

    assert facts_needed(block) == (FactKind.RISK_GROUP,)


def test_salvage_may_end_after_its_first_cycle_so_somebody_decides():
    """Source: report R08 [S 39]: salvage blinatumomab, up to 2 cycles."""
    salvage = catalogue.get_regimen("aall1331").block("salvage")

    assert needs_decision(salvage, is_last_round=False)
    assert not needs_decision(salvage, is_last_round=True)


@pytest.mark.parametrize("key", ["aall1731-average", "aall1731-high"])
def test_aall1731_counts_maintenance_from_interim_maintenance_1(key):
    """Source: report R09, row 8 [S 44]: 2 years from the start of IM I, 730 days."""
    items = {item.block.key: item for item in course(catalogue.get_regimen(key))}

    ends = items["im-1"].starts_on + dt.timedelta(days=730 - 1)

    assert items["maintenance"].block.until.anchor == "im-1"
    assert items["maintenance"].ends_on == ends


@pytest.mark.parametrize("key", ["aall1731-average", "aall1731-high"])
def test_the_counts_of_aall1731_are_shown_and_never_taken_for_granted(key):
    """Source: report R09 [S 43, not authoritative]: 750/uL and 75 000/uL."""
    regimen = catalogue.get_regimen(key)
    facts = [fact for fact in regimen.facts if "thresholds" in fact.path]

    limits = {
        (limit.kind, str(limit.limit))
        for limit in regimen.block("im-1").gate.thresholds
    }

    assert limits == {(FactKind.NEUTROPHILS, "0.75"), (FactKind.PLATELETS, "75")}
    assert facts
    assert all(fact.needs_sign_off for fact in facts)
    assert not regimen.block("blina-1").gate.thresholds


@pytest.mark.parametrize(
    ("key", "open_"),
    [
        ("aall1331", "blocks.block-2.length_days blocks.maintenance.length_days"),
        ("aall1731-average", "questions.maintenance-end questions.start-counts"),
        ("eu-first-relapse-hr", "blocks.induction.length_days"),
        ("interfant-06-blina", "blocks.blinatumomab.infusion.free_days"),
        ("interfant-21", "blocks.blina-1.infusion.hours questions.poor-mrd"),
        ("china-mrd-clean-up", "recipes questions.mrd-threshold"),
    ],
)
def test_what_is_missing_has_a_name_and_both_languages(key, open_):
    missing = {one.place: one for one in catalogue.get_regimen(key).missing}

    assert set(open_.split()) <= set(missing)
    assert all(one.note.en and one.note.zh for one in missing.values())
