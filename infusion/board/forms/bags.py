"""The forms of a bag, from its order to the bin."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infusion.board import words
from infusion.board.forms.courses import StepForm
from infusion.board.forms.fields import Instant, Number


class BagStep(StepForm):
    """A step that needs no more than the bag: who takes it says that it is done."""


class Compound(StepForm):
    """A bag was made."""

    prepared_at = Instant(label=_("Prepared at"))
    lot = forms.CharField(label=_("Lot"), max_length=60)


class Dispatch(StepForm):
    """A bag leaves the pharmacy."""

    out_of_cold_at = Instant(
        label=_("Out of the cold since"),
        required=False,
        help_text=_("Only when it travels without the cold. Else leave it empty."),
    )


class Deliver(StepForm):
    """A bag has arrived; what the pharmacy has recorded is not asked again."""

    prepared_at = Instant(label=_("Prepared at"))
    lot = forms.CharField(label=_("Lot"), max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        bag = kwargs.get("target")
        super().__init__(*args, **kwargs)
        if bag is not None and bag.prepared_at is not None:
            del self.fields["prepared_at"], self.fields["lot"]


class Discard(StepForm):
    """A bag will not be used, or not any longer."""

    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", "–"), *words.options(words.DISCARDS)]
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    remaining_ml = Number(
        label=_("Left in the bag"),
        unit="mL",
        required=False,
        help_text=_(
            "As the clock says, with the overfill that is known. Read it again; leave it empty when nobody can tell, as after a leak."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        bag = kwargs.get("target")
        super().__init__(*args, **kwargs)
        if bag is not None and bag.left_ml is not None:
            self.initial["remaining_ml"] = f"{bag.left_ml.normalize():f}"
