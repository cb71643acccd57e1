"""The label in its jurisdictions, its trials, and the cycles after a transplant."""

import pytest

from infusion import catalogue
from infusion.domain.conditions import FactKind
from infusion.domain.evidence import Mark
from infusion.domain.regimens import AgeBand, Trigger
from infusion.domain.walks import Verdict, facts_needed, needs_decision
from tests.spec.courses import by_regimen, dated, day, in_words, last_day
from tests.spec.examples import Chapter
from tests.spec.protocols import chosen, course, rows, ways

GOLDEN = Chapter(
    key="golden-label",
    title=(
        "Label uses and their trials: a whole course",
        "说明书适应症及其试验：全程日期",
    ),
    rule=(
        (
            "Every course starts on Monday 2 March 2026. A cycle begins so many days after "
            "it and takes its days of infusion and its free days. Continued therapy runs "
            "4 weeks on every 12 weeks: 28 + 56 days. After a transplant a cycle comes "
            "every 3 months, counted as 90 days: 28 + 62. Decisions and ways out take no "
            "time and are left out. EU, UK and Hong Kong stop after 2 + 3 = 5 cycles."
        ),
        (
            "每个疗程自 2026 年 3 月 2 日（周一）开始。各周期于其后若干天开始，长度为输注天数 + 间歇"
            "天数。继续治疗每 12 周输注 4 周：28 + 56 天。移植后每 3 个月 1 个周期，按 90 天计："
            "28 + 62 天。决策点与出口不占时间，故不列。欧盟、英国与香港至 2 + 3 = 5 个周期止。"
        ),
    ),
    source=(
        "label fact sheet 1.2 [A; consolidation U; EU and UK cycles I]; regimen report R06 "
        "[S; TOWER's cycles 6-9 M], R08 [A], POST_HSCT and 1.2 [S; 90 days I]"
    ),
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
        us-label-rr | c1 | 1 | 1 | 0 | 28 + 14 | 2026-03-02 | 2026-04-12
        us-label-rr | c2 | 1 | 2 | 42 | 28 + 14 | 2026-04-13 | 2026-05-24
        us-label-rr | consolidation | 1 | 3 | 2 x 42 | 28 + 14 | 2026-05-25 | 2026-07-05
        us-label-rr | consolidation | 2 | 4 | 3 x 42 | 28 + 14 | 2026-07-06 | 2026-08-16
        us-label-rr | consolidation | 3 | 5 | 4 x 42 | 28 + 14 | 2026-08-17 | 2026-09-27
        us-label-rr | continued | 1 | 6 | 5 x 42 | 28 + 56 | 2026-09-28 | 2026-12-20
        us-label-rr | continued | 2 | 7 | 5 x 42 + 84 | 28 + 56 | 2026-12-21 | 2027-03-14
        us-label-rr | continued | 3 | 8 | 5 x 42 + 2 x 84 | 28 + 56 | 2027-03-15 | 2027-06-06
        us-label-rr | continued | 4 | 9 | 5 x 42 + 3 x 84 | 28 + 56 | 2027-06-07 | 2027-08-29
        us-label-mrd | blina-1 | 1 | 1 | 0 | 28 + 14 | 2026-03-02 | 2026-04-12
        us-label-mrd | blina-2 | 1 | 2 | 42 | 28 + 14 | 2026-04-13 | 2026-05-24
        us-label-mrd | blina-3 | 1 | 3 | 2 x 42 | 28 + 14 | 2026-05-25 | 2026-07-05
        us-label-mrd | blina-3 | 2 | 4 | 3 x 42 | 28 + 14 | 2026-07-06 | 2026-08-16
        us-label-consolidation | blina-1 | 1 | 1 | 0 | 28 + 14 | 2026-03-02 | 2026-04-12
        us-label-consolidation | blina-2 | 1 | 2 | 42 | 28 + 14 | 2026-04-13 | 2026-05-24
        us-label-consolidation | blina-3 | 1 | 3 | 2 x 42 | 28 + 14 | 2026-05-25 | 2026-07-05
        us-label-consolidation | blina-3 | 2 | 4 | 3 x 42 | 28 + 14 | 2026-07-06 | 2026-08-16
        eu-label-rr | c1 | 1 | 1 | 0 | 28 + 14 | 2026-03-02 | 2026-04-12
        eu-label-rr | c2 | 1 | 2 | 42 | 28 + 14 | 2026-04-13 | 2026-05-24
        eu-label-rr | consolidation | 1 | 3 | 2 x 42 | 28 + 14 | 2026-05-25 | 2026-07-05
        eu-label-rr | consolidation | 2 | 4 | 3 x 42 | 28 + 14 | 2026-07-06 | 2026-08-16
        eu-label-rr | consolidation | 3 | 5 | 4 x 42 | 28 + 14 | 2026-08-17 | 2026-09-27
        uk-label-rr | c1 | 1 | 1 | 0 | 28 + 14 | 2026-03-02 | 2026-04-12
        uk-label-rr | c2 | 1 | 2 | 42 | 28 + 14 | 2026-04-13 | 2026-05-24
        uk-label-rr | consolidation | 1 | 3 | 2 x 42 | 28 + 14 | 2026-05-25 | 2026-07-05
        uk-label-rr | consolidation | 2 | 4 | 3 x 42 | 28 + 14 | 2026-07-06 | 2026-08-16
        uk-label-rr | consolidation | 3 | 5 | 4 x 42 | 28 + 14 | 2026-08-17 | 2026-09-27
        hk-label-rr | c1 | 1 | 1 | 0 | 28 + 14 | 2026-03-02 | 2026-04-12
        hk-label-rr | c2 | 1 | 2 | 42 | 28 + 14 | 2026-04-13 | 2026-05-24
        hk-label-rr | consolidation | 1 | 3 | 2 x 42 | 28 + 14 | 2026-05-25 | 2026-07-05
        hk-label-rr | consolidation | 2 | 4 | 3 x 42 | 28 + 14 | 2026-07-06 | 2026-08-16
        hk-label-rr | consolidation | 3 | 5 | 4 x 42 | 28 + 14 | 2026-08-17 | 2026-09-27
        eu-label-first-relapse | blinatumomab | 1 | 1 | 0 | 28 + 0 | 2026-03-02 | 2026-03-29
        hk-label-first-relapse | blinatumomab | 1 | 1 | 0 | 28 + 0 | 2026-03-02 | 2026-03-29
        tower | c1 | 1 | 1 | 0 | 28 + 14 | 2026-03-02 | 2026-04-12
        tower | c2 | 1 | 2 | 42 | 28 + 14 | 2026-04-13 | 2026-05-24
        tower | consolidation | 1 | 3 | 2 x 42 | 28 + 14 | 2026-05-25 | 2026-07-05
        tower | consolidation | 2 | 4 | 3 x 42 | 28 + 14 | 2026-07-06 | 2026-08-16
        tower | consolidation | 3 | 5 | 4 x 42 | 28 + 14 | 2026-08-17 | 2026-09-27
        tower | continued | 1 | 6 | 5 x 42 | 28 + 56 | 2026-09-28 | 2026-12-20
        tower | continued | 2 | 7 | 5 x 42 + 84 | 28 + 56 | 2026-12-21 | 2027-03-14
        tower | continued | 3 | 8 | 5 x 42 + 2 x 84 | 28 + 56 | 2027-03-15 | 2027-06-06
        tower | continued | 4 | 9 | 5 x 42 + 3 x 84 | 28 + 56 | 2027-06-07 | 2027-08-29
        post-hsct | cycle-1 | 1 | 1 | 0 | 28 + 62 | 2026-03-02 | 2026-05-30
        post-hsct | cycles-2-4 | 1 | 2 | 90 | 28 + 62 | 2026-05-31 | 2026-08-28
        post-hsct | cycles-2-4 | 2 | 3 | 2 x 90 | 28 + 62 | 2026-08-29 | 2026-11-26
        post-hsct | cycles-2-4 | 3 | 4 | 3 x 90 | 28 + 62 | 2026-11-27 | 2027-02-24
        """
    ),
)

FORKS = Chapter(
    key="forks-label",
    title=(
        "Label uses: which way the facts leave open",
        "说明书适应症：已知事实下可走的分支",
    ),
    rule=(
        (
            "Remission within two induction cycles goes on to consolidation; none leaves, and "
            "so does a relapse (inferred). "
            "A transplant stays open beside either. Ways out are numbered as in the file."
        ),
        (
            "两个诱导周期内缓解者进入巩固，未缓解者退出，复发者亦退出（推断）；移植始终可选。分支按文件顺序编号。"
        ),
    ),
    source="regimen report R06, R07 [S; MRD non-response and relapse I]",
    columns=("regimen", "at", "facts", "open", "still asks"),
    rows=rows(
        """
        us-label-rr | after-two | REMISSION=CR | 1:consolidation 3:allo-hsct |
        us-label-rr | after-two | REMISSION=CRH | 1:consolidation 3:allo-hsct |
        us-label-rr | after-two | REMISSION=NONE | 2:no-remission 3:allo-hsct |
        us-label-rr | after-two | REMISSION=RELAPSE | 3:allo-hsct 4:relapse |
        us-label-rr | after-two | | 3:allo-hsct | 1:consolidation 2:no-remission 4:relapse
        eu-label-rr | after-two | REMISSION=CRI | 1:consolidation 3:allo-hsct |
        eu-label-rr | after-two | REMISSION=NONE | 2:no-remission 3:allo-hsct |
        eu-label-rr | after-two | REMISSION=RELAPSE | 3:allo-hsct 4:no-remission |
        uk-label-rr | after-two | REMISSION=NONE | 2:no-remission 3:allo-hsct |
        uk-label-rr | after-two | REMISSION=RELAPSE | 3:allo-hsct 4:no-remission |
        hk-label-rr | after-two | REMISSION=NONE | 2:no-remission 3:allo-hsct |
        hk-label-rr | after-two | REMISSION=RELAPSE | 3:allo-hsct 4:no-remission |
        tower | after-two | REMISSION=CR | 1:consolidation 3:allo-hsct |
        tower | after-two | REMISSION=NONE | 2:no-remission 3:allo-hsct |
        tower | after-two | REMISSION=RELAPSE | 3:allo-hsct 4:relapse |
        tower | continued | REMISSION=RELAPSE | 1:relapse |
        blast | blina-1 | RESPONSE=YES | 1:blina-2 2:allo-hsct |
        blast | blina-1 | RESPONSE=NO | 1:blina-2 2:allo-hsct 3:no-response |
        blast | blina-3 | RESPONSE=NO | 1:allo-hsct 2:no-response |
        """
    ),
)

PATHS = Chapter(
    key="paths-label",
    title=("Label uses: the paths that were decided", "说明书适应症：决定后的路径"),
    rule=(
        (
            "From Monday 2 March 2026, with what the physician decided. The way out is "
            "reached so many days after the start; × counts rounds in a row."
        ),
        (
            "自 2026 年 3 月 2 日（周一）起，按医师的决定。于开始后若干天到达出口；× 为连续轮数。"
        ),
    ),
    source="regimen report R06, R07, R08 [S]",
    columns=("regimen", "decided", "blocks", "cycles", "out after", "on"),
    rows=rows(
        """
        us-label-rr | after-two>no-remission | c1 c2 after-two no-remission | 2 | 2 x 42 | 2026-05-25
        us-label-rr | consolidation>allo-hsct | c1 c2 after-two consolidation×3 allo-hsct | 5 | 5 x 42 | 2026-09-28
        eu-label-rr | after-two>no-remission | c1 c2 after-two no-remission | 2 | 2 x 42 | 2026-05-25
        uk-label-rr | after-two>allo-hsct | c1 c2 after-two allo-hsct | 2 | 2 x 42 | 2026-05-25
        hk-label-rr | consolidation>allo-hsct | c1 c2 after-two consolidation×3 allo-hsct | 5 | 5 x 42 | 2026-09-28
        tower | after-two>no-remission | c1 c2 after-two no-remission | 2 | 2 x 42 | 2026-05-25
        us-label-mrd | blina-1>allo-hsct | blina-1 allo-hsct | 1 | 42 | 2026-04-13
        blast | blina-1>allo-hsct | blina-1 allo-hsct | 1 | 42 | 2026-04-13
        blast | blina-2>no-response | blina-1 blina-2 no-response | 2 | 2 x 42 | 2026-05-25
        """
    ),
)
CHAPTERS = (GOLDEN, FORKS, PATHS)

# Pages that say what the label of the United States says.
AMERICAN = {
    *("HCP-MRD", "HCP-RR-adj", "HCP-RR-new", "HCP-RR-prep", "HCP-prep", "PMC-Tab1"),
    *("drugs-dosage", "Medscape", "Lexi", "R-1", "R-4", "R-5", "R-14"),
}
UNREAD = [
    f"{place}-label-{use}"
    for place in ("eu", "uk", "hk")
    for use in ("mrd", "consolidation")
]


@pytest.mark.parametrize(("key", "rounds"), by_regimen(GOLDEN))
def test_a_complete_label_use_gives_a_whole_course(key, rounds):
    regimen = catalogue.get_regimen(key)

    items = course(regimen)

    assert regimen.is_complete
    assert dated(items) == [(*row[1:4], *row[6:]) for row in rounds]


@pytest.mark.parametrize("row", GOLDEN.rows, ids=" ".join)
def test_the_arithmetic_of_a_course(row):
    before, takes, first, last = row[4:]

    assert (day(before), last_day(before, takes)) == (first, last)


@pytest.mark.parametrize(("key", "block", "facts", "open_", "asks"), FORKS.rows)
def test_the_ways_out_of_a_fork(key, block, facts, open_, asks):
    assert ways(key, block, facts, Verdict.OPEN) == open_
    assert ways(key, block, facts, Verdict.UNKNOWN) == asks


@pytest.mark.parametrize(
    ("key", "decided", "blocks", "cycles", "before", "on"), PATHS.rows
)
def test_the_path_that_was_decided(key, decided, blocks, cycles, before, on):
    items = course(catalogue.get_regimen(key), chosen(decided))

    assert in_words(items) == blocks
    assert sum(item.cycle is not None for item in items) == int(cycles)
    assert (day(before), str(items[-1].starts_on)) == (on, on)


def test_remission_is_asked_for_after_two_cycles_only():
    regimen = catalogue.get_regimen("hk-label-rr")

    assert facts_needed(regimen.block("after-two")) == (FactKind.REMISSION,)
    assert not needs_decision(regimen.block("c1"), is_last_round=True)


@pytest.mark.parametrize("key", ["us-label-mrd", "blast"])
@pytest.mark.parametrize("block", ["blina-1", "blina-2"])
def test_going_on_after_an_mrd_cycle_needs_no_decision(key, block):
    found = catalogue.get_regimen(key).block(block)

    assert not needs_decision(found, is_last_round=True)


@pytest.mark.parametrize("key", ["eu-label-rr", "uk-label-rr", "hk-label-rr"])
def test_outside_the_united_states_no_cycle_follows_the_fifth(key):
    regimen = catalogue.get_regimen(key)

    assert regimen.max_cycles == 5
    assert "continued" not in {block.key for block in regimen.blocks}


@pytest.mark.parametrize("place", ["eu", "uk", "hk"])
def test_no_number_outside_the_united_states_rests_on_an_american_page(place):
    regimens = catalogue.all_regimens()
    facts = [
        fact
        for key, regimen in regimens.items()
        if key.startswith(f"{place}-label-")
        for fact in regimen.facts
    ]

    assert facts
    assert not [fact.path for fact in facts if AMERICAN & set(fact.sources)]


@pytest.mark.parametrize("key", ["eu-label-rr", "hk-label-rr"])
def test_a_child_is_premedicated_twice_before_the_first_cycle(key):
    """Source: label fact sheet 3.2 [B HK-brief], regimen report 1.0 [S 15].

    10 mg/m2 (at most 20 mg) 6 to 12 hours before, then 5 mg/m2 within 30 minutes.
    """
    texts = _premedication(key, Trigger.CYCLE_START, "c1")

    assert len(texts) == 2
    assert "10 mg/m2, at most 20 mg, 6 to 12 hours before" in texts[0]
    assert "5 mg/m2 within 30 minutes" in texts[1]
    assert not _premedication(key, Trigger.CYCLE_START, "c2")


@pytest.mark.parametrize("key", ["eu-label-rr", "uk-label-rr", "hk-label-rr"])
@pytest.mark.parametrize("trigger", [Trigger.DOSE_STEP, Trigger.RESTART])
def test_a_childs_premedication_that_was_not_found_is_said_and_not_made_up(
    key, trigger
):
    (text,) = _premedication(key, trigger, "c1")

    marks = {
        fact.mark for fact in catalogue.get_regimen(key).facts if fact.value == text
    }

    assert "not found" in text
    assert marks == {Mark.NF}


def _premedication(key, trigger, block):
    return [
        rule.text.en
        for rule in catalogue.get_regimen(key).premedication
        if rule.trigger == trigger
        and rule.age_band == AgeBand.CHILD
        and rule.applies(block, 1)
    ]


@pytest.mark.parametrize("key", ["eu-label-rr", "hk-label-rr"])
def test_an_antipyretic_is_suggested_for_the_first_48_hours_of_every_cycle(key):
    """Source: regimen report 1.0 [S 15]: the first 48 h are days 1 and 2."""
    regimen = catalogue.get_regimen(key)
    cycles = [block for block in regimen.blocks if block.is_cycle]

    found = {
        given.days
        for block in cycles
        for given in block.given
        if given.drug.en == "Antipyretic"
    }

    assert len(cycles) == 3
    assert found == {(1, 2)}


@pytest.mark.parametrize("key", UNREAD)
def test_a_label_use_that_could_not_be_read_is_all_open(key):
    regimen = catalogue.get_regimen(key)

    places = {one.place for one in regimen.missing}

    assert {f"blocks.blinatumomab.infusion.{it}" for it in ("hours", "free_days")} <= (
        places
    )
    assert {"blocks.blinatumomab.times", "doses.levels.full.fixed_mcg"} <= places
    assert len(course(regimen)) == 1


def test_blast_lacks_nothing_but_the_cap_of_its_dose():
    regimen = catalogue.get_regimen("blast")

    assert [one.place for one in regimen.missing] == ["doses.levels.full.cap_mcg"]
    assert regimen.doses.fixed_from_kg is None
    assert str(course(regimen)[-1].ends_on) == last_day("3 x 42", "28 + 14")


def test_a_payer_may_stop_earlier_than_the_regimen():
    """Source: report R07 [S 38], Singapore: 1 + up to 3 in a lifetime; NHS text: 5."""
    caps = {
        key: [cap.cycles for cap in catalogue.get_regimen(key).caps]
        for key in ("sg-mrd", "uk-label-rr", "us-label-mrd")
    }

    assert caps == {"sg-mrd": [4], "uk-label-rr": [5], "us-label-mrd": []}


def test_after_a_transplant_four_cycles_follow_by_a_regimen_of_their_own():
    """Source: report 1.2 [S 13]: every 3 months, first at a median of day +78 (44-105)."""
    (way_out,) = [
        block
        for block in catalogue.get_regimen("us-label-rr").blocks
        if block.key == "allo-hsct"
    ]

    again = catalogue.get_regimen(way_out.reentry)

    assert again.key == "post-hsct"
    assert again.max_cycles == 4
    assert "day 78" in again.start.gate.text.en
