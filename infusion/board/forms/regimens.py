"""The forms of the regimen pages."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infusion.board.forms.fields import Day
from infusion.domain.blocks import TIMELESS, Block
from infusion.wording.regimens import read


class RegimenSearch(forms.Form):
    """What narrows the list of regimens."""

    q = forms.CharField(
        label=_("Name, population or number"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    jurisdiction = forms.ChoiceField(label=_("Jurisdiction"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All")),
            ("complete", _("Complete")),
            ("unsigned", _("Complete, values need sign-off")),
            ("incomplete", _("Something is missing")),
        ],
    )
    site = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, jurisdictions: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [("", _("All")), *((each, each) for each in jurisdictions)]
        self.fields["jurisdiction"].choices = places  # type: ignore[attr-defined]


class Preview(forms.Form):
    """From which day, and from which block, the dates are wanted."""

    start = Day(label=_("First day"))
    block = forms.ChoiceField(label=_("Begins with"), required=False)
    site = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, blocks: Sequence[Block], today: dt.date, **kwargs: Any
    ) -> None:
        kwargs["initial"] = {"start": today}
        super().__init__(*args, **kwargs)
        given = [block for block in blocks if block.kind not in TIMELESS]
        choices = [(block.key, read(block.title)) for block in given]
        self.fields["block"].choices = choices  # type: ignore[attr-defined]
