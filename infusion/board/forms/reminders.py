"""The forms that change reminder rules and enter days of a course."""

import tomllib
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from infusion.board import words
from infusion.board.forms.fields import Instant
from infusion.board.forms.people import SiteForm
from infusion.domain.care_dates import CareDateKind

_LONGEST = 100_000
_DAYS = (0, 400)


class RulesForm(SiteForm):
    """What a site changes, written as the shipped file of rules is."""

    rules = forms.CharField(
        label=_("Changes to the shipped rules (TOML)"),
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}),
        max_length=_LONGEST,
        help_text=_(
            "Rules as in the shipped file; off = [...] leaves rules out by their key."
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


class CareDateForm(SiteForm):
    """What happens, and when."""

    kind = forms.ChoiceField(label=_("What"))
    at = Instant(label=_("When"), days=_DAYS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [
            (str(each), words.word(each, "event_title")) for each in CareDateKind
        ]
