"""How alerts are spoken of at the console."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from infusion.domain.alerts import AlertStepKind, Cause, Outcome
from infusion.domain.ladders import Severity, Whom
from infusion.domain.states import AlertStatus

CAUSES: Mapping[str, Promise] = {
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
    Cause.ANSWERS_UNREAD: _("Answers came that no rule can read"),
}
REASONS: Mapping[str, Promise] = {
    Cause.PUMP_STOPPED: _(
        "The infusion was stopped and has not been started again. It ends when the pump "
        "runs again."
    ),
    Cause.BAG_CHANGE_OVERDUE: _(
        "The bag on the pump should have been changed by now. It ends when the next bag "
        "is hung."
    ),
    Cause.DOSE_ON_PUMP: _(
        "What was told of the infusion makes another dose due than the bag on the pump "
        "holds; the course page names both. Ask a physician now: the service changes "
        "nothing. It ends when a bag of the dose that is due runs."
    ),
    Cause.CHANGE_UNOWNED: _(
        "Nobody has taken the visit at which the bag is changed. It ends when somebody "
        "does."
    ),
    Cause.READINESS_VOID: _(
        "A fact became worse or too old after the signatures. The patient may not go home "
        "under them. It ends when they are begun anew."
    ),
    Cause.NOBODY_REACHED: _(
        "Every message about this event failed, to everybody and over every channel. Ring "
        "instead. It ends when a message arrives."
    ),
    Cause.ROTA_GAP: _(
        "A time in the rota is held by nobody. Nobody would be told of an alert first. It "
        "ends when somebody holds it."
    ),
    Cause.PROVIDER_FAILING: _(
        "Too much of what is sent over this channel fails. People may not be told in time. "
        "It ends when messages get out again."
    ),
    Cause.MUTE_ENDING: _(
        "Reminders to the patient and the family were muted. When that ends they go out "
        "again; what was due meanwhile is not sent late. Look at the message log for what "
        "was kept back. It ends when somebody unmutes or moves the end."
    ),
    Cause.CHECK_IN_RED: _(
        "A rule fired on what the patient or the family answered, or on what they left "
        "out. Ring now. It ends when somebody writes down at the check-in what came of it."
    ),
    Cause.CHECK_IN_AMBER: _(
        "A rule fired on what the patient or the family answered. Look within the time of "
        "the site. It ends when somebody writes down at the check-in what came of it."
    ),
    Cause.CHECK_IN_TO_RING: _(
        "The family was asked and has not answered. Ring, and enter the answers. It ends "
        "when there are answers, or when somebody was reached."
    ),
    Cause.CHECK_IN_MISSED: _(
        "Nobody has answered and nobody was reached: nothing is known of the patient. Ring "
        "until somebody answers. It ends when there are answers, or when somebody was "
        "reached."
    ),
    Cause.CALL_WANTED: _(
        "Somebody can't or won't answer the questions and asks to be rung. Nothing is "
        "known of the patient. It ends when somebody writes down what came of it."
    ),
    Cause.ANSWERS_UNREAD: _(
        "The family answered another version of the questions. The answers are kept word "
        "for word, and no rule has looked at them. Read them now and ring. It ends when "
        "somebody writes down at the check-in what came of it."
    ),
}
STATES: Mapping[str, Promise] = {
    AlertStatus.OPEN: _("waits for somebody"),
    AlertStatus.TAKEN: _("taken"),
    AlertStatus.EXHAUSTED: _("nobody took it"),
    AlertStatus.RESOLVED: _("over"),
}
OUTCOMES: Mapping[str, Promise] = {
    Outcome.DONE: _("dealt with"),
    Outcome.FALSE_ALARM: _("false alarm"),
    Outcome.OTHER: _("otherwise (write how)"),
    Outcome.CAUSE_ENDED: _("the cause is gone"),
}
SEVERITIES: Mapping[str, Promise] = {
    Severity.RED: pgettext_lazy("severity", "Red"),
    Severity.AMBER: pgettext_lazy("severity", "Amber"),
    Severity.INFO: pgettext_lazy("severity", "For information"),
}
WHOM: Mapping[str, Promise] = {
    Whom.NURSE: _("the nurse on call"),
    Whom.PHYSICIAN: _("the physician on call"),
    Whom.PHARMACIST: _("the pharmacist on call"),
    Whom.COORDINATOR: _("the coordinator on call"),
    Whom.ASSIGNED: _("those who look after the patient"),
    Whom.EVERY_NURSE: _("all nurses"),
    Whom.EVERY_PHYSICIAN: _("all physicians"),
    Whom.EVERY_PHARMACIST: _("all pharmacists"),
    Whom.EVERY_COORDINATOR: _("all coordinators"),
    Whom.EVERY_ADMIN: _("all administrators"),
}
STEPS: Mapping[str, Promise] = {
    AlertStepKind.RAISED: _("Raised"),
    AlertStepKind.AGAIN: _("Told again"),
    AlertStepKind.CLIMBED: pgettext_lazy("alert", "Told"),
    AlertStepKind.EXHAUSTED: _("Nobody took it"),
    AlertStepKind.TAKEN: pgettext_lazy("alert", "Taken"),
    AlertStepKind.HANDED_OVER: _("Handed over"),
    AlertStepKind.LEFT_ALONE: _("Nobody's again: who had it can take it no more"),
    AlertStepKind.RESOLVED: pgettext_lazy("alert", "Over"),
}
