"""How a synthetic patient is at one time: fever, signs, points of ICE."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import pi, sin
from random import Random

from infusion.catalogue.simulation import Numbers, Sign
from infusion.domain.findings_kinds import KINDS, Code
from infusion.simulation.behaving import PumpStop, TrueIllness
from infusion.simulation.draws import Draws, happens
from infusion.simulation.illnesses import SEVERE, grade_at
from infusion.simulation.stories import Illness

ICE_ITEMS = (
    Code.ICE_COUNT,
    Code.ICE_SENTENCE,
    Code.ICE_OBJECTS,
    Code.ICE_COMMAND,
    Code.ICE_MONTH,
    Code.ICE_YEAR,
    Code.ICE_CITY,
    Code.ICE_PLACE,
)
ICE_MOST = 10
_DAY = dt.timedelta(days=1)
# A scale of ten tenths of a degree: families read one digit after the point.
_DIGITS = 1


@dataclass(frozen=True, kw_only=True)
class Condition:
    """All that is true of one patient; what was drawn of it stays for the whole course."""

    draws: Draws
    numbers: Numbers
    illnesses: tuple[TrueIllness, ...]
    infections: tuple[tuple[dt.timedelta, dt.timedelta], ...]
    stops: tuple[PumpStop, ...]

    def grade(self, illness: Illness, since: dt.timedelta) -> int:
        """Return the true grade of an illness at a time of the course; 0 for none."""
        had = (one for one in self.illnesses if one.illness == illness)
        return max((grade_at(one, since) for one in had), default=0)

    def fever(self, since: dt.timedelta) -> float | None:
        """Return the temperature of a fever in degrees Celsius; None without one."""
        grade = self.grade(Illness.CRS, since)
        if not grade and not self.has_infection(since):
            return None
        phase = self.draws.of("phase").random()
        swing = (1 + sin(2 * pi * (since / _DAY + phase))) / 2
        return (
            self.numbers.number("fever_least")
            + self.numbers.number("fever_rises") * max(0, grade - 1)
            + self.numbers.number("fever_swings") * swing
        )

    def has_infection(self, since: dt.timedelta) -> bool:
        """Say whether there is a fever then that is no CRS."""
        return any(begins <= since < ends for begins, ends in self.infections)

    def stands_still(self, since: dt.timedelta) -> bool:
        """Say whether the pump stands still then for a technical reason."""
        return any(one.at <= since < one.at + one.lasts for one in self.stops)

    def ice(self, since: dt.timedelta) -> int:
        """Return the true points of ICE, within those of the grade; ten without."""
        grade = self.grade(Illness.NEUROTOXICITY, since)
        if not grade or not self._is_encephalopathy():
            return ICE_MOST
        least, most = self.numbers.ice[grade]
        return self.draws.of("ice", grade).randint(least, most)

    def _is_encephalopathy(self) -> bool:
        worst = max(
            (
                one.peak_grade
                for one in self.illnesses
                if one.illness == Illness.NEUROTOXICITY
            ),
            default=0,
        )
        share = self.numbers.share("encephalopathy_percent")
        return worst >= SEVERE or happens(self.draws.of("encephalopathy"), share)

    def ice_items(
        self, since: dt.timedelta, asked: frozenset[Code]
    ) -> Mapping[Code, int]:
        """Return the points of the items that are asked; each patient loses in an order.

        What is lost is lost in the items that are asked: the sum is never above the true
        points.
        """
        lost = ICE_MOST - self.ice(since)
        items = [one for one in ICE_ITEMS if one in asked]
        self.draws.of("ice-order").shuffle(items)
        found = {}
        for item in items:
            most = int(KINDS[item].most)
            found[item] = most - min(most, lost)
            lost -= most - found[item]
        return found

    def signs(self, since: dt.timedelta) -> Mapping[Code, tuple[Illness, str]]:
        """Return the signs that are there, the worst of each, with what causes it."""
        found: dict[Code, tuple[Illness, str]] = {}
        for sign in self._shown(since):
            words = KINDS[sign.code].words
            before = found.get(sign.code)
            if before is None or words.index(sign.value) > words.index(before[1]):
                found[sign.code] = (Illness(sign.illness), sign.value)
        return found

    def _shown(self, since: dt.timedelta) -> Iterator[Sign]:
        grades = {one: self.grade(one, since) for one in Illness}
        if not any(grades.values()):
            return
        for sign in self.numbers.signs:
            if grades[Illness(sign.illness)] < sign.from_grade:
                continue
            # One draw for each answer: what shows at a grade shows at a worse one too.
            stream: Random = self.draws.of("sign", sign.illness, sign.code)
            if happens(stream, sign.share):
                yield sign
