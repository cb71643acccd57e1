"""The ribbon is one picture, the same byte for byte, and true on clock-change nights."""

import datetime as dt
import os
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from infusion.domain.ribbon import draw, labels_in, ribbon_of, ribbon_of_preview
from infusion.domain.states import BagStatus
from tests.unit.ribbon import pictures

GOLDEN = Path(__file__).parent / "golden"
SVG = "{http://www.w3.org/2000/svg}"
NEW_YEAR_IN_SHANGHAI = {
    "number": 2,
    "starts_at": "2026-12-20T00:00:00Z",
    "infusion_ends_at": "2027-01-17T00:00:00Z",
    "ends_on": "2027-01-31",
    "inpatient_until": "2026-12-22T00:00:00Z",
    "steps": [{"at": "2026-12-20T00:00:00Z", "daily_dose_mcg": "28"}],
    "bags": [
        {
            "hang_at": f"{start}T00:00:00Z",
            "take_down_at": f"{end}T00:00:00Z",
            "hours": 168,
            "recipe": "us-7d",
            "daily_dose_mcg": "28",
            "rate_ml_h": "0.6",
            "use_by": None,
        }
        for start, end in (
            ("2026-12-20", "2026-12-27"),
            ("2026-12-27", "2027-01-03"),
            ("2027-01-03", "2027-01-10"),
            ("2027-01-10", "2027-01-17"),
        )
    ],
    "visits": [{"at": "2026-12-27T00:00:00Z", "kind": "BAG_CHANGE"}],
    "messages": [],
}


def parse(text):
    return ET.fromstring(text)  # noqa: S314 - our own picture


def link(bag):
    return f"#bag-{bag.sequence}"


def a_ribbon(language="en", cycle=None, **changes):
    facts = {
        "now": pictures.NOW,
        "zone": pictures.ZONE,
        "labels": labels_in(language),
        "placements": pictures.PLACEMENTS,
        "link": link,
    }
    return ribbon_of(cycle or pictures.a_cycle(), **(facts | changes))


def a_previewed_ribbon(language):
    zone = dt.timezone(dt.timedelta(hours=8))
    return ribbon_of_preview(
        NEW_YEAR_IN_SHANGHAI, zone=zone, labels=labels_in(language)
    )


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", ["running", "preview"])
def test_the_picture_is_the_golden_one(kind, language):
    ribbon = {"running": a_ribbon, "preview": a_previewed_ribbon}[kind](language)
    path = GOLDEN / f"{kind}-{language}.svg"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(draw(ribbon))
    assert draw(ribbon) == path.read_text()


def test_the_night_the_clocks_go_back_is_25_hours_wide():
    widths = {day.title: day.end - day.start for day in a_ribbon().dates}

    assert widths["25"] == 25
    assert widths["26"] == 24


def test_the_night_the_clocks_go_forward_is_23_hours_wide():
    start = dt.datetime(2026, 3, 27, 8, 0, tzinfo=dt.UTC)
    cycle = NEW_YEAR_IN_SHANGHAI | {
        "starts_at": start,
        "infusion_ends_at": start + dt.timedelta(hours=672),
        "bags": [],
        "steps": [],
        "visits": [],
        "inpatient_until": None,
    }
    ribbon = ribbon_of_preview(cycle, zone=pictures.ZONE, labels=labels_in("en"))

    assert {day.title: day.end - day.start for day in ribbon.dates}["29"] == 23
    assert len(ribbon.days) == 28
    assert ribbon.hours == 672


def test_a_stop_moves_every_later_infusion_day():
    days = {day.text: day.at for day in a_ribbon().days}

    assert days["D5"] == 96
    assert days["D6"] == 122.5
    assert days["D28"] == 27 * 24 + 2.5


def test_an_open_stop_grows_with_the_clock():
    gap = replace(pictures.a_clock().gaps[0], resumed_at=None)
    clock = pictures.a_clock(gaps=(gap,), dry_at=None, projected_end_at=None)
    ribbon = a_ribbon(cycle=pictures.a_cycle(clock=clock))

    assert ribbon.gaps[0].title == "Stopped since Mon 26 Oct 22:00"
    assert ribbon.gaps[0].end == 291


def test_every_bag_is_a_link_with_its_name():
    root = parse(draw(a_ribbon()))
    links = [a for a in root.iter(f"{SVG}a") if a.get("id").startswith("planned")]

    assert [a.get("href") for a in links] == [f"#bag-{n}" for n in range(1, 11)]
    assert links[0].get("aria-label") == (
        "Bag 1, planned Thu 22 Oct 09:00 to Fri 23 Oct 09:00, 24 h, 9 µg/d"
    )
    assert root.get("role") == "group"


def test_cancelled_bags_are_not_drawn():
    cycle = pictures.a_cycle()
    bags = (replace(cycle.bags[-1], status=BagStatus.CANCELLED), *cycle.bags[:-1])

    assert len(a_ribbon(cycle=replace(cycle, bags=bags)).planned) == 9


def test_hostile_words_stay_words():
    labels = replace(labels_in("en"), title='</title><script>alert("x")\x00 {number}')
    text = draw(a_ribbon(labels=labels))

    assert "<script" not in text
    assert parse(text).find(f"{SVG}title").text.startswith("</title><script>")


def test_nothing_needs_a_style_sheet():
    text = draw(a_ribbon())

    assert "style=" not in text
    assert "<style" not in text


def test_before_the_start_nothing_is_hung_and_no_line_says_now():
    clock = pictures.a_clock(started_at=None, gaps=(), dry_at=None)
    bags = tuple(
        replace(bag, hung_at=None, status=BagStatus.PLANNED)
        for bag in pictures.a_cycle().bags
    )
    early = pictures.START - dt.timedelta(days=1)
    cycle = pictures.a_cycle(clock=clock, bags=bags)
    ribbon = a_ribbon(cycle=cycle, now=early, placements=())

    assert ribbon.actual == ()
    assert ribbon.now is None
    assert ribbon.placements[0].title == "Ward required until Sat 31 Oct 08:00"
