"""Protocols a site completed: with what was missing filled in, every round has dates."""

from itertools import groupby
from operator import itemgetter

import pytest

from infusion import catalogue
from tests.spec.courses import day, last_day
from tests.spec.examples import Chapter
from tests.spec.protocols import (
    chosen,
    course,
    filled_in,
    rows,
    written,
)

COMPLETED = Chapter(
    key="completed-adult",
    title=("Adult protocols completed by a site", "由本机构补全的成人方案"),
    rule=(
        (
            "What no source gives is filled in with numbers invented for this page: 21 "
            "days for a block of chemotherapy, 42 for one with an infusion, 672 hours, 14 "
            "free days. With them and what the physician decided, every round from "
            "Monday 2 March 2026 has dates. E1910's maintenance still ends 913 days after "
            "the intensification began. GOLDEN GATE: without CR the second induction is "
            "another block, and everything after it moves by a week."
        ),
        (
            "来源未给出之处填入仅为本页虚构的数值：化疗疗程 21 天，含输注的疗程 42 天，输注 672 小时，"
            "间歇 14 天。加上医师的决定，自 2026 年 3 月 2 日（周一）起每一轮均有日期。E1910 维持期"
            "仍于强化开始后 913 天结束。GOLDEN GATE：未达 CR 时第二次诱导为另一疗程，其后整体顺延一周。"
        ),
    ),
    source="regimen report R01, R02, R04, R16; the filled-in numbers have none",
    columns=(
        "regimen",
        "decided",
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
        e1910 |  | induction-1 | 1 | - | 0 | 28 | 2026-03-02 | 2026-03-29
        e1910 |  | induction-2 | 1 | - | 28 | 28 | 2026-03-30 | 2026-04-26
        e1910 |  | intensification | 1 | - | 2 x 28 | 21 | 2026-04-27 | 2026-05-17
        e1910 |  | mrd | 1 | - | 56 + 21 | - | 2026-05-18 | 2026-05-18
        e1910 |  | blina-1 | 1 | 1 | 77 | 28 + 14 | 2026-05-18 | 2026-06-28
        e1910 |  | blina-2 | 1 | 2 | 77 + 42 | 28 + 14 | 2026-06-29 | 2026-08-09
        e1910 |  | consolidation-1 | 1 | - | 77 + 2 x 42 | 28 | 2026-08-10 | 2026-09-06
        e1910 |  | consolidation-2 | 1 | - | 161 + 28 | 28 | 2026-09-07 | 2026-10-04
        e1910 |  | consolidation-3 | 1 | - | 161 + 2 x 28 | 42 | 2026-10-05 | 2026-11-15
        e1910 |  | blina-3 | 1 | 3 | 217 + 42 | 28 + 14 | 2026-11-16 | 2026-12-27
        e1910 |  | consolidation-4 | 1 | - | 259 + 42 | 28 | 2026-12-28 | 2027-01-24
        e1910 |  | blina-4 | 1 | 4 | 301 + 28 | 28 + 14 | 2027-01-25 | 2027-03-07
        e1910 |  | maintenance | 1 | - | 329 + 42 | 56 + 913 - 371 | 2027-03-08 | 2028-10-25
        alliance-a041703 | ia>ic ii-2>iii-three | ia | 1 | - | 0 | 21 | 2026-03-02 | 2026-03-22
        alliance-a041703 | ia>ic ii-2>iii-three | ic | 1 | - | 21 | 28 | 2026-03-23 | 2026-04-19
        alliance-a041703 | ia>ic ii-2>iii-three | ii-1 | 1 | 1 | 21 + 28 | 28 + 14 | 2026-04-20 | 2026-05-31
        alliance-a041703 | ia>ic ii-2>iii-three | ii-2 | 1 | 2 | 49 + 42 | 28 + 14 | 2026-06-01 | 2026-07-12
        alliance-a041703 | ia>ic ii-2>iii-three | iii-three | 1 | 3 | 91 + 42 | 28 + 14 | 2026-07-13 | 2026-08-23
        alliance-a041703 | ia>ic ii-2>iii-three | iii-three | 2 | 4 | 91 + 2 x 42 | 28 + 14 | 2026-08-24 | 2026-10-04
        alliance-a041703 | ia>ic ii-2>iii-three | iii-three | 3 | 5 | 91 + 3 x 42 | 28 + 14 | 2026-10-05 | 2026-11-15
        alliance-a041703 | ia>ii-1 ii-2>iii-two | ia | 1 | - | 0 | 21 | 2026-03-02 | 2026-03-22
        alliance-a041703 | ia>ii-1 ii-2>iii-two | ii-1 | 1 | 1 | 21 | 28 + 14 | 2026-03-23 | 2026-05-03
        alliance-a041703 | ia>ii-1 ii-2>iii-two | ii-2 | 1 | 2 | 21 + 42 | 28 + 14 | 2026-05-04 | 2026-06-14
        alliance-a041703 | ia>ii-1 ii-2>iii-two | iii-two | 1 | 3 | 63 + 42 | 28 + 14 | 2026-06-15 | 2026-07-26
        alliance-a041703 | ia>ii-1 ii-2>iii-two | iii-two | 2 | 4 | 63 + 2 x 42 | 28 + 14 | 2026-07-27 | 2026-09-06
        golden-gate | induction-1>induction-2-cr | induction-1 | 1 | 1 | 0 | 42 | 2026-03-02 | 2026-04-12
        golden-gate | induction-1>induction-2-cr | induction-2-cr | 1 | 2 | 42 | 35 | 2026-04-13 | 2026-05-17
        golden-gate | induction-1>induction-2-cr | consolidation-chemo-1 | 1 | - | 77 | 21 | 2026-05-18 | 2026-06-07
        golden-gate | induction-1>induction-2-cr | consolidation-blina-1 | 1 | 3 | 98 | 42 | 2026-06-08 | 2026-07-19
        golden-gate | induction-1>induction-2-cr | consolidation-chemo-2 | 1 | - | 140 | 21 | 2026-07-20 | 2026-08-09
        golden-gate | induction-1>induction-2-cr | consolidation-blina-2 | 1 | 4 | 161 | 42 | 2026-08-10 | 2026-09-20
        golden-gate | induction-1>induction-2-cr | maintenance-chemo-1 | 1 | - | 203 | 21 | 2026-09-21 | 2026-10-11
        golden-gate | induction-1>induction-2-cr | maintenance-chemo-1 | 2 | - | 203 + 21 | 21 | 2026-10-12 | 2026-11-01
        golden-gate | induction-1>induction-2-cr | maintenance-chemo-1 | 3 | - | 203 + 2 x 21 | 21 | 2026-11-02 | 2026-11-22
        golden-gate | induction-1>induction-2-cr | maintenance-blina-1 | 1 | 5 | 266 | 28 + 14 | 2026-11-23 | 2027-01-03
        golden-gate | induction-1>induction-2-cr | maintenance-chemo-2 | 1 | - | 308 | 21 | 2027-01-04 | 2027-01-24
        golden-gate | induction-1>induction-2-cr | maintenance-chemo-2 | 2 | - | 308 + 21 | 21 | 2027-01-25 | 2027-02-14
        golden-gate | induction-1>induction-2-cr | maintenance-chemo-2 | 3 | - | 308 + 2 x 21 | 21 | 2027-02-15 | 2027-03-07
        golden-gate | induction-1>induction-2-cr | maintenance-blina-2 | 1 | 6 | 371 | 28 + 14 | 2027-03-08 | 2027-04-18
        golden-gate | induction-1>induction-2-cr | maintenance-chemo-3 | 1 | - | 413 | 21 | 2027-04-19 | 2027-05-09
        golden-gate | induction-1>induction-2-cr | maintenance-chemo-3 | 2 | - | 413 + 21 | 21 | 2027-05-10 | 2027-05-30
        golden-gate | induction-1>induction-2-cr | maintenance-chemo-3 | 3 | - | 413 + 2 x 21 | 21 | 2027-05-31 | 2027-06-20
        golden-gate | induction-1>induction-2-cr | maintenance-blina-3 | 1 | 7 | 476 | 28 + 14 | 2027-06-21 | 2027-08-01
        golden-gate | induction-1>induction-2-cr | maintenance-chemo-4 | 1 | - | 518 | 21 | 2027-08-02 | 2027-08-22
        golden-gate | induction-1>induction-2-cr | maintenance-chemo-4 | 2 | - | 518 + 21 | 21 | 2027-08-23 | 2027-09-12
        golden-gate | induction-1>induction-2-cr | maintenance-chemo-4 | 3 | - | 518 + 2 x 21 | 21 | 2027-09-13 | 2027-10-03
        golden-gate | induction-1>induction-2-no-cr | induction-1 | 1 | 1 | 0 | 42 | 2026-03-02 | 2026-04-12
        golden-gate | induction-1>induction-2-no-cr | induction-2-no-cr | 1 | 2 | 42 | 42 | 2026-04-13 | 2026-05-24
        golden-gate | induction-1>induction-2-no-cr | consolidation-chemo-1 | 1 | - | 84 | 21 | 2026-05-25 | 2026-06-14
        golden-gate | induction-1>induction-2-no-cr | consolidation-blina-1 | 1 | 3 | 105 | 42 | 2026-06-15 | 2026-07-26
        golden-gate | induction-1>induction-2-no-cr | consolidation-chemo-2 | 1 | - | 147 | 21 | 2026-07-27 | 2026-08-16
        golden-gate | induction-1>induction-2-no-cr | consolidation-blina-2 | 1 | 4 | 168 | 42 | 2026-08-17 | 2026-09-27
        golden-gate | induction-1>induction-2-no-cr | maintenance-chemo-1 | 1 | - | 210 | 21 | 2026-09-28 | 2026-10-18
        golden-gate | induction-1>induction-2-no-cr | maintenance-chemo-1 | 2 | - | 210 + 21 | 21 | 2026-10-19 | 2026-11-08
        golden-gate | induction-1>induction-2-no-cr | maintenance-chemo-1 | 3 | - | 210 + 2 x 21 | 21 | 2026-11-09 | 2026-11-29
        golden-gate | induction-1>induction-2-no-cr | maintenance-blina-1 | 1 | 5 | 273 | 28 + 14 | 2026-11-30 | 2027-01-10
        golden-gate | induction-1>induction-2-no-cr | maintenance-chemo-2 | 1 | - | 315 | 21 | 2027-01-11 | 2027-01-31
        golden-gate | induction-1>induction-2-no-cr | maintenance-chemo-2 | 2 | - | 315 + 21 | 21 | 2027-02-01 | 2027-02-21
        golden-gate | induction-1>induction-2-no-cr | maintenance-chemo-2 | 3 | - | 315 + 2 x 21 | 21 | 2027-02-22 | 2027-03-14
        golden-gate | induction-1>induction-2-no-cr | maintenance-blina-2 | 1 | 6 | 378 | 28 + 14 | 2027-03-15 | 2027-04-25
        golden-gate | induction-1>induction-2-no-cr | maintenance-chemo-3 | 1 | - | 420 | 21 | 2027-04-26 | 2027-05-16
        golden-gate | induction-1>induction-2-no-cr | maintenance-chemo-3 | 2 | - | 420 + 21 | 21 | 2027-05-17 | 2027-06-06
        golden-gate | induction-1>induction-2-no-cr | maintenance-chemo-3 | 3 | - | 420 + 2 x 21 | 21 | 2027-06-07 | 2027-06-27
        golden-gate | induction-1>induction-2-no-cr | maintenance-blina-3 | 1 | 7 | 483 | 28 + 14 | 2027-06-28 | 2027-08-08
        golden-gate | induction-1>induction-2-no-cr | maintenance-chemo-4 | 1 | - | 525 | 21 | 2027-08-09 | 2027-08-29
        golden-gate | induction-1>induction-2-no-cr | maintenance-chemo-4 | 2 | - | 525 + 21 | 21 | 2027-08-30 | 2027-09-19
        golden-gate | induction-1>induction-2-no-cr | maintenance-chemo-4 | 3 | - | 525 + 2 x 21 | 21 | 2027-09-20 | 2027-10-10
        gimema-lal2317 | risk>c4-6 | induction | 1 | - | 0 | 21 | 2026-03-02 | 2026-03-22
        gimema-lal2317 | risk>c4-6 | induction | 2 | - | 21 | 21 | 2026-03-23 | 2026-04-12
        gimema-lal2317 | risk>c4-6 | c3 | 1 | - | 2 x 21 | 21 | 2026-04-13 | 2026-05-03
        gimema-lal2317 | risk>c4-6 | blina-1 | 1 | 1 | 3 x 21 | 28 + 14 | 2026-05-04 | 2026-06-14
        gimema-lal2317 | risk>c4-6 | risk | 1 | - | 63 + 42 | - | 2026-06-15 | 2026-06-15
        gimema-lal2317 | risk>c4-6 | c4-6 | 1 | - | 105 | 21 | 2026-06-15 | 2026-07-05
        gimema-lal2317 | risk>c4-6 | c4-6 | 2 | - | 105 + 21 | 21 | 2026-07-06 | 2026-07-26
        gimema-lal2317 | risk>c4-6 | c4-6 | 3 | - | 105 + 2 x 21 | 21 | 2026-07-27 | 2026-08-16
        gimema-lal2317 | risk>c4-6 | blina-2 | 1 | 2 | 105 + 3 x 21 | 28 + 14 | 2026-08-17 | 2026-09-27
        gimema-lal2317 | risk>c4-6 | maintenance | 1 | - | 168 + 42 | 21 | 2026-09-28 | 2026-10-18
        gimema-lal2317 | risk>allo-hsct | induction | 1 | - | 0 | 21 | 2026-03-02 | 2026-03-22
        gimema-lal2317 | risk>allo-hsct | induction | 2 | - | 21 | 21 | 2026-03-23 | 2026-04-12
        gimema-lal2317 | risk>allo-hsct | c3 | 1 | - | 2 x 21 | 21 | 2026-04-13 | 2026-05-03
        gimema-lal2317 | risk>allo-hsct | blina-1 | 1 | 1 | 3 x 21 | 28 + 14 | 2026-05-04 | 2026-06-14
        gimema-lal2317 | risk>allo-hsct | risk | 1 | - | 63 + 42 | - | 2026-06-15 | 2026-06-15
        gimema-lal2317 | risk>allo-hsct | allo-hsct | 1 | - | 63 + 42 | - | 2026-06-15 | 2026-06-15
        """
    ),
)
CHAPTERS = (COMPLETED,)


def _courses():
    return [
        pytest.param(key, decided, list(found), id=f"{key} {decided}".strip())
        for (key, decided), found in groupby(COMPLETED.rows, key=itemgetter(0, 1))
    ]


def _incomplete():
    return [
        key for key, found in catalogue.all_regimens().items() if not found.is_complete
    ]


@pytest.mark.parametrize(("key", "decided", "rounds"), _courses())
def test_a_completed_protocol_gives_a_whole_course(key, decided, rounds):
    items = course(filled_in(key), chosen(decided))

    assert [written(item) for item in items] == [
        (*row[2:5], *row[7:]) for row in rounds
    ]


@pytest.mark.parametrize("row", COMPLETED.rows, ids=" ".join)
def test_the_arithmetic_of_a_completed_course(row):
    before, takes, first, last = row[5:]

    assert day(before) == first
    assert last_day(before, "1" if takes == "-" else takes) == last


@pytest.mark.parametrize("key", _incomplete())
def test_with_everything_filled_in_every_round_has_dates(key):
    regimen = filled_in(key)

    items = course(regimen)

    assert {one.place for one in regimen.missing} <= {"recipes"}
    assert all(item.starts_on and item.ends_on for item in items)


@pytest.mark.parametrize("key", _incomplete())
def test_what_a_site_filled_in_says_so(key):
    regimen = filled_in(key)
    places = {one.place for one in catalogue.get_regimen(key).missing} - {"recipes"}

    marks = {fact.path: fact.mark for fact in regimen.facts if fact.mark == "SITE"}

    assert len(marks) >= len(places) > 0
