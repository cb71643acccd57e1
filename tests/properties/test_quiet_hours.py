"""The end of quiet hours is the first instant that is not quiet."""

import datetime as dt
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from patients.domain.contacts import is_quiet, quiet_ends_at

ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/London",
        "America/New_York",
        "Asia/Shanghai",
        "Australia/Lord_Howe",
    )
]
MINUTE = dt.timedelta(minutes=1)
times = st.builds(dt.time, st.integers(0, 23), st.integers(0, 59))
minutes = st.integers(0, 2 * 366 * 24 * 60)


@given(st.sampled_from(ZONES), minutes, times, times)
def test_quiet_hours_end_when_they_should(zone, minute, quiet_from, quiet_to):
    instant = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + minute * MINUTE
    ends = quiet_ends_at(instant, zone, quiet_from, quiet_to)

    if quiet_from == quiet_to or not is_quiet(instant, zone, quiet_from, quiet_to):
        assert ends == instant
        return
    assert instant < ends <= instant + dt.timedelta(hours=25)
    assert not is_quiet(ends, zone, quiet_from, quiet_to)
    assert is_quiet(ends - MINUTE, zone, quiet_from, quiet_to)
