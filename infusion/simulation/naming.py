"""What the words of a story are called in a report."""

from collections.abc import Callable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from infusion.domain.alerts import Cause
from infusion.domain.ladders import Severity
from infusion.domain.triage import Colour
from infusion.simulation.stories import Ending, Illness

Named = Callable[[str], str]

_ILLNESSES: Mapping[str, Promise] = {
    Illness.CRS: _("Cytokine release syndrome"),
    Illness.NEUROTOXICITY: _("Neurotoxicity"),
}
_GROUPS: Mapping[str, Promise] = {"ADULT": _("adults"), "CHILD": _("children")}
_ENDINGS: Mapping[str, Promise] = {
    Ending.DONE: pgettext_lazy("simulation", "to the end"),
    Ending.STOPPED_FOR_GOOD: pgettext_lazy("simulation", "stopped for good"),
    Ending.GIVEN_UP: pgettext_lazy("simulation", "given up"),
    Ending.OUT_OF_TIME: pgettext_lazy("simulation", "the simulated days were over"),
}
_COLOURS: Mapping[str, Promise] = {
    Colour.GREEN: pgettext_lazy("colour", "Green"),
    Colour.AMBER: pgettext_lazy("colour", "Amber"),
    Colour.RED: pgettext_lazy("colour", "Red"),
}
_SEVERITIES: Mapping[str, Promise] = {
    Severity.RED: pgettext_lazy("severity", "Red"),
    Severity.AMBER: pgettext_lazy("severity", "Amber"),
    Severity.INFO: pgettext_lazy("severity", "For information"),
}
# In the words of the console.
_CAUSES: Mapping[str, Promise] = {
    Cause.PUMP_STOPPED: _("The pump stands still"),
    Cause.BAG_CHANGE_OVERDUE: _("The bag change is overdue"),
    Cause.DOSE_ON_PUMP: _("Another dose is on the pump than the one due"),
    Cause.CHANGE_UNOWNED: _("A bag change at home is nobody's"),
    Cause.READINESS_VOID: _("The signatures for going home no longer hold"),
    Cause.NOBODY_REACHED: _("A message reached nobody"),
    Cause.ROTA_GAP: _("Nobody is on call"),
    Cause.PROVIDER_FAILING: _("Messages do not get out"),
    Cause.MUTE_ENDING: _("The reminders to the family are muted, and that ends"),
    Cause.CHECK_IN_RED: _("Answers ask for a person now"),
    Cause.CHECK_IN_AMBER: _("Answers ask for a person soon"),
    Cause.CHECK_IN_TO_RING: _("No answer to a check-in: ring"),
    Cause.CHECK_IN_MISSED: _("A check-in was missed"),
    Cause.CALL_WANTED: _("The family wants to be rung"),
    "ANSWERS_UNREAD": _("Answers came that no rule can read"),
}


def illness(key: str) -> str:
    """Return the name of an illness."""
    return str(_ILLNESSES[key])


def ending(key: str) -> str:
    """Return why a course is over."""
    return str(_ENDINGS[key])


def colour(key: str) -> str:
    """Return the name of a colour."""
    return str(_COLOURS[key])


def severity(key: str) -> str:
    """Return the name of a severity."""
    return str(_SEVERITIES[key])


def cause(key: str) -> str:
    """Return the name of a cause."""
    return str(_CAUSES[key])


def grades(key: str, group: str, grade: int) -> str:
    """Return which grades of an illness in which group."""
    least = gettext("any grade") if grade <= 1 else gettext("grade {grade} or more")
    return gettext("{illness}, {group}, {grades}").format(
        illness=illness(key), group=_GROUPS[group], grades=least.format(grade=grade)
    )


def worst_grade(key: str, grade: int) -> str:
    """Return an illness with its worst grade."""
    return gettext("{illness}, worst grade {grade}").format(
        illness=illness(key), grade=grade
    )
