"""Patients and people on duty whose every step a test decides."""

import datetime as dt
from dataclasses import dataclass, replace

from infusion.domain.checkins import Look
from infusion.domain.clock import PauseReason
from infusion.domain.questionnaires import Form
from infusion.simulation.behaving import Deed, Profile, PumpStop, Taking, TrueIllness
from infusion.simulation.stories import Illness

HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR
STOP = PumpStop(at=DAY, lasts=HOUR, reason=PauseReason.OCCLUSION)
CRS = TrueIllness(
    illness=Illness.CRS,
    onset=4 * DAY + 12 * HOUR,
    peaked=4 * DAY + 20 * HOUR,
    ended=5 * DAY,
    peak_grade=3,
)
ADULT = Profile(
    group="ADULT",
    age=40,
    weight_kg=70,
    height_cm=170,
    language="zh",
    answers_by_caregiver=True,
)
CHILD = replace(ADULT, group="CHILD", age=5, weight_kg=20, height_cm=110)


@dataclass
class Invented:
    """A patient who answers after a quarter of an hour, but for one silent day."""

    illnesses: tuple = ()
    stops: tuple = ()
    silent_on: int = -1
    index: int = 0
    profile: Profile = ADULT

    def grade(self, illness, since):
        return max(
            (
                one.peak_grade if since >= one.peaked else 1
                for one in self.illnesses
                if one.illness is illness and one.onset <= since < one.ended
            ),
            default=0,
        )

    def needs_somebody(self, since):
        return self.grade(Illness.CRS, since) > 0

    def answers(self, form, since, at, signed=frozenset()):
        fever = "39.4" if self.grade(Illness.CRS, since) else "36.7"
        answers = {}
        for question in form.questions:
            if question not in form.asked(answers, signed):
                continue
            if question.form is Form.CHOICE:
                answers[question.key] = question.options[0].key
            elif question.form is Form.NUMBER:
                answers[question.key] = fever
        return answers

    def answers_after(self, due):
        return None if due.days == self.silent_on else HOUR / 4

    def change_off_by(self, planned):
        return dt.timedelta(0)


class Prompt:
    """People who take everything within minutes and hold at a severe grade."""

    def takes(self, patient, cause, severity, told):
        return Taking(taken_after=HOUR / 6, resolved_after=HOUR / 3)

    def looks(self, patient, grade, since):
        return Look.NOTHING_NEEDED

    def does(self, illness, grade):
        return Deed.HOLD_AND_ADMIT if grade == 3 else Deed.NOTHING


class Absent(Prompt):
    """People of whom nobody takes anything."""

    def takes(self, patient, cause, severity, told):
        return Taking(taken_after=None, resolved_after=HOUR)
