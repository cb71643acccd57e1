"""The people on duty at a synthetic site: how soon they take an alert, and what they do.

How long they need has no source: each figure is an assumption of the simulation. What they
do about a grade follows the label (fact sheet, section 8.1, marks A and B): grade 3 stops
the infusion, grade 4 ends it for good.
"""

import datetime as dt
from dataclasses import dataclass
from random import Random

from infusion.catalogue.simulation import Numbers
from infusion.domain.alerts import Cause
from infusion.domain.checkins import Look
from infusion.domain.ladders import Severity
from infusion.simulation.behaving import Deed, Taking
from infusion.simulation.draws import Draws, happens, span_around
from infusion.simulation.illnesses import SEVERE
from infusion.simulation.stories import Illness

_LOOKS = (Look.NOTHING_NEEDED, Look.WATCHED, Look.PHYSICIAN_TOLD, Look.SENT_TO_HOSPITAL)


@dataclass(frozen=True, kw_only=True)
class OnDuty:
    """Nobody's skill is measured here: everybody is drawn alike. See ``behaving.Staff``."""

    seed: int
    numbers: Numbers

    def takes(
        self, patient: int, cause: Cause, severity: Severity, told: dt.datetime
    ) -> Taking:
        """Return how an alert is dealt with that was first told then, in local time.

        Nobody takes what is only shown.
        """
        stream = self._draw(patient, "taking", cause, told.isoformat())
        resolved = self._around(stream, self.numbers.span("resolved_minutes"))
        is_missed = happens(stream, self.numbers.share("not_taken_percent"))
        if severity == Severity.INFO or is_missed:
            return Taking(taken_after=None, resolved_after=resolved)
        median = self.numbers.span(f"{severity.value.lower()}_taken_minutes")
        slower = self.numbers.number("night_factor") if self.is_night(told) else 1
        return Taking(
            taken_after=self._around(stream, median * slower), resolved_after=resolved
        )

    def is_night(self, told: dt.datetime) -> bool:
        """Say whether few people are there, by the local clock of the instant."""
        begins = self.numbers.number("night_from_hour")
        ends = self.numbers.number("night_until_hour")
        return told.hour >= begins or told.hour < ends

    def looks(self, patient: int, grade: int, since: dt.timedelta) -> Look:
        """Return what comes of it when they ring a patient with that true grade."""
        stream = self._draw(patient, "looking", since.total_seconds())
        if happens(stream, self.numbers.share("not_reached_percent")):
            return Look.NOT_REACHED
        return _LOOKS[min(grade, SEVERE)]

    def does(self, illness: Illness, grade: int) -> Deed:
        """Return what is done about a true grade that was seen by a person.

        CRS and neurotoxicity have the same rows there.
        """
        del illness
        if grade > SEVERE:
            return Deed.GIVE_UP
        return Deed.HOLD_AND_ADMIT if grade == SEVERE else Deed.NOTHING

    def _around(self, stream: Random, median: dt.timedelta) -> dt.timedelta:
        return span_around(stream, median, self.numbers.number("taken_spread"))

    def _draw(self, patient: int, concern: str, *when: object) -> Random:
        return Draws(self.seed, patient).of("staff", concern, *when)
