"""What is said of the way home: facts, waivers, signatures, discharge."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from infusion.wording.base import Wording

_FACT = _("This fact cannot be recorded")
_WAIVER = _("This cannot be waived")
_SIGNATURE = _("Not signed")
_HOME = _("The way home")

READINESS: Mapping[str, Wording] = {
    "course_closed": Wording(
        409, _FACT, _("The course has ended: nothing is assessed any more.")
    ),
    "nothing_to_assess": Wording(
        409, _FACT, _("No cycle of this course runs or waits for its start.")
    ),
    "nothing_recorded": Wording(422, _FACT, _("Give at least one fact.")),
    "fact_unknown": Wording(
        422, _FACT, _("There is no such fact, or no such part of it.")
    ),
    "fact_incomplete": Wording(
        422, _FACT, _("The value is missing, or another one was given as well.")
    ),
    "fact_unit_wrong": Wording(
        422, _FACT, _("The value must be in %(expected)s. Nothing is converted.")
    ),
    "fact_impossible": Wording(
        422, _FACT, _("This is outside the scale, from %(least)s to %(most)s.")
    ),
    "fact_period_reversed": Wording(422, _FACT, _("The period ends before it begins.")),
    "fact_corrected": Wording(
        409, _FACT, _("This fact was corrected before. Correct the newer one.")
    ),
    "caregiver_not_confirmed": Wording(
        422, _FACT, _("This person is no confirmed caregiver of this patient.")
    ),
    "criterion_unknown": Wording(422, _WAIVER, _("There is no such criterion.")),
    "criterion_hard": Wording(
        409, _WAIVER, _("This is a hard criterion: nobody can waive it.")
    ),
    "nothing_to_waive": Wording(
        409, _WAIVER, _("This criterion holds nobody back as it stands.")
    ),
    "waiver_role": Wording(
        403, _WAIVER, _("Another role may waive this criterion: %(roles)s.")
    ),
    "reason_missing": Wording(422, _WAIVER, _("Say why.")),
    "assessment_outdated": Wording(
        409,
        _SIGNATURE,
        _("Something has changed since this was shown to you. Look at it again."),
    ),
    "not_ready": Wording(
        409, _SIGNATURE, _("Not ready: %(criteria)s neither met nor waived.")
    ),
    "signed_by_you": Wording(
        409, _SIGNATURE, _("You have signed. The other signature is another person's.")
    ),
    "not_signed_by_you": Wording(
        409, _SIGNATURE, _("No signature of yours stands here any more.")
    ),
    "sign_off_complete": Wording(409, _SIGNATURE, _("Both have signed.")),
    "signature_role": Wording(
        403, _SIGNATURE, _("Another role has to sign: %(roles)s.")
    ),
    "not_ready_for_home": Wording(
        409,
        _HOME,
        _(
            "Going home needs two signatures that still hold. A physician may decide otherwise, with a reason."
        ),
    ),
    "pump_differs": Wording(
        409,
        _HOME,
        _("This is not the pump that was assessed. Check the serial number."),
    ),
    "volume_impossible": Wording(
        422, _HOME, _("The bag held %(most)s mL; no more can be left.")
    ),
    "home_pump_not_allowed": Wording(
        409,
        _HOME,
        _("The site has not signed that patients stay on the home pump on the ward."),
    ),
}
