"""What the outlook says in the console: how sure a date is, what nobody pays."""

import datetime as dt
from dataclasses import replace

import pytest

from infusion.domain.courses import Text
from infusion.domain.regimens import Cap
from infusion.selectors import regimens
from patients import clock
from tests.factories import walks, wards
from tests.integration.board.test_walk import ordered, page

pytestmark = pytest.mark.django_db


def test_a_cycle_nobody_has_planned_is_provisional(ward, browser_of):
    course = ordered(ward, "us-label-mrd")
    now = clock.now()
    (bag, *_) = wards.planned_bags(course)
    ward.deliver(bag, now)
    ward.start(course, now)
    ward.hang(bag, now)

    text = page(browser_of(ward.nurse), course, "outlook")

    first, second, third = text.split('<tr class="')[1:4]
    assert first.startswith("firm")
    assert '"badge sure-firm">Firm<' in first
    assert second.startswith("provisional")
    assert '"badge sure-provisional">Provisional<' in second
    assert "has not started" in second
    assert "for the reasons above" in third


def test_who_orders_a_cycle_no_payer_pays_is_told_before(
    ward, browser_of, monkeypatch, tmp_path
):
    course = ordered(ward, "us-label-mrd")
    start = clock.now() + dt.timedelta(hours=1)
    end = walks.run_cycle(ward, course, start)
    cap = Cap(payer=Text(en="Insurer", zh="保险"), cycles=1)
    capped = replace(regimens.regimen_of(course), caps=(cap,))
    monkeypatch.setattr("infusion.selectors.walking.regimen_of", lambda _course: capped)
    ahead = end - dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    (tmp_path / "clock").write_text(str(int(ahead.total_seconds())))
    client = browser_of(ward.physician)

    form = client.get(f"/courses/{course.pk}/steps/next").text
    other = client.get(f"/courses/{course.pk}/steps/placement").text

    assert "Insurer pays for 1 cycles: cycle 2 is beyond that." in form
    assert "Insurer pays" not in other
