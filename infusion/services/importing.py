"""Takes events in that a pump server or a spreadsheet kept: all of one course at once."""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from infusion import models
from infusion.domain.events import Effect, Happening, effect_of
from infusion.domain.refusals import Refusal
from infusion.services.common import changing
from infusion.services.events import Report, tell
from infusion.services.planning import replan
from patients.domain.refusals import Refusal as PatientsRefusal
from patients.policy import Actor, NotAllowed

# Why one event is not taken: each is an answer, not an accident.
Refused = Refusal | PatientsRefusal | NotAllowed


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one report: stored, known before, or refused with the reason."""

    is_new: bool = False
    refusal: Refused | None = None


_KNOWN = Outcome()
_STORED = Outcome(is_new=True)
# What says the same, whoever told it.
_Fact = tuple[str, dt.datetime, str, bool | None]


def import_events(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    reports: Sequence[Report],
    now: dt.datetime,
) -> list[Outcome]:
    """Store what is new and possible, one by one in order of time, and plan once.

    A report that is refused leaves nothing behind and does not stop the others. What
    was told before, by an import or by a person, is not told again, even where it was
    corrected since. Outcomes come in the order of the reports.

    :raises NotFound: when there is no such course for the actor.
    :raises NotAllowed: when the actor may not record events.
    """
    with changing(
        actor=actor, action="event.record_any", course_id=course_id
    ) as course:
        run = _Import(actor, course, now)
        outcomes = run.take(reports)
        if any(one.is_new for one in outcomes):
            course.refresh_from_db()
            replan(course, cause="events_imported", actor_id=actor.user_id, now=now)
    return outcomes


class _Import:
    """One import into one locked course."""

    def __init__(self, actor: Actor, course: models.Course, now: dt.datetime) -> None:
        self.actor, self.course, self.now = actor, course, now
        told = list(models.InfusionEvent.objects.filter(cycle__course=course))
        self.keys = {one.source_key for one in told if one.source_key}
        self.facts = {(one.kind, one.at, one.reason, one.pump_stopped) for one in told}

    def take(self, reports: Sequence[Report]) -> list[Outcome]:
        """Take every report; a stop goes together with the restart that ends it."""
        outcomes = [_KNOWN] * len(reports)
        new = [index for index, one in enumerate(reports) if not self._is_known(one)]
        new.sort(key=lambda index: reports[index].at)
        for stop, restart in _pairs(reports, new):
            found = self._tell(_joined(reports[stop], restart, reports))
            outcomes[stop] = found
            if restart is not None:
                # A stop that somebody told before says nothing of its restart.
                outcomes[restart] = (
                    self._tell(reports[restart]) if found == _KNOWN else found
                )
        return outcomes

    def _is_known(self, report: Report) -> bool:
        return report.source_key in self.keys or _fact(report) in self.facts

    def _tell(self, report: Report) -> Outcome:
        """Store one report or nothing of it."""
        if self._is_known(report):
            return _KNOWN
        try:
            with transaction.atomic():
                _row, is_new = tell(self.actor, self.course, report, self.now)
        except (Refusal, PatientsRefusal, NotAllowed) as refusal:
            self.course.refresh_from_db()
            return Outcome(refusal=refusal)
        self.keys |= {report.source_key, report.until_key} - {""}
        self.facts.add(_fact(report))
        return _STORED if is_new else _KNOWN


def _fact(report: Report) -> _Fact:
    return report.kind, report.at, report.reason, report.pump_stopped


def _pairs(
    reports: Sequence[Report], order: Sequence[int]
) -> Iterator[tuple[int, int | None]]:
    """Yield each report in order of time, a stop with the restart that follows it.

    A stop from before the last bag change can only be told together with its restart.
    Further stops until then, such as the alarms of one occlusion, are told alone.
    """
    taken: set[int] = set()
    for place, index in enumerate(order):
        if index in taken:
            continue
        restart = _restart_of(reports, index, order[place + 1 :])
        if restart is None or restart in taken:
            yield index, None
        else:
            taken.add(restart)
            yield index, restart


def _restart_of(
    reports: Sequence[Report], stop: int, later: Sequence[int]
) -> int | None:
    """Return the next report that lets the pump run again, unless it ends first."""
    told = reports[stop]
    if _effect(told) != Effect.STOPS or told.until is not None:
        return None
    for index in later:
        after = reports[index]
        if after.at > told.at and _effect(after) in {Effect.RUNS, Effect.ENDS}:
            return index if after.kind == Happening.RESUME else None
    return None


def _effect(report: Report) -> Effect:
    if report.kind not in Happening.__members__:
        return Effect.NONE
    return effect_of(Happening(report.kind), pump_stopped=report.pump_stopped)


def _joined(stop: Report, restart: int | None, reports: Sequence[Report]) -> Report:
    if restart is None:
        return stop
    after = reports[restart]
    return replace(
        stop,
        until=after.at,
        until_key=after.source_key,
        supervised=after.supervised,
    )
