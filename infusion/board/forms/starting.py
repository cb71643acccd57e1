"""The forms that look for a start and compare two plans; neither stores anything."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from infusion.board.forms.fields import START, Instant
from infusion.board.forms.people import SiteForm
from infusion.domain.ribbon import labels_in
from infusion.services.advising import FURTHEST_DAYS, PlanChoice

PATTERNS: Mapping[str, tuple[int, ...] | None] = {
    "": None,
    "NONE": (),
    "72_96": (72, 96),
}
RATES: Mapping[str, bool | None] = {"": None, "YES": True, "NO": False}
LETTERS = ("a", "b")

# "regimen/block", and what both are called.
Cycles = Sequence[tuple[str, str]]


class StartDaysForm(SiteForm):
    """Which cycle, from which day on."""

    cycle = forms.ChoiceField(label=_("Regimen and cycle"))
    first_day = forms.TypedChoiceField(
        label=_("From this day on"), coerce=dt.date.fromisoformat
    )
    hour = forms.ChoiceField(label=_("Hour of the start"), required=False)

    def __init__(
        self, *args: Any, cycles: Cycles, hours: Sequence[dt.time], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cycle"].choices = cycles  # type: ignore[attr-defined]
        today = kwargs["now"].astimezone(kwargs["zone"]).date()
        labels = labels_in(get_language() or "en")
        days = [today + dt.timedelta(days=n) for n in range(FURTHEST_DAYS + 1)]
        self.fields["first_day"].choices = [  # type: ignore[attr-defined]
            (day.isoformat(), labels.date_of(day)) for day in days
        ]
        self.fields["hour"].choices = [  # type: ignore[attr-defined]
            ("", _("the best hour of each day")),
            *((f"{hour:%H:%M}", f"{hour:%H:%M}") for hour in hours),
        ]

    def arguments(self) -> dict[str, Any]:
        """Return what the service takes; every hour is planned, one may be shown."""
        given = self.cleaned_data
        return {**cycle_named(given["cycle"]), "first_day": given["first_day"]}

    def refuse(self, field: str | None, text: str) -> None:
        """Put a refusal beside the field it is about."""
        names = {"regimen": "cycle", "block": "cycle"}
        super().refuse(names.get(field or "", field), text)


class CompareForm(SiteForm):
    """Two plans of one cycle, A and B; the cycle itself stays as it was chosen."""

    cycle = forms.CharField(widget=forms.HiddenInput, max_length=200)

    def __init__(
        self,
        *args: Any,
        recipes: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for letter in LETTERS:
            for name, field in _side_fields(recipes).items():
                self.fields[f"{letter}_{name}"] = field
                if isinstance(field, Instant):
                    field.read_in(kwargs["zone"], kwargs["now"])

    def sides(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields of each plan under its letter."""
        return [
            (letter.upper(), [self[f"{letter}_{name}"] for name in _side_fields(())])
            for letter in LETTERS
        ]

    def arguments(self) -> dict[str, Any]:
        """Return what the service takes."""
        sides = [self._side(letter) for letter in LETTERS]
        return {**cycle_named(self.cleaned_data["cycle"]), "sides": sides}

    def refuse(self, field: str | None, text: str) -> None:
        """Put a refusal above the form: either side may be meant."""
        del field
        self.add_error(None, text)

    def _side(self, letter: str) -> PlanChoice:
        given = self.cleaned_data
        return PlanChoice(
            start_at=given[f"{letter}_start_at"],
            recipe_keys=tuple(given[f"{letter}_recipes"]) or None,
            run_pattern_hours=PATTERNS[given[f"{letter}_pattern"]],
            one_rate=RATES[given[f"{letter}_rate"]],
        )


def _side_fields(recipes: Sequence[tuple[str, str]]) -> dict[str, forms.Field]:
    """Return the fields of one plan."""
    as_set = _("as the site has set it")
    return {
        "start_at": Instant(label=_("Start of the infusion"), days=START),
        "recipes": forms.MultipleChoiceField(
            label=_("Bags"),
            required=False,
            choices=recipes,
            help_text=_("None ticked: all that the patient may have."),
            widget=forms.CheckboxSelectMultiple,
        ),
        "pattern": forms.ChoiceField(
            label=_("Rhythm of bag changes"),
            required=False,
            choices=[
                ("", as_set),
                ("NONE", _("free")),
                ("72_96", _("3 and 4 days in turn")),
            ],
        ),
        "rate": forms.ChoiceField(
            label=_("All bags at one rate"),
            required=False,
            choices=[("", as_set), ("YES", _("yes")), ("NO", _("no"))],
        ),
    }


def cycle_named(text: str) -> dict[str, str]:
    """Return the regimen and the block of "regimen/block"."""
    regimen, _slash, block = text.partition("/")
    return {"regimen_key": regimen, "block_key": block}
