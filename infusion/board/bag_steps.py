"""Every step a person may take with a bag, from its order to the bin."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from infusion.board.forms import bags as forms
from infusion.board.step import Step, is_running_course
from infusion.domain.bag_life import MADE
from infusion.domain.courses import BagState
from infusion.domain.states import BagStatus
from infusion.services import bags, compounding


def _may_be_discarded(bag: BagState) -> bool:
    """Say whether a bag is in somebody's hands; not while the pump runs from it."""
    stands_still = bag.status == BagStatus.HUNG and bag.dry_at is None
    return bag.status in MADE or stands_still


def _becomes(wanted: BagStatus) -> Callable[[BagState], bool]:
    """Say of a bag whether this is its next step at its site."""

    def fits(bag: BagState) -> bool:
        return wanted in bag.next_steps

    return fits


BAG_STEPS: tuple[Step, ...] = (
    Step(
        key="order_bag",
        action="bag.order",
        form=forms.BagStep,
        service=compounding.order_bag,
        title=_("Order the bag"),
        done=_("The bag is ordered."),
        is_open=is_running_course,
        of="bag",
        fits=_becomes(BagStatus.ORDERED),
    ),
    Step(
        key="compound",
        action="bag.compound",
        form=forms.Compound,
        service=compounding.compound_bag,
        title=_("Record the making"),
        done=_("The bag is made."),
        is_open=is_running_course,
        of="bag",
        fits=_becomes(BagStatus.COMPOUNDED),
    ),
    Step(
        key="check_bag",
        action="bag.check",
        form=forms.BagStep,
        service=compounding.check_compounded,
        title=_("Confirm the check"),
        done=_("The bag is checked."),
        is_open=is_running_course,
        of="bag",
        fits=_becomes(BagStatus.CHECKED),
    ),
    Step(
        key="dispatch",
        action="bag.dispatch",
        form=forms.Dispatch,
        service=compounding.dispatch_bag,
        title=_("Send the bag"),
        done=_("The bag is on its way."),
        is_open=is_running_course,
        of="bag",
        fits=_becomes(BagStatus.DISPATCHED),
    ),
    Step(
        key="deliver",
        action="bag.deliver",
        form=forms.Deliver,
        service=bags.deliver_bag,
        title=_("Record the delivery"),
        done=_("The bag is delivered."),
        is_open=is_running_course,
        of="bag",
        fits=_becomes(BagStatus.DELIVERED),
    ),
    Step(
        key="discard",
        action="bag.discard",
        form=forms.Discard,
        service=bags.discard_bag,
        title=_("Discard the bag"),
        done=_("The bag is discarded."),
        is_open=is_running_course,
        of="bag",
        fits=_may_be_discarded,
        is_grave=True,
    ),
)
