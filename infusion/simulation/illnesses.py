"""How many synthetic patients fall ill, when, how badly and for how long.

Incidence and median onset are the published ones; the shape around them is assumed. See
infusion/catalogue/simulation/synthetic-patients.toml for each figure with its mark.
"""

import datetime as dt
from collections.abc import Iterator
from random import Random

from infusion.catalogue.simulation import Numbers
from infusion.domain.clock import PauseReason
from infusion.simulation.behaving import PumpStop, TrueIllness
from infusion.simulation.draws import Draws, happens, span_around
from infusion.simulation.stories import Illness

_TECHNICAL = (
    PauseReason.OCCLUSION,
    PauseReason.AIR_IN_LINE,
    PauseReason.BATTERY,
    PauseReason.LINE_PROBLEM,
)
SEVERE = 3


def illnesses(draws: Draws, group: str, numbers: Numbers) -> tuple[TrueIllness, ...]:
    """Return what a patient of a group (ADULT, CHILD) gets, by onset."""
    found = (_illness(draws, one, group, numbers) for one in Illness)
    return tuple(sorted((one for one in found if one), key=lambda one: one.onset))


def _illness(
    draws: Draws, illness: Illness, group: str, numbers: Numbers
) -> TrueIllness | None:
    name = illness.value.lower()
    grade = _peak(draws.of("grade", name), name, group.lower(), numbers)
    if not grade:
        return None
    onset = span_around(
        draws.of("onset", name),
        numbers.span(f"{name}_onset_days"),
        numbers.number(f"{name}_onset_spread"),
    )
    lasts = span_around(
        draws.of("lasts", name),
        numbers.span(f"{name}_lasts_days"),
        numbers.number("lasts_spread"),
    )
    climbs = min(numbers.span(f"{name}_climbs_hours"), lasts / 2)
    return TrueIllness(
        illness=illness,
        onset=onset,
        peaked=onset + climbs,
        ended=onset + lasts,
        peak_grade=grade,
    )


def _peak(stream: Random, name: str, group: str, numbers: Numbers) -> int:
    """Return the worst grade, 0 for none: one draw decides, so rates are as published."""
    found = stream.random()
    severe = numbers.share(f"{name}_3_percent_{group}")
    if found < severe:
        return 4 if happens(stream, numbers.share(f"{name}_4_percent")) else SEVERE
    if found < numbers.share(f"{name}_percent_{group}"):
        return 2 if happens(stream, numbers.share("grade_2_percent")) else 1
    return 0


def grade_at(one: TrueIllness, since: dt.timedelta) -> int:
    """Return the grade at a time: from 1 up to the peak, from there down to 0."""
    if not one.onset <= since < one.ended:
        return 0
    if since < one.peaked:
        gone = (since - one.onset) / (one.peaked - one.onset)
        return 1 + int((one.peak_grade - 1) * gone)
    gone = (since - one.peaked) / (one.ended - one.peaked)
    return one.peak_grade - int(one.peak_grade * gone)


def infections(
    draws: Draws, numbers: Numbers
) -> tuple[tuple[dt.timedelta, dt.timedelta], ...]:
    """Return the fevers that are no CRS: from when to when."""
    stream = draws.of("infection")
    if not happens(stream, numbers.share("infection_percent")):
        return ()
    begins = stream.random() * numbers.span("spread_over_days")
    lasts = numbers.span("infection_lasts_days")
    ends = begins + span_around(stream, lasts, numbers.number("lasts_spread"))
    return ((begins, ends),)


def stops(draws: Draws, numbers: Numbers) -> tuple[PumpStop, ...]:
    """Return when the pump stands still, by time; no two at once."""
    return tuple(_stops(draws.of("stops"), numbers))


def _stops(stream: Random, numbers: Numbers) -> Iterator[PumpStop]:
    """Yield stops after exponential gaps: so many a course on average as published."""
    over = numbers.span("spread_over_days")
    rate = numbers.number("pump_events") / over.total_seconds()
    at = dt.timedelta(seconds=round(stream.expovariate(rate)))
    while at < over:
        median, spread = numbers.span("stop_minutes"), numbers.number("stop_spread")
        lasts = span_around(stream, median, spread)
        yield PumpStop(at=at, lasts=lasts, reason=stream.choice(_TECHNICAL))
        at += lasts + dt.timedelta(seconds=round(stream.expovariate(rate)))
