"""What a site fills in completes a regimen: then its whole course has dates."""

import pytest

from infusion import catalogue
from infusion.catalogue.files import CatalogueFileRefused
from tests.spec.courses import day, in_words
from tests.spec.examples import Chapter
from tests.spec.protocols import chosen, course, filled_in, rows

COMPLETED = Chapter(
    key="completed-other",
    title=(
        "A site completes a regimen: the dates that follow",
        "本机构补全方案后的日期",
    ),
    rule=(
        (
            "The values are examples of what a site may fill in, not recommendations; "
            "from Monday 2 March 2026, with what the physician decided. The last block "
            "begins so many days after the start. Dose steps are written 0:full."
        ),
        (
            "表中数值仅为机构补全的示例，并非推荐；自 2026 年 3 月 2 日（周一）起，按医师的决定。末个"
            "疗程于开始后若干天起。剂量步骤写作 0:full。"
        ),
    ),
    source="regimen report R08, R11, R12, R13, R17; lengths in the second column: example",
    columns=("regimen", "the site fills in", "decided", "last block", "after", "on"),
    rows=rows(
        """
        aall1331 | block-2=28 continuation-1=56 continuation-2=56 maintenance=365 | risk>block-2 | maintenance | 28 + 28 + 3 x 35 + 2 x 56 | 2026-11-30
        aall1331 | block-2=28 continuation-1=56 continuation-2=56 maintenance=365 | risk>hr-blina-1 | allo-hsct | 28 + 2 x 35 | 2026-06-08
        eu-first-relapse-hr | induction=33 consolidation-1=28 consolidation-2=28 | | allo-hsct | 33 + 28 + 28 + 28 | 2026-06-27
        interfant-06-blina | induction=33 blinatumomab.infusion.free_days=7 remaining=200 | | remaining | 33 + 28 + 7 | 2026-05-09
        interfant-21 | induction=33 blina-1.infusion.hours=672 blina-1.infusion.free_days=7 consolidation=70 blina-2.infusion.hours=672 blina-2.infusion.free_days=14 | | end | 33 + 28 + 7 + 70 + 28 + 14 | 2026-08-29
        interfant-21 | induction=33 blina-1.infusion.hours=672 blina-1.infusion.free_days=7 | risk>hr-mrd | allo-hsct | 33 + 28 + 7 | 2026-05-09
        gimema-all2820 | steroid-phase=7 blina-1-2.infusion.free_days=14 blina-3-5.infusion.free_days=14 | | end | 7 + 70 + 5 x 42 | 2026-12-14
        gimema-all2820 | steroid-phase=7 blina-1-2.infusion.free_days=14 | blina-1-2>end | end | 7 + 70 + 2 x 42 | 2026-08-10
        d-alba | | | tki-alone | 7 + 85 + 5 x 42 | 2026-12-29
        hk-label-mrd | blinatumomab.times=4 blinatumomab.infusion.hours=672 blinatumomab.infusion.free_days=14 | | blinatumomab | 3 x 42 | 2026-07-06
        blast | doses.levels.full.cap_mcg=28 | | blina-3 | 3 x 42 | 2026-07-06
        nz-national-library | cycle.times=2 | | allo-hsct | 2 x 35 | 2026-05-11
        china-short-rr | short-course.infusion.hours=240 short-course.infusion.free_days=14 | | further-salvage | 10 + 14 | 2026-03-26
        china-mrd-clean-up | clean-up.infusion.free_days=7 | | onward | 14 + 7 | 2026-03-23
        """
    ),
)
CHAPTERS = (COMPLETED,)


def places(text):
    """Read "block-2=28 cycle.times=2": where the site filled in what; a block's length."""
    return dict(_place(part) for part in text.split())


def _place(text):
    place, _, value = text.partition("=")
    if not place.startswith("doses."):
        place = f"blocks.{place}" if "." in place else f"blocks.{place}.length_days"
    return place, value


@pytest.mark.parametrize(
    ("key", "values", "decided", "last", "before", "on"), COMPLETED.rows
)
def test_the_dates_of_a_completed_regimen(key, values, decided, last, before, on):
    items = course(filled_in(key, places(values)), chosen(decided))

    assert in_words(items).split()[-1].partition("×")[0] == last
    assert (day(before), str(items[-1].starts_on)) == (on, on)


def test_a_site_can_not_fill_in_what_a_source_gives():
    """Source: report R11 [S 49]: 70 days of ponatinib."""
    document = catalogue.document("gimema-all2820")
    place = "blocks.ponatinib.length_days"
    value = {"value": "60", "unit": "d", "source": "Protocol of the ward", "note": ""}

    with pytest.raises(CatalogueFileRefused) as refusal:
        catalogue.completed(document, {place: value})

    assert refusal.value.place == place
