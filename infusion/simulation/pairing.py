"""The same patients under two rule sets: what one noticed and the other did not.

Both runs draw the same patients, so each illness is its own comparison; what differs
follows from the rules and from what people did about them.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from infusion.simulation.measuring import Spread, per, spread
from infusion.simulation.stories import CourseStory, Illness, IllnessTold

# Which illness of which patient: the onset is the same in both runs.
_Key = tuple[int, Illness, dt.timedelta]


class OtherPatients(ValueError):
    """The two runs are not of the same patients."""


@dataclass(frozen=True, kw_only=True)
class Paired:
    """The illnesses of one kind that began at home in both runs.

    ``sooner`` and ``later`` are of those that both noticed, ``by`` how much the second
    was sooner or later, without its sign.
    """

    illness: Illness
    both: int
    only_before: int
    only_after: int
    neither: int
    sooner: int
    later: int
    by: Spread


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What two runs of the same patients have beside each other."""

    illnesses: tuple[Paired, ...]
    alerts_per_day: tuple[float | None, float | None]
    fewer_alerts: int
    more_alerts: int


def compare(before: Sequence[CourseStory], after: Sequence[CourseStory]) -> Compared:
    """Return what changed from one run to the other.

    :raises OtherPatients: when the runs are not of the same patients.
    """
    first, then = _by_index(before), _by_index(after)
    if set(first) != set(then):
        raise OtherPatients("two runs of other patients")
    pairs = [(len(one.alerts), len(then[index].alerts)) for index, one in first.items()]
    return Compared(
        illnesses=tuple(_paired(before, after)),
        alerts_per_day=(_alerts_per_day(before), _alerts_per_day(after)),
        fewer_alerts=sum(had > has for had, has in pairs),
        more_alerts=sum(had < has for had, has in pairs),
    )


def _by_index(stories: Iterable[CourseStory]) -> Mapping[int, CourseStory]:
    return {one.index: one for one in stories}


def _alerts_per_day(stories: Sequence[CourseStory]) -> float | None:
    alerts = sum(len(one.alerts) for one in stories)
    return per(alerts, sum(one.days for one in stories))


def _at_home(stories: Iterable[CourseStory]) -> Mapping[_Key, IllnessTold]:
    return {
        (one.index, had.illness, had.onset): had
        for one in stories
        for had in one.illnesses
        if had.at_home_at_onset
    }


def _paired(
    before: Iterable[CourseStory], after: Iterable[CourseStory]
) -> Iterator[Paired]:
    first, then = _at_home(before), _at_home(after)
    for illness in Illness:
        pairs = [
            (first[key].flagged_after, then[key].flagged_after)
            for key in first
            if key in then and key[1] == illness
        ]
        if pairs:
            yield _counted(illness, pairs)


def _counted(
    illness: Illness,
    pairs: Sequence[tuple[dt.timedelta | None, dt.timedelta | None]],
) -> Paired:
    gained = [
        one - other for one, other in pairs if one is not None and other is not None
    ]
    none = dt.timedelta(0)
    return Paired(
        illness=illness,
        both=len(gained),
        only_before=sum(one is not None and other is None for one, other in pairs),
        only_after=sum(one is None and other is not None for one, other in pairs),
        neither=sum(one is None and other is None for one, other in pairs),
        sooner=sum(one > none for one in gained),
        later=sum(one < none for one in gained),
        by=spread(abs(one) for one in gained if one),
    )
