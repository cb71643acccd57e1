"""What is said of a course's way through its regimen, and of completing a regimen."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from infusion.wording.base import Wording

_ORDER = _("This order cannot stand")
_WAY = _("The way of the course")
_FACT = _("A fact of the decision")
_OVERLAY = _("The completion of the regimen")
_VERSION = _("The version of the regimen")

WALKING: Mapping[str, Wording] = {
    "regimen_incomplete": Wording(
        422,
        _ORDER,
        _(
            "This regimen is not complete. The site has to complete it first: %(missing)s."
        ),
    ),
    "block_not_enterable": Wording(
        422,
        _ORDER,
        _(
            "No course begins there: name a block that takes time and a round of it, without a pre-phase before."
        ),
    ),
    "no_reentry": Wording(
        409,
        _ORDER,
        _("No regimen is named to follow: the course has not left by such a way out."),
    ),
    "decision_needed": Wording(
        409,
        _WAY,
        _("A physician has to decide first which way the course goes on: %(block)s."),
    ),
    "block_open": Wording(
        409,
        _WAY,
        _("Record first what became of the block before it: %(block)s."),
    ),
    "block_not_next": Wording(
        409, _WAY, _("The course does not stand there; due is: %(due)s.")
    ),
    "block_is_cycle": Wording(
        409,
        _WAY,
        _("Blinatumomab runs in this block: order, start and end it as a cycle."),
    ),
    "block_dates_wrong": Wording(
        422,
        _WAY,
        _(
            "The block cannot have begun or ended on that day: it contradicts what is recorded."
        ),
    ),
    "gate_not_passed": Wording(
        409,
        _WAY,
        _("A physician has to record first that this block may begin."),
    ),
    "no_gate": Wording(
        409, _WAY, _("Nothing is asked before this block, or it is recorded already.")
    ),
    "way_not_open": Wording(
        409, _WAY, _("No such way leads on from where the course stands.")
    ),
    "reason_needed": Wording(
        422,
        _WAY,
        _("The facts speak against this, or do not settle it. Give a reason."),
    ),
    "response_needed": Wording(
        422,
        _WAY,
        _("Say whether the disease had answered when the patient leaves."),
    ),
    "course_over": Wording(409, _WAY, _("This course has ended.")),
    "facts_missing": Wording(
        422, _FACT, _("The decision asks for facts that are missing: %(kinds)s.")
    ),
    "fact_twice": Wording(422, _FACT, _("Give each fact once.")),
    "overlay_value_refused": Wording(
        422, _OVERLAY, _("The value at %(place)s does not fit: %(reason)s.")
    ),
    "overlay_source_missing": Wording(
        422, _OVERLAY, _("Say of every value where it is from.")
    ),
    "overlay_empty": Wording(422, _OVERLAY, _("There is no value in it.")),
    "overlay_closed": Wording(
        409,
        _OVERLAY,
        _("It is in force or over and cannot be changed. Draft a new one."),
    ),
    "overlay_draft_open": Wording(
        409, _OVERLAY, _("A draft for this regimen waits at this site already.")
    ),
    "overlay_outdated": Wording(
        409,
        _OVERLAY,
        _(
            "The regimen file has changed since. Look at the values again and save them."
        ),
    ),
    "already_signed": Wording(
        409,
        _OVERLAY,
        _(
            "This role, or you, have signed already. The other role is another person's."
        ),
    ),
    "regimen_version_same": Wording(
        409, _VERSION, _("The course is under this version already.")
    ),
    "regimen_version_gone": Wording(
        409,
        _VERSION,
        _("Another version, %(version)s, is in force now. Look at the changes again."),
    ),
    "given_rounds_would_change": Wording(
        409,
        _VERSION,
        _("It contradicts what was given: %(places)s. The course stays as it is."),
    ),
}
