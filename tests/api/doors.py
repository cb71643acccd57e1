"""The table of every route: which action each method needs."""

from dataclasses import dataclass
from typing import Any

from tests.api.world import STAFF

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
LINKED = {"PATIENT", "CAREGIVER", "HOME_NURSE"}
PLACES = ("own", "neighbour", "stranger")
OPEN = "everybody"
KNOWN = "logged in"
# Each sees and changes what is theirs alone: tests/api/test_inbox.py, test_push.py.
OWN = "their own"


@dataclass(frozen=True)
class Api:
    """A REST route: the action each method needs."""

    needs: dict[str, str]
    body: dict[str, str] | None = None
    # Whom the address names: a patient, or a site alone.
    of: str = "patient"
    # What it names beside that, by key.
    key: str = "us-label-rr"


@dataclass(frozen=True)
class Console:
    """A console route: for staff only, and the action each method needs."""

    needs: dict[str, str]
    key: str = ""
    of: str = "course"


@dataclass(frozen=True)
class Family:
    """A page for a patient and their caregivers alone, whatever role staff have."""

    needs: dict[str, str]
    of: str = "course"


def get(action: str) -> Api:
    return Api({"GET": action})


def post(action: str) -> Api:
    return Api({"POST": action})


def both(view: str, change: str) -> Api:
    return Api({"GET": view, "POST": change})


def page(view: str, change: str = "") -> Console:
    return Console({"GET": view, **({"POST": change} if change else {})})


def step(key: str, action: str, of: str = "course") -> Console:
    return Console({"GET": action, "POST": action}, key, of)


ROUTES: dict[str, Any] = {
    "livez": OPEN,
    "readyz": OPEN,
    # Behind a token of its own: tests/api/test_health.py.
    "metrics": OPEN,
    "set_language": OPEN,
    # Behind the provider's signature: tests/api/test_delivery_reports.py.
    "delivery_report": OPEN,
    "auth:login": OPEN,
    "auth:session": OPEN,
    "auth:reauthenticate": OPEN,
    "auth:change_password": OPEN,
    "me": KNOWN,
    "inbox": KNOWN,
    "push_key": KNOWN,
    "push_subscriptions": KNOWN,
    "inbox_message": OWN,
    "acknowledge_message": OWN,
    "account_channels": OWN,
    "account_channel": OWN,
    "push_subscription": OWN,
    "schema": Api({"GET": "schema"}),
    "sites": get("site.view"),
    "patients": Api(
        {"GET": "patient.view", "POST": "patient.create"},
        {"mrn": "M1", "family_name": "Doe", "site_id": "{site}"},
    ),
    "patient": Api({"GET": "patient.view", "PATCH": "patient.change"}),
    "measurements": both("patient.view", "measurement.record"),
    "contacts": both("contact.view", "contact.change"),
    "verify": post("contact.change"),
    "opt_out": post("contact.opt_out"),
    "caregivers": both("caregiver.view", "caregiver.invite"),
    "confirm_caregiver": post("caregiver.confirm"),
    "revoke_caregiver": post("caregiver.revoke"),
    "regimens": get("regimen.view"),
    "regimen": get("regimen.view"),
    "regimen_outlook": get("regimen.view"),
    "site_overlays": Api({"GET": "overlay.view", "POST": "overlay.draft"}, of="site"),
    "overlay": Api({"GET": "overlay.view", "PATCH": "overlay.draft"}, of="site"),
    "sign_overlay": Api({"POST": "overlay.sign"}, of="site"),
    "patient_check_ins": get("checkin.view"),
    "check_in": get("checkin.view"),
    "check_in_sheet": get("checkin.view"),
    "check_in_answers": post("checkin.answer"),
    "enter_check_in": post("checkin.enter"),
    "look_at": post("checkin.look"),
    "course_sheet": get("checkin.view"),
    "course_check_ins": post("checkin.answer"),
    "enter_unplanned": post("checkin.enter"),
    "call_wanted": post("checkin.answer"),
    "correct_answers": post("checkin.enter"),
    "answer_photos": post("checkin.answer"),
    "photo": get("checkin.view"),
    "adverse_events": both("adverse.view", "adverse.record"),
    "adverse_event": get("adverse.view"),
    "grade_adverse_event": post("adverse.record"),
    "resolve_adverse_event": post("adverse.record"),
    "withdraw_adverse_event": post("adverse.record"),
    "fhir_adverse_events": get("adverse.view"),
    "fhir_adverse_event": get("adverse.view"),
    "site_advice": Api({"GET": "advice.view", "POST": "advice.change"}, of="site"),
    "approve_advice": Api({"POST": "advice.change"}, of="site"),
    "withdraw_advice": Api({"POST": "advice.change"}, of="site"),
    "site_wordings": Api({"GET": "advice.view", "POST": "advice.change"}, of="site"),
    "sign_wording": Api({"POST": "advice.change"}, of="site"),
    "withdraw_wording": Api({"POST": "advice.change"}, of="site"),
    "board:cadence": page("alert.view"),
    "board:correct_answers": step("", "checkin.enter"),
    "board:site_texts": Console({"GET": "advice.view", "POST": "advice.change"}),
    "board:advice_step": Console({"POST": "advice.change"}),
    "board:wording_step": Console({"POST": "advice.change"}),
    "alerts": get("alert.view"),
    "alert": get("alert.view"),
    "take_alert": post("alert.take"),
    "hand_over_alert": post("alert.take"),
    "resolve_alert": post("alert.take"),
    "board:alerts": page("alert.view"),
    "board:alert": Console({"GET": "alert.view", "POST": "alert.take"}),
    "care_dates": both("date.view", "date.enter"),
    "end_care_date": post("date.enter"),
    "site_reminders": Api({"GET": "reminders.view"}, of="site"),
    "reminder_documents": Api(
        {"GET": "reminders.view", "POST": "reminders.change"}, of="site"
    ),
    "preview_reminders": Api({"POST": "reminders.change"}, of="site"),
    "activate_reminders": Api({"POST": "reminders.change"}, of="site"),
    "withdraw_reminders": Api({"POST": "reminders.change"}, of="site"),
    "site_shifts": Api({"GET": "rota.view", "POST": "rota.plan"}, of="site"),
    "on_call": Api({"GET": "rota.view"}, of="site"),
    "assign_shift": Api({"POST": "rota.plan"}, of="site"),
    "remove_shift": Api({"POST": "rota.plan"}, of="site"),
    "offer_shift": Api({"POST": "rota.swap"}, of="site"),
    "answer_swap": Api({"POST": "rota.swap"}, of="site"),
    "withdraw_overlay": Api({"POST": "overlay.withdraw"}, of="site"),
    "plan_definition": get("regimen.view"),
    "fhir_questionnaires": get("regimen.view"),
    "fhir_questionnaire": Api({"GET": "regimen.view"}, key="daily-adult"),
    "patient_courses": both("course.view", "course.order"),
    "course_preview": post("course.preview"),
    "start_days": post("course.preview"),
    "compare_plans": post("course.preview"),
    "courses": get("course.view"),
    "course": get("course.view"),
    "course_plan": get("course.view"),
    "course_ribbon": get("course.view"),
    "course_outlook": get("course.view"),
    "course_decisions": both("walk.view", "course.decide"),
    "course_blocks": post("block.record"),
    "course_gate": post("gate.pass"),
    "stop_course": post("course.stop"),
    "order_reentry": post("course.order"),
    "regimen_version": both("walk.view", "course.change_regimen"),
    "course_messages": get("message.view"),
    "message": get("message.trace"),
    "resend_message": post("message.follow_up"),
    "message_calls": post("message.follow_up"),
    "patient_mutes": both("mute.view", "mute.set"),
    "mute": get("mute.view"),
    "move_mute_end": post("mute.set"),
    "unmute": post("mute.set"),
    "start_cycle": post("cycle.start"),
    "move_start": post("cycle.move"),
    "cancel_cycle": post("cycle.cancel"),
    "end_cycle": post("cycle.end"),
    "next_cycle": post("cycle.order"),
    "preview_change": post("plan.change"),
    "course_changes": both("walk.view", "plan.change"),
    "assess_toxicity": post("toxicity.view"),
    "toxicity_decisions": both("toxicity.view", "toxicity.decide"),
    "replace_cycle": post("cycle.replace"),
    "course_events": both("event.view", "event.record"),
    "correct_event": post("event.correct"),
    "withdraw_event": post("event.correct"),
    "pause": post("infusion.pause"),
    "resume": post("infusion.resume"),
    "placement": post("placement.change"),
    "readiness": get("readiness.view"),
    "readiness_facts": post("readiness.record"),
    "readiness_waivers": post("readiness.waive"),
    "readiness_signatures": post("readiness.sign"),
    "withdraw_signature": post("readiness.sign"),
    "discharge": post("placement.change"),
    "readmit": post("placement.change"),
    "handover": get("readiness.view"),
    "hang": post("bag.hang"),
    "hang_check": get("bag.confirm"),
    "confirm_hang": post("bag.confirm"),
    "withdraw_hang": post("bag.hang"),
    "bags": get("course.view"),
    "bag": get("course.view"),
    "bag_work": Api({"GET": "bag.work"}, of="site"),
    "order_bag": post("bag.order"),
    "compound_bag": post("bag.compound"),
    "check_bag": post("bag.check"),
    "dispatch_bag": post("bag.dispatch"),
    "deliver_bag": post("bag.deliver"),
    "discard_bag": post("bag.discard"),
    "visits": get("course.view"),
    "assign_visit": post("visit.assign"),
    "board:check_ins": page("checkin.view"),
    "board:check_in": page("checkin.view", "checkin.look"),
    "board:enter_check_in": page("checkin.enter", "checkin.enter"),
    "board:enter_unplanned": page("checkin.enter", "checkin.enter"),
    "board:adverse_events": page("adverse.view", "adverse.record"),
    "board:adverse_event": page("adverse.view", "adverse.record"),
    "board:watching": Console({"GET": "alert.view"}, of="site"),
    "board:my": Family({"GET": "checkin.answer"}),
    "board:my_check_in": Family({"GET": "checkin.answer", "POST": "checkin.answer"}),
    "board:my_worker": OPEN,
    "board:my_kept": Family({"GET": "checkin.answer"}),
    "board:my_check_in_kept": Family({"GET": "checkin.answer"}),
    "board:my_tell_kept": Family({"GET": "checkin.answer"}),
    "board:my_paper": Family({"GET": "checkin.answer"}),
    "board:my_tell": Family({"GET": "checkin.answer", "POST": "checkin.answer"}),
    "board:ring_me": Family({"POST": "checkin.answer"}),
    "board:home": OPEN,
    "board:login": OPEN,
    "board:logout": OPEN,
    "board:patients": page("patient.view"),
    "board:patient": page("patient.view", "measurement.record"),
    "board:order": page("course.preview", "course.preview"),
    "board:order_entries": page("course.preview", "course.preview"),
    "board:start_days": page("course.preview", "course.preview"),
    "board:compare": page("course.preview", "course.preview"),
    "board:regimens": page("regimen.view"),
    "board:pharmacy": Console({"GET": "bag.work"}, of="site"),
    "board:regimen": Console({"GET": "regimen.view"}, "us-label-rr", "site"),
    "board:overlays": Console(
        {"GET": "overlay.view", "POST": "overlay.draft"}, "us-label-rr", "site"
    ),
    "board:triage_rules": Console(
        {"GET": "triage.view", "POST": "triage.draft"}, of="site"
    ),
    "board:triage_document": Console(
        {"GET": "triage.view", "POST": "triage.draft"}, of="site"
    ),
    "board:reminders": Console(
        {"GET": "reminders.view", "POST": "reminders.change"}, of="site"
    ),
    "board:reminder_step": Console({"POST": "reminders.change"}, of="site"),
    "board:care_dates": page("date.view", "date.enter"),
    "board:end_care_date": Console({"POST": "date.enter"}),
    "board:rota": Console({"GET": "rota.view", "POST": "rota.plan"}, of="site"),
    "board:hold_shift": Console({"POST": "rota.plan"}, of="site"),
    "board:offer_shift": Console({"POST": "rota.swap"}, of="site"),
    "board:overlay": Console({"POST": "overlay.sign"}, of="site"),
    "board:outlook": page("course.view"),
    "board:decide": page("course.decide", "course.decide"),
    "board:changes": page("plan.change"),
    "board:change": [
        step("defer", "cycle.move"),
        step("omit", "round.omit"),
        step("cease", "course.stop"),
        step("hold", "infusion.pause"),
        step("resume", "infusion.resume"),
        step("change_placement", "placement.change"),
        step("move_visit", "visit.move"),
        step("swap_recipe", "recipe.swap"),
        step("change_weight", "dose.reweigh"),
    ],
    "board:toxicity": page("toxicity.view", "toxicity.view"),
    "board:replace_cycle": page("cycle.replace", "cycle.replace"),
    "board:gate": page("gate.pass", "gate.pass"),
    "board:block": page("block.record", "block.record"),
    "board:version": page("course.change_regimen", "course.change_regimen"),
    "board:course": page("course.view"),
    "board:message": page("message.trace", "message.follow_up"),
    "board:mute": page("mute.view", "mute.set"),
    "board:status": page("course.view"),
    "board:readiness": page("readiness.view", "readiness.sign"),
    "board:withdraw_signature": Console({"POST": "readiness.sign"}),
    "board:record_facts": Console(
        {"GET": "readiness.record", "POST": "readiness.record"}, "TC06"
    ),
    "board:waive": Console(
        {"GET": "readiness.waive", "POST": "readiness.waive"}, "TC06"
    ),
    "board:handover": page("readiness.view"),
    "board:on_call": page("readiness.view"),
    "board:step": [
        step("discharge", "placement.change"),
        step("readmit", "placement.change"),
        step("start", "cycle.start"),
        step("hang", "bag.hang"),
        step("pause", "infusion.pause"),
        step("resume", "infusion.resume"),
        step("event", "event.record_any"),
        step("placement", "placement.change"),
        step("move", "cycle.move"),
        step("cancel", "cycle.cancel"),
        step("end", "cycle.end"),
        step("next", "cycle.order"),
    ],
    "board:step_on": [
        step("confirm", "bag.confirm", "check"),
        step("withdraw", "bag.hang", "check"),
        step("order_bag", "bag.order", "bag"),
        step("compound", "bag.compound", "bag"),
        step("check_bag", "bag.check", "bag"),
        step("dispatch", "bag.dispatch", "bag"),
        step("deliver", "bag.deliver", "bag"),
        step("discard", "bag.discard", "bag"),
        step("assign", "visit.assign", "visit"),
        step("correct", "event.correct", "event"),
        step("undo", "event.correct", "event"),
    ],
}
# No policy row: the page asks for staff.
STAFF_ONLY = {"schema": frozenset(STAFF)}
