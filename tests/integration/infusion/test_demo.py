"""The demo is told by the services, as a ward would live through it."""

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command

from infusion import models
from infusion.selectors.rota import on_duty, rota_gaps
from patients import clock

# Bags and visits fall otherwise on another day and hour.
HOURS = (0, pytest.param(28, marks=pytest.mark.nightly))
NIGHT_BEFORE = dt.datetime(2026, 10, 31, 22, tzinfo=dt.UTC)


def load(settings):
    settings.DEMO_MODE = True
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("hours", HOURS)
def test_who_is_at_home_was_assessed_signed_for_and_discharged(
    settings, tmp_path, hours
):
    settings.CLOCK_FILE = tmp_path / "clock"
    settings.CLOCK_FILE.write_text(str(hours * 3600))

    load(settings)

    home = models.Placement.objects.filter(kind="HOME")
    assert home.count() == 3
    for one in home:
        assert one.override_reason == ""
        assert one.discharge.sign_off.status == "USED"
        assert one.discharge.sign_off.signatures.count() == 2
        assert one.course.bags.filter(status="HUNG").count() == 1
        check_ins = one.course.check_ins.order_by("due_at")
        assert {row.colour for row in check_ins.filter(status="ANSWERED")} == {"GREEN"}
        # Nobody waits for an answer from before this half hour.
        waiting = check_ins.filter(status="DUE").first()
        assert waiting.due_at > clock.now() - dt.timedelta(hours=1)


def test_loaded_twice_it_tells_nothing_twice(settings):
    first = load(settings)
    courses = models.Course.objects.count()

    load(settings)

    assert models.Course.objects.count() == courses
    assert "homenurse@demo.example" in first


def test_outside_a_demo_nothing_is_loaded(settings):
    settings.DEMO_MODE = False

    with pytest.raises(CommandError):
        call_command("load_demo", stdout=io.StringIO())

    assert not models.Course.objects.exists()


def test_somebody_is_on_call_in_the_demo_and_one_night_is_nobodys(settings, tmp_path):
    settings.CLOCK_FILE = tmp_path / "clock"
    # The night in which the clocks of New York go back falls into the rota.
    ahead = NIGHT_BEFORE - dt.datetime.now(dt.UTC)
    settings.CLOCK_FILE.write_text(str(int(ahead.total_seconds())))

    load(settings)

    for site in models.Shift.objects.values_list("site", flat=True).distinct():
        roles = [one.role for one in on_duty(site, NIGHT_BEFORE)]
        assert roles == ["NURSE", "PHARMACIST", "PHYSICIAN"]
        assert all(one.phone for one in on_duty(site, NIGHT_BEFORE))
        (gap,) = rota_gaps(site, NIGHT_BEFORE)["NURSE"]
        assert gap.to_at - gap.from_at == dt.timedelta(hours=12)
    assert models.ShiftSwap.objects.filter(status="PROPOSED").count() == 2
