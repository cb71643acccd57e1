"""What is said of courses, cycles, bags, pumps and visits."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from infusion.wording.base import Wording

_ORDER = _("This order cannot stand")
_CYCLE = _("The cycle")
_BAG = _("This bag cannot go up")
_PUMP = _("The pump is not set to the label")
_CHECK = _("Second check")
_CLOCK = _("The infusion")
_PLACE = _("The placement")
_CATALOGUE = _("The catalogue")

COURSES: Mapping[str, Wording] = {
    "regimen_unknown": Wording(
        422, _ORDER, _("There is no such regimen. Known are: %(known)s.")
    ),
    "cycle_not_in_regimen": Wording(
        422, _ORDER, _("This regimen has at most %(max_cycles)s cycles.")
    ),
    "cycle_not_plannable": Wording(
        422, _ORDER, _("No source says what a cycle of block %(block)s looks like.")
    ),
    "block_unknown": Wording(
        422, _ORDER, _("The regimen has no such block. Known are: %(known)s.")
    ),
    "fact_not_usable": Wording(
        422, _("The decision"), _("This value does not fit the fact it is given for.")
    ),
    "dose_not_in_regimen": Wording(
        422, _ORDER, _("The regimen gives no dose for a patient of this weight.")
    ),
    "start_in_the_past": Wording(
        422, _ORDER, _("A cycle cannot be planned to start in the past.")
    ),
    "start_not_read": Wording(
        422, _ORDER, _("This start cannot be read. Write it as 2026-03-01T08:00Z.")
    ),
    "weight_missing": Wording(
        422, _ORDER, _("There is no weight of this patient to dose by.")
    ),
    "weight_too_old": Wording(
        422,
        _ORDER,
        _("The last weight is older than %(days)s days. Weigh the patient again."),
    ),
    "height_missing": Wording(422, _ORDER, _("A dose by body surface needs a height.")),
    "height_too_old": Wording(
        422,
        _ORDER,
        _("The last height is older than %(days)s days. Measure the patient again."),
    ),
    "dose_rounds_to_zero": Wording(
        422,
        _ORDER,
        _("Nothing is left of so small a dose once it is rounded. Check the weight."),
    ),
    "course_already_open": Wording(
        409, _ORDER, _("This patient has a course that has not ended.")
    ),
    "patient_not_active": Wording(
        409, _ORDER, _("This patient has died or is no longer cared for here.")
    ),
    "no_cycle_to_start": Wording(409, _CYCLE, _("No cycle is planned.")),
    "no_planned_cycle": Wording(
        409,
        _CYCLE,
        _("No cycle waits for its start: nothing can be moved or cancelled."),
    ),
    "no_running_cycle": Wording(
        409, _CYCLE, _("No cycle of this course has been started.")
    ),
    "cycle_still_open": Wording(
        409, _CYCLE, _("The cycle before this one has not ended.")
    ),
    "no_further_cycle": Wording(409, _CYCLE, _("This course has no further cycle.")),
    "premedication_not_confirmed": Wording(
        422,
        _CYCLE,
        _(
            "Confirm first that premedication was given as the regimen asks, or that none is due."
        ),
    ),
    "supervised_start_needed": Wording(
        409,
        _CYCLE,
        _(
            "A cycle starts under supervision, on the ward or in the clinic, not at home."
        ),
    ),
    "first_bag_not_delivered": Wording(
        409,
        _CYCLE,
        _(
            "No bag at hand can begin the cycle: none was delivered, or it is past its use-by or holds another dose."
        ),
    ),
    "dose_would_change": Wording(
        409,
        _CYCLE,
        _(
            "A newer weight gives another dose than the bags hold. Cancel the order and order the cycle again."
        ),
    ),
    "hours_missing": Wording(
        422,
        _CYCLE,
        _(
            "The cycle is not complete: %(minutes)s minutes have not been delivered. A physician may complete it with a reason."
        ),
    ),
    "free_interval_not_over": Wording(
        422, _CYCLE, _("The treatment-free days are not over before %(earliest)s.")
    ),
    "bag_unknown": Wording(422, _BAG, _("No bag carries this code.")),
    "bag_of_another_patient": Wording(
        422, _BAG, _("This bag is not for this patient and this cycle. Do not hang it.")
    ),
    "bag_not_delivered": Wording(409, _BAG, _("This bag has not been delivered.")),
    "bag_already_hung": Wording(409, _BAG, _("This bag hangs or has hung already.")),
    "bag_discarded": Wording(
        409, _BAG, _("This bag was thrown away or is no longer planned.")
    ),
    "bag_expired": Wording(
        422, _BAG, _("This bag is past its use-by. Do not hang it.")
    ),
    "bag_of_another_dose": Wording(
        422,
        _BAG,
        _("This bag holds another dose than the one due now. Do not hang it."),
    ),
    "dose_change_not_sane": Wording(
        422, _CYCLE, _("This change of the dose does not say what its kind needs.")
    ),
    "toxicity_facts_not_sane": Wording(
        422,
        _("The toxicity"),
        _("What is said of the toxicity contradicts itself."),
    ),
    "new_cycle_not_due": Wording(
        409,
        _CLOCK,
        _("The stop is not so long that a new cycle is due: this one may go on."),
    ),
    "low_step_unknown": Wording(
        409,
        _CYCLE,
        _("No source gives this regimen a low dose to begin again with."),
    ),
    "bag_expired_at_delivery": Wording(
        422, _BAG, _("This bag passed its cold limit before it came.")
    ),
    "another_bag_hanging": Wording(
        409, _BAG, _("A bag hangs already. Say that this one replaces it.")
    ),
    "not_the_hanging_bag": Wording(
        409, _BAG, _("The bag to be replaced is not the one on the pump.")
    ),
    "hang_in_the_future": Wording(422, _BAG, _("This instant has not come yet.")),
    "hang_too_early": Wording(
        422, _BAG, _("Something later than this instant has been recorded.")
    ),
    "pharmacy_step_left_out": Wording(
        409,
        _("The bag"),
        _(
            "The pharmacy of this site records its steps here: order, make, check and send this bag first."
        ),
    ),
    "pharmacy_steps_not_recorded": Wording(
        409,
        _("The bag"),
        _("The pharmacy of this site does not record its steps. Record the delivery."),
    ),
    "making_unknown": Wording(422, _("The bag"), _("Say when this bag was made.")),
    "making_differs": Wording(
        422,
        _("The bag"),
        _("The pharmacy recorded that this bag was made at another time."),
    ),
    "discard_note_missing": Wording(
        422, _("The bag"), _("Say in a few words why the bag is thrown away.")
    ),
    "pause_first": Wording(
        409, _("The bag"), _("Pause the pump before you discard the bag it runs from.")
    ),
    "event_too_early": Wording(
        422,
        _CLOCK,
        _("This lies before the go, the last bag change or another recorded fact."),
    ),
    "rate_differs": Wording(
        422, _PUMP, _("The rate is not the rate on the label. Check the pump.")
    ),
    "volume_differs": Wording(
        422, _PUMP, _("The volume is not the volume on the label. Check the pump.")
    ),
    "end_differs": Wording(
        422, _PUMP, _("The end does not follow from rate and volume. Check the pump.")
    ),
    "second_check_differs": Wording(
        422,
        _CHECK,
        _(
            "The second reading differs from the first. Read the pump again, both of you."
        ),
    ),
    "same_person_twice": Wording(
        409, _CHECK, _("The second check needs another person.")
    ),
    "check_already_open": Wording(
        409, _CHECK, _("A first check of this course waits for its second person.")
    ),
    "check_closed": Wording(
        409, _CHECK, _("This check was confirmed or withdrawn already.")
    ),
    "restart_needs_supervision": Wording(
        422,
        _CLOCK,
        _(
            "The infusion stood still for four hours or more. Restart it under supervision and with premedication."
        ),
    ),
    "rule_not_shown": Wording(
        409,
        _CLOCK,
        _(
            "The rules say something else of these facts than what you looked at."
            " Look at the rule again, then decide."
        ),
    ),
    "hold_stands": Wording(
        409,
        _CLOCK,
        _(
            "A physician holds the infusion for a toxicity: a physician decides before"
            " the pump runs again."
        ),
    ),
    "overdose_too_recent": Wording(
        409,
        _CLOCK,
        _(
            "The line was flushed: after an overdose the pump stands still at least"
            " 12 hours. Call the physician."
        ),
    ),
    "new_cycle_needed": Wording(
        409,
        _CLOCK,
        _(
            "It stood still for more than seven days after an adverse event: a new cycle is needed."
        ),
    ),
    "gap_rule_missing": Wording(
        409,
        _CLOCK,
        _("No source says how to go on after so long a stop. A physician must decide."),
    ),
    "not_running": Wording(409, _CLOCK, _("The pump does not run.")),
    "not_paused": Wording(409, _CLOCK, _("The pump does not stand still.")),
    "no_bag_hanging": Wording(409, _CLOCK, _("No bag hangs on the pump.")),
    "bag_is_empty": Wording(
        409, _CLOCK, _("The bag on the pump is empty. Hang the next one.")
    ),
    "reason_unknown": Wording(
        422, _CLOCK, _("There is no such reason. Known are: %(known)s.")
    ),
    "ledger_broken": Wording(
        422,
        _CLOCK,
        _(
            "This cannot have happened at that instant: it contradicts what is recorded."
        ),
    ),
    "placement_unknown": Wording(
        422, _PLACE, _("There is no such placement. Known are: %(known)s.")
    ),
    "already_there": Wording(409, _PLACE, _("The patient is there already.")),
    "placement_too_early": Wording(
        422, _PLACE, _("A later placement is recorded already.")
    ),
    "inpatient_days_not_over": Wording(
        422,
        _PLACE,
        _(
            "The label recommends the hospital for longer. A physician may decide otherwise, with a reason."
        ),
    ),
    "visit_closed": Wording(409, _("The visit"), _("This visit is done or cancelled.")),
    "visitor_not_suitable": Wording(
        422,
        _("The visit"),
        _("This person makes no visits, or does not look after this patient."),
    ),
    "window_not_sane": Wording(
        422,
        _("Working hours"),
        _("A visit window must lie within one day and end after it begins."),
    ),
    "chain_not_sane": Wording(
        422, _CATALOGUE, _("What is asked of a chain of bags contradicts itself.")
    ),
    "recipe_unknown": Wording(422, _CATALOGUE, _("There is no such bag recipe.")),
    "recipe_not_sane": Wording(422, _CATALOGUE, _("The recipe contradicts itself.")),
    "regimen_not_sane": Wording(422, _CATALOGUE, _("The regimen contradicts itself.")),
    "catalogue_file_refused": Wording(
        422, _CATALOGUE, _("A file of the catalogue is not sound.")
    ),
}
