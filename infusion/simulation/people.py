"""Synthetic patients: drawn from a seed and a number, never from anybody real."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from infusion.catalogue.simulation import Numbers
from infusion.domain.questionnaires import Questionnaire
from infusion.simulation.behaving import (
    NOBODY_SIGNED,
    Profile,
    PumpStop,
    TrueIllness,
)
from infusion.simulation.condition import Condition
from infusion.simulation.draws import Draws, happens, span_around
from infusion.simulation.illnesses import SEVERE, illnesses, infections, stops
from infusion.simulation.replying import replies
from infusion.simulation.stories import Illness

ADULT, CHILD = "ADULT", "CHILD"
_YOUNGEST, _OLDEST = 1, 17
_ADULT_AGES = (18, 79)


@dataclass(frozen=True, kw_only=True)
class Person:
    """One synthetic patient with whoever is at home; see ``behaving.Patient``."""

    index: int
    profile: Profile
    condition: Condition

    @property
    def illnesses(self) -> tuple[TrueIllness, ...]:
        """Return what the patient truly gets, by onset."""
        return self.condition.illnesses

    @property
    def stops(self) -> tuple[PumpStop, ...]:
        """Return when the pump stands still for a technical reason, by time."""
        return self.condition.stops

    def grade(self, illness: Illness, since: dt.timedelta) -> int:
        """Return the true grade of an illness then; 0 for none."""
        return self.condition.grade(illness, since)

    def needs_somebody(self, since: dt.timedelta) -> bool:
        """Say whether a person is truly needed then: an illness, a fever, a still pump.

        A fever that is no CRS needs a person as well: nobody can tell from afar.
        """
        found = self.condition
        return (
            any(self.grade(one, since) for one in Illness)
            or found.has_infection(since)
            or found.stands_still(since)
        )

    def answers(
        self,
        form: Questionnaire,
        since: dt.timedelta,
        at: dt.datetime,
        signed: frozenset[str] = NOBODY_SIGNED,
    ) -> Mapping[str, str]:
        """Return the answers to a form at a time of the course; ``at`` is that instant."""
        who = "caregiver" if self.profile.answers_by_caregiver else "self"
        unnoticed = self.condition.numbers.share(f"unnoticed_by_{who}_percent")
        return replies(self.condition, form, since, at, unnoticed, signed)

    def answers_after(self, due: dt.timedelta) -> dt.timedelta | None:
        """Return how long after it was due a check-in is answered; None for never."""
        stream = self._draw("silence", due)
        if happens(stream, self._silent(due)):
            return None
        numbers = self.condition.numbers
        median, spread = numbers.span("answer_minutes"), numbers.number("answer_spread")
        return span_around(stream, median, spread)

    def _silent(self, due: dt.timedelta) -> float:
        """Return how often nobody answers then; a caregiver answers for the confused."""
        numbers, grade = self.condition.numbers, self.grade(Illness.NEUROTOXICITY, due)
        if self.profile.answers_by_caregiver or grade < SEVERE - 1:
            return numbers.share("silent_percent")
        level = min(grade, SEVERE)
        return numbers.share(f"silent_neuro_{level}_percent")

    def change_off_by(self, planned: dt.timedelta) -> dt.timedelta:
        """Return how much later than planned a bag is changed; negative for earlier."""
        numbers, stream = self.condition.numbers, self._draw("change", planned)
        if happens(stream, numbers.share("change_forgotten_percent")):
            return numbers.span("change_forgotten_hours")
        spread = numbers.span("change_minutes").total_seconds()
        return dt.timedelta(seconds=round(stream.gauss(0, spread)))

    def _draw(self, concern: str, when: dt.timedelta) -> Random:
        return self.condition.draws.of(concern, when.total_seconds())


def person(seed: int, index: int, numbers: Numbers, group: str = "") -> Person:
    """Return the patient of a number; without a group (ADULT, CHILD) that is drawn too."""
    draws = Draws(seed, index)
    profile = _profile(draws, numbers, group)
    return Person(
        index=index,
        profile=profile,
        condition=Condition(
            draws=draws,
            numbers=numbers,
            illnesses=illnesses(draws, profile.group, numbers),
            infections=infections(draws, numbers),
            stops=stops(draws, numbers),
        ),
    )


def _profile(draws: Draws, numbers: Numbers, group: str) -> Profile:
    is_child = happens(draws.of("group"), numbers.share("child_percent"))
    stream = draws.of("profile")
    language = "zh" if happens(stream, numbers.share("chinese_percent")) else "en"
    if group == CHILD or (not group and is_child):
        return _child(stream, numbers, language)
    return _adult(stream, numbers, language)


def _adult(stream: Random, numbers: Numbers, language: str) -> Profile:
    weight = stream.gauss(
        numbers.number("adult_weight"), numbers.number("adult_weight_spread")
    )
    share = numbers.share("adult_with_caregiver_percent")
    return Profile(
        group=ADULT,
        age=stream.randint(*_ADULT_AGES),
        weight_kg=round(max(weight, numbers.number("adult_weight_least")), 1),
        height_cm=numbers.number("adult_height"),
        language=language,
        answers_by_caregiver=happens(stream, share),
    )


def _child(stream: Random, numbers: Numbers, language: str) -> Profile:
    age = stream.randint(_YOUNGEST, _OLDEST)
    return Profile(
        group=CHILD,
        age=age,
        weight_kg=_by_age(numbers, "weight", age),
        height_cm=_by_age(numbers, "height", age),
        language=language,
        answers_by_caregiver=age < numbers.number("self_from_years"),
    )


def _by_age(numbers: Numbers, what: str, age: int) -> float:
    least = numbers.number(f"child_{what}_youngest")
    most = numbers.number(f"child_{what}_oldest")
    return round(least + (most - least) * (age - _YOUNGEST) / (_OLDEST - _YOUNGEST), 1)
