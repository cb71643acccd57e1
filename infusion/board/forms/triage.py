"""The forms that write triage rules, and that say what to look back at."""

import tomllib
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from infusion.board.forms.people import SiteForm

_LONGEST = 200_000
DAYS = (7, 28, 90)
GRADES = (1, 2, 3, 4, 5)
HOURS = (6, 12, 24, 48, 72)


class TriageRulesForm(SiteForm):
    """A whole set of rules, written as the shipped file is."""

    rules = forms.CharField(
        label=_("The rules (TOML)"),
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"}),
        max_length=_LONGEST,
        help_text=_(
            "The whole set, as it is to count. What differs from a shipped rule with a "
            "source gets the mark I. Times are in hours, temperatures in °C."
        ),
    )

    def clean_rules(self) -> dict[str, Any]:
        """Read the text.

        :raises ValidationError: when it is not TOML, or no machine should read it.
        """
        text = str(self.cleaned_data["rules"]).replace("\r\n", "\n")
        try:
            return tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValidationError(
                _("This cannot be read: %(error)s"), params={"error": error}
            ) from None

    def refuse(self, field: str | None, text: str) -> None:
        """Put every refusal beside the text."""
        del field
        super().refuse("rules", text)


class LookBack(forms.Form):
    """How many days to read again, and from which adverse events to look back."""

    days = forms.TypedChoiceField(
        label=_("Days"), coerce=int, choices=[(each, each) for each in DAYS]
    )
    grade = forms.TypedChoiceField(
        label=_("Adverse events from grade"),
        coerce=int,
        choices=[(each, each) for each in GRADES],
    )
    hours = forms.TypedChoiceField(
        label=_("Hours before"), coerce=int, choices=[(each, each) for each in HOURS]
    )
    usual = {"days": 28, "grade": 1, "hours": 24}

    def __init__(self, data: Any = None) -> None:
        given = {key: data.get(key, value) for key, value in self.usual.items()}
        super().__init__(given)

    def asked(self) -> dict[str, int]:
        """Return what was chosen; what can't be chosen is as usual."""
        self.is_valid()
        return {key: self.cleaned_data.get(key, self.usual[key]) for key in self.usual}
