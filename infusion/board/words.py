"""What codes are called on the screen, in one place and both languages."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from infusion.board import (
    adverse_words,
    alert_words,
    change_words,
    checkin_words,
    event_words,
    message_words,
    reminder_words,
)
from infusion.wording import blocks, checklists

Words = Mapping[str, Promise]

COURSES: Words = {
    "ORDERED": _("Ordered"),
    "ACTIVE": _("Running"),
    "COMPLETED": _("Completed"),
    "STOPPED": _("Stopped"),
    "CANCELLED": _("Cancelled"),
    "LEFT": _("Left the regimen"),
}
CYCLES: Words = {
    "PLANNED": pgettext_lazy("cycle", "Planned"),
    "STARTED": pgettext_lazy("cycle", "Started"),
    "COMPLETED": _("Completed"),
    "STOPPED": _("Stopped"),
    "CANCELLED": _("Cancelled"),
}
BAGS: Words = {
    "PLANNED": pgettext_lazy("bag", "Planned"),
    "ORDERED": pgettext_lazy("bag", "Ordered"),
    "COMPOUNDED": pgettext_lazy("bag", "Made"),
    "CHECKED": pgettext_lazy("bag", "Checked"),
    "DISPATCHED": pgettext_lazy("bag", "On its way"),
    "DELIVERED": pgettext_lazy("bag", "Delivered"),
    "HUNG": pgettext_lazy("bag", "Hanging"),
    "FINISHED": pgettext_lazy("bag", "Finished"),
    "DISCARDED": pgettext_lazy("bag", "Discarded"),
    "CANCELLED": _("Cancelled"),
}
WORK: Words = {
    "ORDER": pgettext_lazy("pharmacy", "Order"),
    "COMPOUND": pgettext_lazy("pharmacy", "Make"),
    "CHECK": pgettext_lazy("pharmacy", "Check"),
    "DISPATCH": pgettext_lazy("pharmacy", "Send"),
    "WITHDRAWN": pgettext_lazy("pharmacy", "Order withdrawn: do not make"),
}
DISCARDS: Words = {
    "LEAKED": pgettext_lazy("bag", "It leaks"),
    "DAMAGED": pgettext_lazy("bag", "It is damaged"),
    "EXPIRED": pgettext_lazy("bag", "It is past its use-by"),
    "COLD_CHAIN": pgettext_lazy("bag", "It was not kept cold"),
    "CHECK_FAILED": pgettext_lazy("bag", "The check found it wrong"),
    "PLAN_CHANGED": pgettext_lazy("bag", "The plan needs another bag"),
    "STOPPED": pgettext_lazy("bag", "The infusion was stopped or called off"),
    "OTHER": pgettext_lazy("reason", "Other"),
}
VISITS: Words = {
    "BOOKED": _("Booked"),
    "FULFILLED": pgettext_lazy("visit", "Done"),
    "CANCELLED": _("Cancelled"),
}
TIMINGS: Words = {
    "UPCOMING": pgettext_lazy("visit", "to come"),
    "DUE": pgettext_lazy("visit", "due now"),
    "OVERDUE": pgettext_lazy("visit", "overdue"),
    "EARLY": pgettext_lazy("visit", "early"),
    "ON_TIME": pgettext_lazy("visit", "on time"),
    "LATE": pgettext_lazy("visit", "late"),
}
VISIT_KINDS: Words = {
    "START": _("Start of infusion"),
    "BAG_CHANGE": _("Bag change"),
    "DISCONNECT": _("Disconnect"),
}
PLACES: Words = {"WARD": _("Ward"), "HOME": _("Home"), "CLINIC": _("Clinic")}
PAUSES: Words = {
    "OCCLUSION": _("Occlusion"),
    "AIR_IN_LINE": _("Air in line"),
    "BATTERY": _("Battery"),
    "BAG_EMPTY": _("Bag empty"),
    "BAG_PROBLEM": _("Bag problem"),
    "LINE_PROBLEM": _("Line problem"),
    "ADVERSE_EVENT": _("Adverse event"),
    "PROCEDURE": _("Procedure or examination"),
    "OTHER": pgettext_lazy("reason", "Other"),
}
ENDS: Words = {
    "COMPLETED": _("The cycle is complete"),
    "ADVERSE_EVENT": _("Adverse event"),
    "DISEASE": _("Disease progression or relapse"),
    "PATIENT_WISH": _("Wish of the patient"),
    "DEATH": _("The patient died"),
    "OTHER": pgettext_lazy("reason", "Other"),
}
MESSAGES: Words = {
    "PENDING": pgettext_lazy("message", "Waiting"),
    "SENDING": pgettext_lazy("message", "Being sent"),
    "SENT": pgettext_lazy("message", "Sent"),
    "DELIVERED": pgettext_lazy("message", "Delivered"),
    "UNKNOWN": pgettext_lazy("message", "Not known whether it arrived"),
    "FAILED": pgettext_lazy("message", "Failed"),
    "EXPIRED": pgettext_lazy("message", "Too late, not sent"),
    "CANCELLED": _("Cancelled"),
}
MESSAGE_KINDS: Words = {
    "bag_change_24h": _("Bag change in 24 h"),
    "bag_change_2h": _("Bag change in 2 h"),
    "bag_change_overdue": _("Bag change overdue"),
    "infusion_end_24h": _("End of infusion in 24 h"),
    "readiness_voided": _("A sign-off no longer holds"),
    "alert_raised": _("An alert waits for somebody"),
}
CHANNELS: Words = {
    "EMAIL": _("Email"),
    "SMS": _("Text message"),
    "PUSH": _("Push message"),
    "WECHAT": _("WeChat"),
    "IN_APP": _("In the app"),
    "PHONE": _("Telephone"),
    "CONSOLE": _("Console"),
}
PEOPLE: Words = {
    "PATIENT": _("Patient"),
    "CAREGIVER": _("Caregiver"),
    "STAFF": _("Staff"),
}
ROLES: Words = {
    "NURSE": _("Nurse"),
    "PHYSICIAN": _("Physician"),
    "PHARMACIST": _("Pharmacist"),
    "COORDINATOR": _("Coordinator"),
    "HOME_NURSE": _("Home nurse"),
    "ADMIN": _("Administrator"),
    "AUDITOR": _("Auditor"),
}
SEXES: Words = {
    "female": _("Female"),
    "male": _("Male"),
    "other": pgettext_lazy("sex", "Other"),
    "unknown": pgettext_lazy("sex", "Unknown"),
}
LINES: Words = {
    "PICC": _("PICC"),
    "PORT": _("Implanted port"),
    "TUNNELLED": _("Tunnelled catheter"),
    "OTHER": pgettext_lazy("line", "Other"),
}
CAREGIVERS: Words = {
    "PARENT": _("Parent"),
    "PARTNER": _("Partner"),
    "CHILD": _("Adult child"),
    "GUARDIAN": _("Legal guardian"),
    "OTHER": pgettext_lazy("caregiver", "Other"),
}
LINKS: Words = {
    "PENDING": pgettext_lazy("link", "Waiting for confirmation"),
    "CONFIRMED": pgettext_lazy("link", "Confirmed"),
    "DENIED": pgettext_lazy("link", "Denied"),
    "EXPIRED": pgettext_lazy("link", "Expired"),
    "REVOKED": pgettext_lazy("link", "Revoked"),
}
MEASUREMENTS: Words = {"WEIGHT_KG": _("Weight"), "HEIGHT_CM": _("Height")}

MESSAGE_REASONS: Words = {
    "plan_changed": _("the plan changed"),
    "course_closed": _("the course is over"),
    "alert_taken": _("somebody has taken the alert, or it is over"),
    "bag_changed": _("the bag was changed"),
    "reason_gone": _("it was done or is no longer planned"),
    "rule_gone": _("the site no longer has this rule"),
    "event_moved": _("the event has moved"),
    "too_late": _("too late to be of use"),
    "gave_up": _("tried too often"),
    "quiet_hours": _("held until the quiet hours end"),
    "not_delivered": _("the provider could not deliver it"),
    "muted": _("kept back: reminders to the family are muted"),
    "rang_instead": _("somebody rang instead"),
    "not_ours_any_more": _("it had been called off meanwhile"),
    "no_address": _("nobody gave an address or a number"),
    "no_adapter": _("no way to send to this address is set up"),
    "no_way_left": _("every way to this person was refused"),
    "no_recipient": _("nobody is to be told any more"),
    "consent_withdrawn": _("the patient has withdrawn consent to reminders"),
    "patient_died": _("the patient has died"),
    "no_sender": _("no sender is registered for that country"),
    "answer_lost": _("the provider took it and its answer was lost"),
}
BLOCK_STEPS: Words = {
    "START": _("It began"),
    "FINISH": _("It ended as planned"),
    "STOP": _("It was stopped early"),
    "ELSEWHERE": _("It was given elsewhere"),
}
RESPONSES: Words = {
    "YES": _("The disease answered to blinatumomab"),
    "NO": _("The disease did not answer to blinatumomab"),
    "NOT_ASSESSED": _("Not assessed"),
}
OVERLAYS: Words = {
    "DRAFT": _("Draft, waits for signatures"),
    "IN_FORCE": _("In force"),
    "SUPERSEDED": _("Replaced by a later one"),
    "WITHDRAWN": _("Withdrawn"),
}
AGE_BANDS: Words = {"ADULT": _("Adult"), "CHILD": _("Child")}
UNMET: Words = {
    "start_overdue": _(
        "Cycle %(cycle)s: the planned start has gone by and no bag hangs. Start it, or let a physician move the start or cancel the order."
    ),
    "no_recipe_fits": _(
        "Cycle %(cycle)s: no allowed bag fills the last hours. Ask the pharmacy."
    ),
    "no_bag_in_time": _(
        "Cycle %(cycle)s: a bag cannot be made in time or would be kept too long. Ask the pharmacy."
    ),
    "visit_outside_window": _(
        "Cycle %(cycle)s: a visit must fall outside the visit hours."
    ),
    "visit_move_lost": _(
        "Cycle %(cycle)s: the visit moved to %(at)s cannot be kept: no bag lasts until then or is there then. Look at the visits again."
    ),
    "recipe_not_possible": _(
        "Cycle %(cycle)s: the bag chosen from %(at)s on (%(recipe)s) cannot be used. Look at the bags again."
    ),
    "bag_not_usable": _(
        "Cycle %(cycle)s: the plan has no use for a bag that is made (%(recipe)s, vials at least: %(vials)s)."
    ),
    "bag_must_come_down": _(
        "Cycle %(cycle)s: the dose was changed. The bag on the pump (%(recipe)s, vials at least: %(vials)s) must come down and may not run on."
    ),
    "other_dose_on_pump": _(
        "Cycle %(cycle)s: the bag on the pump gives %(mcg)s µg/d, but %(due_mcg)s µg/d is due. Ask a physician now."
    ),
    "length_missing": _(
        "Nothing after cycle %(cycle)s can be dated: no source gives a length on the way."
    ),
    "cycle_not_plannable": _(
        "Cycle %(cycle)s cannot be planned: no source says what it looks like."
    ),
    "regimen_version_changed": _(
        "The regimen file changed after the order: ordered %(ordered)s, now %(now)s."
    ),
}

LISTS: Mapping[str, Words] = {
    "course": COURSES,
    "cycle": CYCLES,
    "bag": BAGS,
    "event": event_words.EVENTS,
    "effect": event_words.EFFECTS,
    "event_reason": {**ENDS, **event_words.REASON_WORDS},
    "visit": VISITS,
    "timing": TIMINGS,
    "discard": DISCARDS,
    "work": WORK,
    "visit_kind": VISIT_KINDS,
    "place": PLACES,
    "pause": PAUSES,
    "end": ENDS,
    "message": MESSAGES,
    "message_kind": MESSAGE_KINDS,
    "message_reason": MESSAGE_REASONS,
    "channel": CHANNELS,
    "person": PEOPLE,
    "role": ROLES,
    "sex": SEXES,
    "line": LINES,
    "caregiver": CAREGIVERS,
    "link": LINKS,
    "measurement": MEASUREMENTS,
    "age_band": AGE_BANDS,
    "criterion_state": checklists.STATES,
    "criterion_kind": checklists.KINDS,
    "readiness": checklists.VERDICTS,
    "finding": checklists.FINDINGS,
    "sign_off": checklists.SIGN_OFFS,
    "restart": checklists.RESTARTS,
    "phone": {**CAREGIVERS, **checklists.PHONES},
    "block_kind": blocks.BLOCKS,
    "route": blocks.ROUTES,
    "rhythm": blocks.RHYTHMS,
    "round": blocks.ROUNDS,
    "firmness": blocks.FIRMNESS,
    "verdict": blocks.VERDICTS,
    "fact": blocks.FACTS,
    "dose_level": blocks.LEVELS,
    "assay": blocks.ASSAYS,
    "trigger": blocks.TRIGGERS,
    "block_step": BLOCK_STEPS,
    "response": RESPONSES,
    "overlay": OVERLAYS,
    "mark": blocks.MARKS,
    "fate": change_words.FATES,
    "verb": change_words.VERBS,
    "scope": change_words.SCOPES,
    "change_parameter": change_words.PARAMETERS,
    "event_title": reminder_words.TITLES,
    "to": reminder_words.TO,
    "urgency": reminder_words.URGENCY,
    "quiet": reminder_words.QUIET,
    "care_date": reminder_words.CARE_DATES,
    "mute_reason": message_words.MUTE_REASONS,
    "mute_end": message_words.MUTE_ENDS,
    "try": message_words.TRIES,
    "arrival": message_words.ARRIVALS,
    "alert": alert_words.CAUSES,
    "alert_state": alert_words.STATES,
    "alert_outcome": alert_words.OUTCOMES,
    "severity": alert_words.SEVERITIES,
    "whom": alert_words.WHOM,
    "alert_step": alert_words.STEPS,
    **adverse_words.LISTS,
    **checkin_words.LISTS,
}


def word(code: str, of: str) -> str:
    """Return what a code is called; a code without a word is shown as it is."""
    return str(LISTS[of].get(str(code), code))


def joined(texts: Iterable[str]) -> str:
    """Return texts as one list."""
    return pgettext("between words of a list", ", ").join(texts)


def options(words: Words) -> list[tuple[str, Promise]]:
    """Return the codes of a list as choices of a form."""
    return list(words.items())


def unmet(code: str, params: Mapping[str, object]) -> str:
    """Return why a plan is not complete; a code without a text is shown as it is."""
    # Plans from before bags were named with their vials say nothing of them.
    return str(UNMET.get(code, code)) % {"vials": "?", **params}
