"""Adult protocols: golden courses, branches, and how far the incomplete ones go."""

import datetime as dt

import pytest

from infusion import catalogue
from infusion.domain.conditions import FactKind
from infusion.domain.walks import Firmness, Verdict, facts_needed, outlook
from tests.spec.courses import by_regimen, day, in_words, last_day
from tests.spec.examples import Chapter, worked
from tests.spec.protocols import MONDAY, chosen, course, known, rows, ways, written

GOLDEN = Chapter(
    key="golden-adult",
    title=("Complete adult protocols: a whole course", "完整的成人方案：全程日期"),
    rule=(
        (
            "Every course starts on Monday 2 March 2026. A round begins so many days "
            "after it and takes so many days, the free interval included; a dash is a "
            "block without blinatumomab. Ponatinib alone: at least 5 years, "
            "5 x 365.25 = 1826.25 days."
        ),
        (
            "每个疗程自 2026 年 3 月 2 日（周一）开始。各轮于其后若干天开始，长度含间歇期；“-”表示"
            "不含贝林妥欧单抗的疗程。泊那替尼单药：至少 5 年，5 × 365.25 = 1826.25 天。"
        ),
    ),
    source="regimen report R05 [S; the step of mdacc-ponatinib-rr I]",
    columns=(
        "regimen",
        "block",
        "round",
        "cycle",
        "begins after",
        "takes",
        "from",
        "to",
    ),
    rows=rows(
        """
        mdacc-ponatinib | combined | 1 | 1 | 0 | 28 + 14 | 2026-03-02 | 2026-04-12
        mdacc-ponatinib | combined | 2 | 2 | 42 | 28 + 14 | 2026-04-13 | 2026-05-24
        mdacc-ponatinib | combined | 3 | 3 | 2 x 42 | 28 + 14 | 2026-05-25 | 2026-07-05
        mdacc-ponatinib | combined | 4 | 4 | 3 x 42 | 28 + 14 | 2026-07-06 | 2026-08-16
        mdacc-ponatinib | combined | 5 | 5 | 4 x 42 | 28 + 14 | 2026-08-17 | 2026-09-27
        mdacc-ponatinib | ponatinib-alone | 1 | - | 5 x 42 | 1826 | 2026-09-28 | 2031-09-27
        mdacc-ponatinib-rr | combined-1 | 1 | 1 | 0 | 28 + 14 | 2026-03-02 | 2026-04-12
        mdacc-ponatinib-rr | combined | 1 | 2 | 42 | 28 + 14 | 2026-04-13 | 2026-05-24
        mdacc-ponatinib-rr | combined | 2 | 3 | 2 x 42 | 28 + 14 | 2026-05-25 | 2026-07-05
        mdacc-ponatinib-rr | combined | 3 | 4 | 3 x 42 | 28 + 14 | 2026-07-06 | 2026-08-16
        mdacc-ponatinib-rr | combined | 4 | 5 | 4 x 42 | 28 + 14 | 2026-08-17 | 2026-09-27
        mdacc-ponatinib-rr | ponatinib-alone | 1 | - | 5 x 42 | 1826 | 2026-09-28 | 2031-09-27
        """
    ),
)

REACH = Chapter(
    key="reach-adult",
    title=(
        "Incomplete adult protocols: as far as sourced",
        "不完整的成人方案：来源所及的日期",
    ),
    rule=(
        (
            "From Monday 2 March 2026 along the expected path. What comes after the last "
            "row of a regimen has no date, because a length before it was not found. The "
            "end of E1910's maintenance is known all the same: 2.5 years are counted from "
            "the start of the intensification, 913 days from 27 April 2026."
        ),
        (
            "自 2026 年 3 月 2 日（周一）起沿预期路径。各方案末行之后没有日期，因其前某疗程长度未查到。"
            "E1910 维持期的结束日仍可知：自强化开始起 2.5 年，即自 2026 年 4 月 27 日起 913 天。"
        ),
    ),
    source="regimen report R01-R04, R14-R17",
    columns=("regimen", "block", "round", "cycle", "begins after", "from", "to"),
    rows=rows(
        """
        e1910 | induction-1 | 1 | - | 0 | 2026-03-02 | 2026-03-29
        e1910 | induction-2 | 1 | - | 28 | 2026-03-30 | 2026-04-26
        e1910 | intensification | 1 | - | 28 + 28 | 2026-04-27 | -
        e1910 | maintenance | 1 | - | - | - | 2028-10-25
        golden-gate | induction-1 | 1 | 1 | 0 | 2026-03-02 | -
        gmall-bold | prephase | 1 | - | 0 | 2026-03-02 | -
        gmall-2023 | induction-1 | 1 | - | 0 | 2026-03-02 | -
        alliance-a041703 | ia | 1 | - | 0 | 2026-03-02 | 2026-03-22
        alliance-a041703 | ib | 1 | - | 21 | 2026-03-23 | 2026-04-19
        alliance-a041703 | ii-1 | 1 | 1 | 21 + 28 | 2026-04-20 | 2026-05-31
        alliance-a041703 | ii-2 | 1 | 2 | 21 + 28 + 42 | 2026-06-01 | 2026-07-12
        alliance-a041703 | iii-two | 1 | 3 | 21 + 28 + 42 + 42 | 2026-07-13 | -
        mdacc-hyper-cvad | chemo-1-2 | 1 | - | 0 | 2026-03-02 | -
        mini-hcvd-frontline | mini-hcvd-1 | 1 | - | 0 | 2026-03-02 | -
        mini-hcvd-rr | mini-hcvd-1 | 1 | - | 0 | 2026-03-02 | -
        gimema-lal2317 | induction | 1 | - | 0 | 2026-03-02 | -
        graall-quest | before | 1 | - | 0 | 2026-03-02 | 2026-05-17
        graall-quest | blina-1 | 1 | 1 | 11 x 7 | 2026-05-18 | -
        swog-1318 | induction | 1 | 1 | 0 | 2026-03-02 | -
        china-short14-nct06649422 | induction | 1 | 1 | 0 | 2026-03-02 | -
        china-vip-nct06930105 | induction | 1 | - | 0 | 2026-03-02 | -
        """
    ),
)

FORKS = Chapter(
    key="forks-adult",
    title=(
        "Adult protocols: which way the facts leave open",
        "成人方案：已知事实下可走的分支",
    ),
    rule=(
        (
            "Ways out are numbered as in the file. A way is open when every condition of "
            "it holds, and still asks for facts when one is missing; the others are "
            "closed. MRD is a fraction of cells with its assay; a value by another assay "
            "than the protocol's settles nothing, and neither does a number where no source "
            "says what is negative."
        ),
        (
            "分支按文件顺序编号。全部条件成立则可走；缺少事实则待定；其余关闭。MRD 为细胞比例并注明"
            "检测方法；非方案指定方法所得数值不作判断；来源未给出阴性界值时，数值亦不作判断。"
        ),
    ),
    source="regimen report R01-R04, R14, R16, R17",
    columns=("regimen", "at", "facts", "open", "still asks"),
    rows=rows(
        """
        e1910 | induction-2 | REMISSION=CR | 1:intensification |
        e1910 | induction-2 | REMISSION=CRI | 1:intensification |
        e1910 | induction-2 | REMISSION=NONE | 2:off-protocol |
        e1910 | mrd | MRD=0.00005@FLOW | 1:blina-1 |
        e1910 | mrd | MRD=NEGATIVE@FLOW | 1:blina-1 |
        e1910 | mrd | MRD=0.0001@FLOW | 2:blina-1 |
        e1910 | mrd | MRD=0.002@FLOW | 2:blina-1 |
        e1910 | mrd | MRD=0.002@PCR | | 1:blina-1 2:blina-1
        golden-gate | induction-1 | REMISSION=CR | 1:induction-2-cr |
        golden-gate | induction-1 | REMISSION=CRI | 2:induction-2-no-cr |
        golden-gate | induction-1 | REMISSION=NONE | 2:induction-2-no-cr |
        golden-gate | induction-1 | REMISSION=RELAPSE | 2:induction-2-no-cr |
        golden-gate | induction-2-no-cr | REMISSION=CR | 1:consolidation-chemo-1 |
        golden-gate | induction-2-no-cr | REMISSION=NONE | 2:off-protocol |
        gmall-2023 | blina-1 | RISK_GROUP=YOUNGER_HIGH_RISK | 2:allo-hsct |
        gmall-2023 | blina-1 | RISK_GROUP=OTHER | 1:consolidation-2 |
        gmall-2023 | consolidation-4 | AGE_YEARS=55 | 1:consolidation-5 |
        gmall-2023 | consolidation-4 | AGE_YEARS=56 | 2:blina-3 |
        alliance-a041703 | ia | CYTOREDUCTION=YES REMISSION=CR | 1:ib |
        alliance-a041703 | ia | CYTOREDUCTION=YES REMISSION=CRI | 1:ib |
        alliance-a041703 | ia | CYTOREDUCTION=YES REMISSION=NONE | 2:ic |
        alliance-a041703 | ia | CYTOREDUCTION=NO REMISSION=NONE | 3:ii-1 |
        alliance-a041703 | ia | CYTOREDUCTION=NO | 3:ii-1 |
        alliance-a041703 | ia | CYTOREDUCTION=YES | | 1:ib 2:ic
        alliance-a041703 | ii-2 | REMISSION=CR RESPONSE=YES | 1:iii-two |
        alliance-a041703 | ii-2 | REMISSION=CRH RESPONSE=NO | 2:iii-three |
        alliance-a041703 | ii-2 | REMISSION=NONE RESPONSE=NO | 3:off-protocol |
        alliance-a041703 | ii-2 | REMISSION=CR | | 1:iii-two 2:iii-three
        mdacc-hyper-cvad | chemo-1-2 | RISK_GROUP=STANDARD | 1:chemo-3-4 |
        mdacc-hyper-cvad | chemo-1-2 | RISK_GROUP=HIGH | 2:blina |
        gimema-lal2317 | risk | RISK_GROUP=STANDARD MRD=NEGATIVE | 1:c4-6 |
        gimema-lal2317 | risk | RISK_GROUP=HIGH MRD=NEGATIVE | 1:c4-6 |
        gimema-lal2317 | risk | RISK_GROUP=VERY_HIGH MRD=NEGATIVE | 2:allo-hsct |
        gimema-lal2317 | risk | RISK_GROUP=STANDARD MRD=POSITIVE | 3:allo-hsct |
        gimema-lal2317 | risk | RISK_GROUP=HIGH MRD=POSITIVE | 3:allo-hsct |
        gimema-lal2317 | risk | RISK_GROUP=HIGH MRD=INDETERMINATE | 4:allo-hsct |
        gimema-lal2317 | risk | RISK_GROUP=STANDARD MRD=INDETERMINATE | |
        gimema-lal2317 | risk | RISK_GROUP=STANDARD MRD=0.0005 | | 1:c4-6 3:allo-hsct
        graall-quest | mrd | MRD=0.00005@FLOW | 1:blina-2-5 |
        graall-quest | mrd | MRD=0.0005@FLOW | 3:allo-hsct |
        graall-quest | mrd | MRD=0.001@FLOW | 2:allo-hsct 3:allo-hsct |
        china-short14-nct06649422 | induction | MRD=NEGATIVE | 1:consolidation-chemo |
        china-short14-nct06649422 | induction | MRD=POSITIVE | 2:early-intensification |
        china-short14-nct06649422 | induction | MRD=0.0005 | | 1:consolidation-chemo 2:early-intensification
        china-vip-nct06930105 | vp-hdmtx | MRD=NEGATIVE | 1:allo-hsct |
        """
    ),
)

PATHS = Chapter(
    key="paths-adult",
    title=("Adult protocols: the paths that were decided", "成人方案：决定后的路径"),
    rule=(
        (
            "From Monday 2 March 2026, with what the physician decided at each fork. The "
            "blocks in the order they are given, × for rounds in a row; the first "
            "blinatumomab cycle begins so many days after the start."
        ),
        (
            "自 2026 年 3 月 2 日（周一）起，按医师在各分支的决定。列出依次给予的疗程，× 为连续轮数；"
            "首个贝林妥欧单抗周期于开始后若干天起。"
        ),
    ),
    source="regimen report R01, R02, R04, R16",
    columns=("regimen", "decided", "blocks", "cycles", "first cycle after", "on"),
    rows=rows(
        """
        alliance-a041703 | ia>ib ii-2>iii-two | ia ib ii-1 ii-2 iii-two×2 | 4 | 21 + 28 | 2026-04-20
        alliance-a041703 | ia>ib ii-2>iii-three | ia ib ii-1 ii-2 iii-three×3 | 5 | 21 + 28 | 2026-04-20
        alliance-a041703 | ia>ic ii-2>iii-three | ia ic ii-1 ii-2 iii-three×3 | 5 | 21 + 28 | 2026-04-20
        alliance-a041703 | ia>ii-1 ii-2>iii-three | ia ii-1 ii-2 iii-three×3 | 5 | 21 | 2026-03-23
        alliance-a041703 | ia>ii-1 ii-2>off-protocol | ia ii-1 ii-2 off-protocol | 2 | 21 | 2026-03-23
        golden-gate | induction-1>induction-2-no-cr induction-2-no-cr>off-protocol | induction-1 induction-2-no-cr off-protocol | 2 | 0 | 2026-03-02
        e1910 | induction-2>off-protocol | induction-1 induction-2 off-protocol | 0 | - | -
        gimema-lal2317 | risk>allo-hsct | induction×2 c3 blina-1 risk allo-hsct | 1 | - | -
        gimema-lal2317 | risk>c4-6 | induction×2 c3 blina-1 risk c4-6×3 blina-2 maintenance | 2 | - | -
        """
    ),
)
INFUSIONS = Chapter(
    key="infusions-adult",
    title=("Adult protocols: the infusions", "成人方案：输注"),
    rule=(
        (
            "Delivered hours, days from day 1 to the next block's, and from which hour "
            "which level. A dash: no source says, so that nobody can plan it yet."
        ),
        (
            "已输注小时数、自第 1 天至下一疗程第 1 天的天数，以及自何小时起为何剂量级别。“-”表示来源"
            "未给出，尚不能排程。"
        ),
    ),
    source="regimen report 1.0, R01-R05, R14-R17",
    columns=("regimen", "block", "arithmetic", "hours", "takes", "levels"),
    rows=rows(
        """
        e1910 | blina-1 | 28 x 24 | 672 | 28 + 14 | 0:full
        e1910 | blina-4 | 28 x 24 | 672 | 28 + 14 | 0:full
        golden-gate | induction-1 | 28 x 24 | 672 | - | 0:low 96:full
        golden-gate | induction-2-cr | 28 x 24 | 672 | 28 + 7 | 0:full
        golden-gate | induction-2-no-cr | - | - | - | -
        golden-gate | maintenance-blina-1 | 28 x 24 | 672 | - | 0:full
        gmall-bold | blina-1 | - | - | 28 + 14 | -
        gmall-2023 | blina-1 | - | - | - | -
        alliance-a041703 | ii-1 | 28 x 24 | 672 | 28 + 14 | 0:low 168:full
        alliance-a041703 | ii-2 | 28 x 24 | 672 | 28 + 14 | 0:full
        alliance-a041703 | iii-two | 28 x 24 | 672 | - | 0:full
        mdacc-ponatinib | combined | 28 x 24 | 672 | 28 + 14 | 0:full
        mdacc-ponatinib-rr | combined-1 | 28 x 24 | 672 | 28 + 14 | 0:low 168:full
        mdacc-hyper-cvad | blina | - | - | 28 + 14 | -
        mini-hcvd-rr | blina | - | - | 28 + 14 | -
        gimema-lal2317 | blina-1 | - | - | - | -
        graall-quest | blina-1 | - | - | - | -
        china-vip-nct06930105 | blina | - | - | - | -
        """
    ),
)
CHAPTERS = (GOLDEN, REACH, INFUSIONS, FORKS, PATHS)


@pytest.mark.parametrize(("key", "rounds"), by_regimen(GOLDEN))
def test_a_complete_protocol_gives_a_whole_course(key, rounds):
    regimen = catalogue.get_regimen(key)

    items = course(regimen)

    assert regimen.is_complete
    assert [written(item) for item in items] == [
        (*row[1:4], *row[6:]) for row in rounds
    ]


@pytest.mark.parametrize("row", GOLDEN.rows, ids=" ".join)
def test_the_arithmetic_of_a_course(row):
    before, takes, first, last = row[4:]

    assert day(before) == first
    assert last_day(before, takes) == last


@pytest.mark.parametrize(("key", "rounds"), by_regimen(REACH))
def test_an_incomplete_protocol_has_dates_as_far_as_sourced(key, rounds):
    regimen = catalogue.get_regimen(key)

    dated = [item for item in course(regimen) if item.starts_on or item.ends_on]

    assert not regimen.is_complete
    assert [written(item) for item in dated] == [
        (*row[1:4], *row[5:]) for row in rounds
    ]
    assert all(day(row[4]) == row[5] for row in rounds)


@pytest.mark.parametrize(("key", "rounds"), by_regimen(REACH))
def test_what_follows_an_unknown_length_has_no_date_and_says_so(key, rounds):
    items = course(catalogue.get_regimen(key))
    unknown = next(n for n, item in enumerate(items) if item.ends_on is None)

    after = items[unknown + 1 :]

    assert all(item.starts_on is None for item in after)
    assert {item.firmness for item in after} <= {Firmness.UNKNOWN}


@pytest.mark.parametrize("row", INFUSIONS.rows, ids=" ".join)
def test_the_infusion_of_a_block(row):
    key, named, arithmetic, hours, takes, levels = row
    block = catalogue.get_regimen(key).block(named)
    pattern = block.pattern

    steps = pattern.steps if pattern else ()
    written_steps = " ".join(f"{one.from_hour}:{one.level}" for one in steps)

    assert str(pattern.infusion_hours if pattern else "-") == hours
    assert (written_steps or "-") == levels
    assert block.length_days == (None if takes == "-" else worked(takes))
    assert hours == "-" or worked(arithmetic) == int(hours)


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


def test_a041703_asks_for_cytoreduction_and_remission_after_ia():
    regimen = catalogue.get_regimen("alliance-a041703")

    asked = facts_needed(regimen.block("ia"))

    assert asked == (FactKind.CYTOREDUCTION, FactKind.REMISSION)


def test_the_facts_lead_the_outlook_down_their_branch():
    regimen = catalogue.get_regimen("alliance-a041703")

    items = outlook(regimen, starts_on=MONDAY, facts=known("CYTOREDUCTION=NO"))

    assert in_words(items).startswith("ia ii-1 ii-2 ")


def test_e1910_counts_maintenance_from_block_3():
    """Source: report R01, row 12: 2.5 years from the start of block 3, not after block 11.

    Block 3 begins on 2026-04-27; 913 days from it end on 2028-10-25, although nobody
    knows yet when maintenance begins.
    """
    regimen = catalogue.get_regimen("e1910")
    maintenance = regimen.block("maintenance")
    start = dt.date(2026, 4, 27)

    (item,) = [one for one in course(regimen) if one.block == maintenance]

    assert maintenance.until.anchor == "intensification"
    assert item.starts_on is None
    assert item.ends_on == start + dt.timedelta(days=913 - 1)
