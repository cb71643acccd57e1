"""What check-ins, answers and what came of them are called on the screen."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

KINDS: Mapping[str, Promise] = {
    "PLANNED": pgettext_lazy("check-in", "Planned"),
    "FOLLOW_UP": pgettext_lazy("check-in", "Asked again"),
    "UNPLANNED": pgettext_lazy("check-in", "Told unasked"),
    "CALL_WANTED": pgettext_lazy("check-in", "Wants to be rung"),
    "UNREAD": pgettext_lazy("check-in", "Not read by any rule"),
}
STATES: Mapping[str, Promise] = {
    "DUE": pgettext_lazy("check-in", "due"),
    "COMING": pgettext_lazy("check-in", "to come"),
    "ANSWERED": pgettext_lazy("check-in", "answered"),
    "MISSED": pgettext_lazy("check-in", "missed"),
    "CANCELLED": pgettext_lazy("check-in", "cancelled"),
}
# A shape for each state, for whoever does not see the colour.
SHAPES = {"DUE": "○", "COMING": "·", "ANSWERED": "✓", "MISSED": "✕", "CANCELLED": "–"}
WAYS: Mapping[str, Promise] = {
    "SELF": pgettext_lazy("check-in", "on their own device"),
    "TELEPHONE": pgettext_lazy("check-in", "by telephone"),
    "PAPER": pgettext_lazy("check-in", "on paper"),
    "BEDSIDE": pgettext_lazy("check-in", "at the bedside"),
}
SOURCES: Mapping[str, Promise] = {
    "PATIENT": _("Patient"),
    "CAREGIVER": _("Caregiver"),
    "NURSE": _("Nurse"),
    "PHYSICIAN": _("Physician"),
    "LABORATORY": _("Laboratory"),
    "IMPORT": _("Import"),
}
LOOKS: Mapping[str, Promise] = {
    "NOTHING_NEEDED": _("Nothing needed"),
    "WATCHED": _("Watched: asked again"),
    "VISIT_MADE": _("Somebody went there"),
    "PHYSICIAN_TOLD": _("A physician was told"),
    "SENT_TO_HOSPITAL": _("Sent to hospital"),
    "NOT_REACHED": _("Nobody was reached: it goes on"),
}
VERDICTS: Mapping[str, Promise] = {
    "GRADED": pgettext_lazy("grade", "settled"),
    "AT_LEAST": pgettext_lazy("grade", "at least; more is not known"),
    "POSSIBLE": pgettext_lazy("grade", "possible only"),
    "CANNOT_ASSESS": pgettext_lazy("grade", "cannot assess"),
    "EXCLUDED": pgettext_lazy("grade", "another cause is recorded"),
}
TERMS: Mapping[str, Promise] = {
    "CRS": _("Cytokine release syndrome"),
    "ICANS": _("ICANS"),
    "ICANS_CHILD": _("ICANS in a child"),
    "FEVER": _("Fever"),
    "NEUTROPHILS": _("Neutrophil count decreased"),
    "ALT": _("ALT increased"),
    "AST": _("AST increased"),
    "BILIRUBIN": _("Bilirubin increased"),
    "SEPSIS": _("Sepsis"),
    "SEIZURE": _("Seizure"),
    "CATHETER_INFECTION": _("Catheter infection"),
    "HEADACHE": _("Headache"),
    "TREMOR": _("Tremor"),
    "CONFUSION": _("Confusion"),
    "PLATELETS": _("Platelet count decreased"),
}
REASONS: Mapping[str, Promise] = {
    "plan_changed": _("the plan changed"),
    "not_at_home": _("the patient is on the ward"),
    "cycle_over": _("the infusion is over"),
    "died": _("the patient has died"),
}
RULE_CHANGES: Mapping[str, Promise] = {
    "LEFT_OUT": pgettext_lazy("triage rule", "left out"),
    "ADDED": pgettext_lazy("triage rule", "new"),
    "COLOUR": pgettext_lazy("triage rule", "another colour"),
    "SIGN": pgettext_lazy("triage rule", "another sign"),
    "TOPIC": pgettext_lazy("triage rule", "another topic"),
    "FOLLOW_UP": _("Hours until somebody looks after an amber"),
    "AMBERS": _("Topics with an amber that make a red"),
    "UNANSWERED": _("What counts that was asked and not answered"),
}
COLOURS: Mapping[str, Promise] = {
    "GREEN": _("green"),
    "AMBER": _("amber: soon"),
    "RED": _("red: now"),
}
UNANSWERED: Mapping[str, Promise] = {
    "SAME": _("as the sign itself"),
    "AMBER": _("as amber"),
}
LISTS = {
    "rule_change": RULE_CHANGES,
    "unanswered": UNANSWERED,
    "colour": COLOURS,
    "check_in": KINDS,
    "check_in_state": STATES,
    "check_in_way": WAYS,
    "check_in_source": SOURCES,
    "look": LOOKS,
    "grade_verdict": VERDICTS,
    "term": TERMS,
    "check_in_reason": REASONS,
}
