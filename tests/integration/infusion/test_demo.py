"""The demo is told by the services, as a ward would live through it."""

import io

import pytest
from django.core.management import CommandError, call_command

from infusion import models

# Bags and visits fall otherwise on another day and hour.
HOURS = (0, 28)


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
