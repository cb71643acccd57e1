"""The forms of adverse events: recorded, graded again, over, withdrawn."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infusion.board import adverse_words, toxicity_words
from infusion.board.forms.fields import Instant, Remark
from infusion.board.forms.people import SiteForm
from infusion.catalogue.scales import shipped_scale
from infusion.domain.adverse_events import (
    ActionTaken,
    RecordedFrom,
    Relation,
    Seriousness,
)
from infusion.domain.toxicity import GRADES, Scale, ToxicityEvent
from infusion.services.adverse_events import Graded, Noticed

_NONE = ("", "–")
_DAYS = (-60, 0)


class GradeForm(SiteForm):
    """How bad it is, by which scale, and what was done."""

    at = Instant(label=_("It was so at"), days=_DAYS)
    grade = forms.ChoiceField(
        label=_("Grade"),
        required=False,
        choices=[("", _("Cannot assess")), *((str(one), str(one)) for one in GRADES)],
    )
    scale = forms.ChoiceField(
        label=_("Scale"),
        required=False,
        choices=[_NONE, *toxicity_words.SCALES.items()],
        help_text=_("The versions of CTCAE disagree: a grade needs its scale."),
    )
    actions = forms.MultipleChoiceField(
        label=_("What was done"),
        required=False,
        choices=list(adverse_words.ACTIONS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    relation = forms.ChoiceField(
        label=_("Caused by the drug"),
        choices=list(adverse_words.RELATIONS.items()),
        initial=str(Relation.UNASSESSABLE),
    )
    seriousness = forms.ChoiceField(
        label=_("Seriousness"),
        choices=[_NONE, *adverse_words.SERIOUSNESS.items()],
    )
    note = Remark(label=_("Note"), required=False)

    def renewed(self) -> None:
        """Keep what was typed, every action of it, and take a fresh token."""
        chosen = self.data.getlist("actions")  # type: ignore[attr-defined]
        super().renewed()
        self.data = {**self.data, "actions": chosen}

    def graded(self) -> Graded:
        """Return the grade."""
        found = self.cleaned_data
        scale = Scale(found["scale"]) if found["scale"] else None
        return Graded(
            at=found["at"],
            grade=int(found["grade"]) if found["grade"] else None,
            scale=scale,
            scale_version=shipped_scale(scale).version if scale else "",
            actions=tuple(map(ActionTaken, found["actions"])),
            note=found["note"],
        )

    def again(self) -> dict[str, Any]:
        """Return what grading again takes."""
        return {
            "graded": self.graded(),
            "relation": Relation(self.cleaned_data["relation"]),
            "seriousness": Seriousness(self.cleaned_data["seriousness"]),
        }


class AdverseForm(GradeForm):
    """An adverse event with its first grade."""

    event = forms.ChoiceField(
        label=_("What"), choices=[_NONE, *toxicity_words.EVENTS.items()]
    )
    term = forms.CharField(
        label=_("In words"),
        required=False,
        max_length=120,
        help_text=_("Where it says more, such as: headache"),
    )
    onset_at = Instant(label=_("It began at"), days=_DAYS)
    field_order = ("event", "term", "onset_at", "at", "grade", "scale")

    def arguments_from(self, result_id: Any) -> dict[str, Any]:
        """Return what recording takes; ``result_id`` is the result that offered it."""
        found = self.cleaned_data
        return {
            "graded": self.graded(),
            "noticed": Noticed(
                event=ToxicityEvent(found["event"]),
                onset_at=found["onset_at"],
                seriousness=Seriousness(found["seriousness"]),
                relation=Relation(found["relation"]),
                term=found["term"],
                from_result_id=result_id,
                source=RecordedFrom.TRIAGE if result_id else RecordedFrom.NURSE,
            ),
        }


class ResolveForm(SiteForm):
    """Since when it is over."""

    at = Instant(label=_("It was over at"), days=_DAYS)
    note = Remark(label=_("Note"), required=False)

    def again(self) -> dict[str, Any]:
        """Return what resolving takes."""
        return {"at": self.cleaned_data["at"], "note": self.cleaned_data["note"]}


class WithdrawForm(SiteForm):
    """Why it should never have been recorded."""

    note = Remark(label=_("Why it should never have been recorded"))

    def again(self) -> dict[str, Any]:
        """Return what withdrawing takes."""
        return {"note": self.cleaned_data["note"]}
