"""The forms of a toxicity: what is known, what is decided, and a cycle that replaces."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infusion.board import toxicity_words as words
from infusion.board.forms.courses import StepForm
from infusion.board.forms.fields import START, Instant, Number, Remark
from infusion.domain.courses import CourseState
from infusion.domain.toxicity import (
    Choice,
    Missing,
    Scale,
    ToxicityEvent,
)
from infusion.selectors.toxicity import ToxicityAsked

_NONE = ("", "–")
_GRADES = [_NONE, *((str(one), str(one)) for one in range(1, 5))]
_GRADES_NOW = [_NONE, ("0", _("0 (gone)")), *_GRADES[1:]]


class ToxicityForm(StepForm):
    """A toxicity with what is known of it; what is left empty is not known."""

    event = forms.ChoiceField(
        label=_("Toxicity"), choices=[_NONE, *words.EVENTS.items()]
    )
    onset_at = Instant(label=_("It began at"))
    grade = forms.ChoiceField(label=_("Highest grade"), choices=_GRADES, required=False)
    scale = forms.ChoiceField(
        label=_("Graded by"),
        choices=[_NONE, *words.SCALES.items()],
        required=False,
        help_text=_("The same number means another thing on another scale."),
    )
    grade_now = forms.ChoiceField(
        label=_("Grade now"), choices=_GRADES_NOW, required=False
    )
    settled_at = Instant(
        label=_("Settled since"),
        required=False,
        help_text=_("Since when the grade is at or below the one the rule asks for."),
    )
    seizures = Number(label=_("Seizures so far"), unit="", required=False)
    transaminases = Number(
        label=_("Transaminases, the higher one"), unit="× ULN", required=False
    )
    bilirubin = Number(label=_("Bilirubin"), unit="× ULN", required=False)
    choice = forms.ChoiceField(
        label=_("The decision"), choices=[_NONE, *words.CHOICES.items()], required=False
    )
    stopped_at = Instant(
        label=_("The pump was stopped at"),
        required=False,
        help_text=_("Only for an interruption; left empty it is now."),
    )
    reason = Remark(
        label=_("Reason"),
        required=False,
        help_text=_("Needed when no rule offers what is decided."),
    )

    def __init__(
        self,
        *args: Any,
        is_assessing: bool = False,
        asked: ToxicityAsked | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.is_assessing = is_assessing
        if asked is not None:
            self.initial.update(_typed(asked))

    def first_values(self, _state: CourseState, now: dt.datetime) -> dict[str, Any]:
        """Begin with nothing but the present as the onset."""
        return {"onset_at": now}

    def clean(self) -> dict[str, Any]:
        """Ask for the decision, unless only the rules are looked at.

        :raises ValidationError: when a grade has no scale, or there is no decision.
        """
        typed = super().clean() or self.cleaned_data
        if typed.get("grade") and not typed.get("scale"):
            self.add_error("scale", _("Say by which scale the grade was given."))
        if not self.is_assessing and not typed.get("choice"):
            self.add_error("choice", _("Choose what is decided."))
        seizures = typed.get("seizures")
        if seizures is not None and seizures != seizures.to_integral_value():
            self.add_error("seizures", _("Write a whole number."))
        return typed

    def asked(self) -> ToxicityAsked:
        """Return what was typed as the service takes it."""
        typed = self.cleaned_data
        multiples = {
            Missing.TRANSAMINASES_X_ULN: typed["transaminases"],
            Missing.BILIRUBIN_X_ULN: typed["bilirubin"],
        }
        seizures = typed["seizures"]
        return ToxicityAsked(
            event=ToxicityEvent(typed["event"]),
            onset_at=typed["onset_at"],
            grade=_whole(typed["grade"]),
            scale=Scale(typed["scale"]) if typed["grade"] else None,
            grade_now=_whole(typed["grade_now"]),
            settled_at=typed["settled_at"],
            seizures=None if seizures is None else int(seizures),
            multiples={key: one for key, one in multiples.items() if one is not None},
        )

    def arguments(self) -> dict[str, Any]:
        """Return what the service takes, beside actor, course and now."""
        typed = self.cleaned_data
        return {
            "asked": self.asked(),
            # Not a field: the page always carries that of the rule it shows.
            "shown": self.data.get("shown", ""),
            "choice": Choice(typed["choice"]),
            "stopped_at": typed["stopped_at"],
            "reason": typed["reason"],
            "expected_version": typed["version"],
        }


def _whole(typed: str) -> int | None:
    return int(typed) if typed else None


class ReplaceCycle(StepForm):
    """A cycle in place of one that stood still too long; nothing is proposed."""

    start_at = Instant(label=_("Start of the new cycle"), days=START)
    repeats = forms.ChoiceField(
        label=_("How does the new cycle count?"),
        choices=[
            _NONE,
            ("YES", _("It repeats the round that was stopped")),
            ("NO", _("It is the next one of the regimen")),
        ],
        help_text=_("No source says: a physician does."),
    )
    begins_low = forms.ChoiceField(
        label=_("With which dose does it begin?"),
        choices=[
            _NONE,
            ("YES", _("With the low dose, then the step")),
            ("NO", _("With the full dose of its block")),
        ],
        help_text=_("No source says: a physician does."),
    )
    reason = Remark(label=_("Reason"))

    def arguments(self) -> dict[str, Any]:
        """Return what the service takes, beside actor, course and now."""
        given = super().arguments()
        return {
            **given,
            "repeats": given["repeats"] == "YES",
            "begins_low": given["begins_low"] == "YES",
        }


def _typed(asked: ToxicityAsked) -> dict[str, Any]:
    """Return what is known of an adverse event as it stands in the form."""
    return {
        "event": asked.event.value,
        "onset_at": asked.onset_at,
        "grade": "" if asked.grade is None else str(asked.grade),
        "scale": asked.scale.value if asked.scale else "",
        "grade_now": "" if asked.grade_now is None else str(asked.grade_now),
        "settled_at": asked.settled_at,
    }
