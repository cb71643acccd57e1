"""The kinds of findings there are: their words, units, scales, and which way is worse.

Scales and triage rules ask for nothing else. Bounds of numbers are scales, or keep a slip
of the keyboard out; they are no limits of practice.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

YES, NO = "YES", "NO"
# A "1e1" or a digit of another script is a slip of the finger.
_NUMBER = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4})?")


class Code(StrEnum):
    """What can be found. Scales and triage rules ask for nothing else."""

    TEMPERATURE = "TEMPERATURE"
    FEVER_ABOVE_40_HOURS = "FEVER_ABOVE_40_HOURS"
    CHILLS = "CHILLS"
    ANTIPYRETIC_TAKEN = "ANTIPYRETIC_TAKEN"
    STEROID_TAKEN = "STEROID_TAKEN"
    TOCILIZUMAB_GIVEN = "TOCILIZUMAB_GIVEN"
    FEVER_OTHER_CAUSE = "FEVER_OTHER_CAUSE"
    HYPOTENSION = "HYPOTENSION"
    HYPOXIA = "HYPOXIA"
    DIZZINESS = "DIZZINESS"
    BREATHLESSNESS = "BREATHLESSNESS"
    CONSCIOUSNESS = "CONSCIOUSNESS"
    SLEEPINESS = "SLEEPINESS"
    CONFUSION = "CONFUSION"
    SPEECH = "SPEECH"
    APHASIA = "APHASIA"
    HANDWRITING = "HANDWRITING"
    TREMOR = "TREMOR"
    BALANCE = "BALANCE"
    FAINTING = "FAINTING"
    HEADACHE = "HEADACHE"
    ABDOMINAL_PAIN = "ABDOMINAL_PAIN"
    SEIZURE = "SEIZURE"
    SEIZURE_KIND = "SEIZURE_KIND"
    MOTOR = "MOTOR"
    RAISED_ICP = "RAISED_ICP"
    HAEMORRHAGE = "HAEMORRHAGE"
    ICE_YEAR = "ICE_YEAR"
    ICE_MONTH = "ICE_MONTH"
    ICE_CITY = "ICE_CITY"
    ICE_PLACE = "ICE_PLACE"
    ICE_OBJECTS = "ICE_OBJECTS"
    ICE_COMMAND = "ICE_COMMAND"
    ICE_SENTENCE = "ICE_SENTENCE"
    ICE_COUNT = "ICE_COUNT"
    ICE = "ICE"
    CAPD_EYE_CONTACT = "CAPD_EYE_CONTACT"
    CAPD_PURPOSEFUL = "CAPD_PURPOSEFUL"
    CAPD_AWARE = "CAPD_AWARE"
    CAPD_NEEDS = "CAPD_NEEDS"
    CAPD_RESTLESS = "CAPD_RESTLESS"
    CAPD_INCONSOLABLE = "CAPD_INCONSOLABLE"
    CAPD_UNDERACTIVE = "CAPD_UNDERACTIVE"
    CAPD_SLOW = "CAPD_SLOW"
    CAPD = "CAPD"
    CAPD_TESTABLE = "CAPD_TESTABLE"
    SEPSIS = "SEPSIS"
    ANC = "ANC"
    ANC_LLN = "ANC_LLN"
    ALT_X_ULN = "ALT_X_ULN"
    AST_X_ULN = "AST_X_ULN"
    BILIRUBIN_X_ULN = "BILIRUBIN_X_ULN"
    LIVER_BASELINE_NORMAL = "LIVER_BASELINE_NORMAL"
    LINE_SITE = "LINE_SITE"
    PUMP_ALARM = "PUMP_ALARM"
    INFUSION_STOPPED = "INFUSION_STOPPED"
    LINE_FLUSHED = "LINE_FLUSHED"
    CONFIDENCE = "CONFIDENCE"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What the value of a finding looks like, and which way it gets worse.

    ``words`` stand from best to worst; a kind without words is a number. ``is_clinical``
    is for what only a clinician can say: from a home it is refused.
    """

    words: tuple[str, ...] = ()
    unit: str = ""
    least: Decimal = Decimal(0)
    most: Decimal = Decimal(9999)
    lower_is_worse: bool = False
    is_clinical: bool = False
    is_whole: bool = False

    @property
    def ends(self) -> tuple[str, str]:
        """Return the first and the last value there is."""
        if self.words:
            return self.words[0], self.words[-1]
        return str(self.least), str(self.most)

    def has(self, value: str) -> bool:
        """Say whether it is a word of this kind, or a number on its scale."""
        return value in self.words if self.words else _fits(value, self)


def _fits(value: str, kind: Kind) -> bool:
    if not _NUMBER.fullmatch(value):
        return False
    number = Decimal(value)
    if not kind.least <= number <= kind.most:
        return False
    return not kind.is_whole or number == number.to_integral_value()


def _words(*words: str, clinical: bool = False) -> Kind:
    return Kind(words=words, is_clinical=clinical)


def _points(most: int) -> Kind:
    return Kind(most=Decimal(most), lower_is_worse=True, is_whole=True)


_YES = _words(NO, YES)
_CLINICAL = _words(NO, YES, clinical=True)
_OFTEN = _words("NEVER", "RARELY", "SOMETIMES", "OFTEN", "ALWAYS")
_SELDOM = _words("ALWAYS", "OFTEN", "SOMETIMES", "RARELY", "NEVER")
_MULTIPLE = Kind(unit="x ULN", is_clinical=True)

KINDS: Mapping[Code, Kind] = {
    Code.TEMPERATURE: Kind(unit="Cel", least=Decimal(30), most=Decimal(45)),
    Code.FEVER_ABOVE_40_HOURS: Kind(unit="h"),
    Code.CHILLS: _YES,
    Code.ANTIPYRETIC_TAKEN: _YES,
    Code.STEROID_TAKEN: _YES,
    Code.TOCILIZUMAB_GIVEN: _CLINICAL,
    # Without another cause it is graded: that is the worse of the two.
    Code.FEVER_OTHER_CAUSE: _words(YES, NO, clinical=True),
    Code.HYPOTENSION: _words(
        "NONE", "NO_VASOPRESSOR", "ONE_VASOPRESSOR", "SEVERAL_VASOPRESSORS", clinical=True
    ),
    Code.HYPOXIA: _words(
        "NONE", "LOW_FLOW", "HIGH_FLOW", "POSITIVE_PRESSURE", clinical=True
    ),
    Code.DIZZINESS: _YES,
    Code.BREATHLESSNESS: _YES,
    Code.CONSCIOUSNESS: _words(
        "AWAKE", "WAKES_BY_SELF", "TO_VOICE", "TO_TOUCH", "UNROUSABLE"
    ),
    Code.SLEEPINESS: _YES,
    Code.CONFUSION: _YES,
    Code.SPEECH: _words("SAME", "HARDER"),
    Code.APHASIA: _CLINICAL,
    Code.HANDWRITING: _words("SAME", "SHAKIER", "UNREADABLE"),
    Code.TREMOR: _YES,
    Code.BALANCE: _words("SAME", "WORSE"),
    Code.FAINTING: _YES,
    Code.HEADACHE: _words("NONE", "MILD", "SEVERE"),
    Code.ABDOMINAL_PAIN: _words("NONE", "MILD", "SEVERE"),
    # SEEN is what a family saw, how long it lasted not being known.
    Code.SEIZURE: _words(
        "NONE", "EEG_ONLY_RESOLVED", "RESOLVED_FAST", "SEEN", "PROLONGED", "REPEATED"
    ),
    Code.SEIZURE_KIND: _words(
        "NONE", "PARTIAL_CONSCIOUS", "GENERALISED_BRIEF", "NEW_ONSET",
        "MULTIPLE_DESPITE_TREATMENT", "PROLONGED", clinical=True,
    ),
    # NEW_WEAKNESS is what a family saw, how deep it is not being known.
    Code.MOTOR: _words("NONE", "NEW_WEAKNESS", "DEEP_FOCAL_WEAKNESS"),
    Code.RAISED_ICP: _words(
        "NONE", "FOCAL_OEDEMA", "DIFFUSE_OEDEMA", "POSTURING", "SIXTH_NERVE_PALSY",
        "PAPILLOEDEMA", "CUSHING_TRIAD", clinical=True,
    ),
    Code.HAEMORRHAGE: _words(YES, NO, clinical=True),
    Code.ICE_YEAR: _points(1),
    Code.ICE_MONTH: _points(1),
    Code.ICE_CITY: _points(1),
    Code.ICE_PLACE: _points(1),
    Code.ICE_OBJECTS: _points(3),
    Code.ICE_COMMAND: _points(1),
    Code.ICE_SENTENCE: _points(1),
    Code.ICE_COUNT: _points(1),
    Code.ICE: _points(10),
    Code.CAPD_EYE_CONTACT: _SELDOM,
    Code.CAPD_PURPOSEFUL: _SELDOM,
    Code.CAPD_AWARE: _SELDOM,
    Code.CAPD_NEEDS: _SELDOM,
    Code.CAPD_RESTLESS: _OFTEN,
    Code.CAPD_INCONSOLABLE: _OFTEN,
    Code.CAPD_UNDERACTIVE: _OFTEN,
    Code.CAPD_SLOW: _OFTEN,
    # The highest score was not seen: this only keeps a slip of the keyboard out.
    Code.CAPD: Kind(most=Decimal(99), is_clinical=True, is_whole=True),
    Code.CAPD_TESTABLE: _words(YES, NO, clinical=True),
    Code.SEPSIS: _words(
        "NONE", "SUSPECTED", "IV_TREATMENT", "LIFE_THREATENING", clinical=True
    ),
    Code.ANC: Kind(unit="10*9/L", lower_is_worse=True, is_clinical=True),
    Code.ANC_LLN: Kind(unit="10*9/L", is_clinical=True),
    Code.ALT_X_ULN: _MULTIPLE,
    Code.AST_X_ULN: _MULTIPLE,
    Code.BILIRUBIN_X_ULN: _MULTIPLE,
    # How to read multiples of an abnormal baseline was not seen.
    Code.LIVER_BASELINE_NORMAL: _words(YES, NO, clinical=True),
    Code.LINE_SITE: _words("CLEAN", "WET_OR_LEAKING", "RED_OR_PAINFUL"),
    Code.PUMP_ALARM: _YES,
    Code.INFUSION_STOPPED: _YES,
    Code.LINE_FLUSHED: _YES,
    Code.CONFIDENCE: _words("SURE", "SOME_DOUBT", "NEEDS_HELP"),
}  # fmt: skip
