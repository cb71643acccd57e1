"""The form of a change of the plan: each verb asks for what it needs."""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from infusion.board import change_words, words
from infusion.board.forms.courses import StepForm
from infusion.board.forms.fields import START, Instant, Remark
from infusion.board.templatetags.board import recipe
from infusion.domain.changes import SCOPES, Change, Scope, Verb
from infusion.domain.courses import VisitState
from infusion.domain.ribbon import labels_in
from infusion.domain.states import PlacementKind

Choices = list[tuple[str, str]]


class ChangeForm(StepForm):
    """What is changed, how far it reaches, and why; ``shown`` is what was looked at."""

    shown = forms.CharField(
        widget=forms.HiddenInput, required=False, max_length=200, initial=""
    )
    scope = forms.ChoiceField(label=_("How far"))
    at = Instant(label=_("At"))
    visit_id = forms.ChoiceField(label=_("Visit"))
    to = Instant(label=_("New time"), days=START)
    bag_change = forms.ChoiceField(label=_("From the bag change at"), required=False)
    recipe = forms.ChoiceField(label=_("Bag"))
    place = forms.ChoiceField(label=_("Where"), choices=words.options(words.PLACES))
    supervised = forms.BooleanField(
        label=_("Restarted under supervision, with premedication"), required=False
    )
    override_reason = Remark(
        label=_("Physician's reason, where the rules speak against it"), required=False
    )
    reason = Remark(label=_("Reason"), max_length=200)

    def __init__(
        self,
        *args: Any,
        verb: Verb,
        visits: Iterable[VisitState],
        recipes: Choices,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.verb, self.zone = verb, zoneinfo.ZoneInfo(self.state.time_zone)
        wanted = {"version", "token", "shown", "scope", "reason", *_FIELDS[verb]}
        for name in set(self.fields) - wanted:
            del self.fields[name]
        self._offer("scope", [(one.value, _scope(one)) for one in _scopes(verb)])
        self._offer("recipe", [(key, recipe(key)) for key, _name in recipes])
        listed = list(visits)
        self._offer("visit_id", [(str(one.id), self._hour(one)) for one in listed])
        hours = [(one.planned_at.isoformat(), self._hour(one)) for one in listed]
        self._offer("bag_change", [("", "–"), *hours])

    def clean(self) -> dict[str, Any]:
        """Ask for the bag change beside its field, where the change needs one.

        :raises ValidationError: when it was left empty.
        """
        typed = super().clean() or self.cleaned_data
        needs_one = (self.verb, typed.get("scope")) in _COUNTS_FROM_A_BAG
        if needs_one and not typed.get("bag_change"):
            self.add_error(
                "bag_change", self.fields["bag_change"].error_messages["required"]
            )
        return typed

    def refuse(self, field: str | None, text: str) -> None:
        """Put a refusal beside the field it is about, if that one is seen."""
        seen = {one.name for one in self.visible_fields()}
        super().refuse(field if field in seen else None, text)

    def _offer(self, name: str, choices: Choices) -> None:
        if name in self.fields:
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - by its name
            field.choices = choices

    def _hour(self, visit: VisitState) -> str:
        labels = labels_in(get_language() or "en")
        hour = labels.instant_of(visit.planned_at, self.zone)
        return " · ".join(filter(None, (hour, visit.assigned_to_name)))

    def change(self) -> Change:
        """Return the change that was asked for.

        :raises Refusal: when the verb can't mean that.
        """
        given = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in {"version", "token", "shown", "bag_change"} and value
        }
        if self.cleaned_data.get("bag_change"):
            given["at"] = dt.datetime.fromisoformat(self.cleaned_data["bag_change"])
        kinds: Mapping[str, Any] = {
            "scope": Scope,
            "place": PlacementKind,
            "visit_id": uuid.UUID,
        }
        values = {name: kinds.get(name, _as_is)(value) for name, value in given.items()}
        return Change(verb=self.verb, **{"reason": "", **values})


def _as_is(value: Any) -> Any:
    return value


def _scopes(verb: Verb) -> list[Scope]:
    return [one for one in Scope if one in SCOPES[verb]]


def _scope(scope: Scope) -> str:
    return str(change_words.SCOPES[scope.value])


_COUNTS_FROM_A_BAG = {
    (Verb.SWAP_RECIPE, Scope.STEP.value),
    (Verb.CHANGE_WEIGHT, Scope.CYCLE.value),
}
_FIELDS: Mapping[Verb, frozenset[str]] = {
    Verb.DEFER: frozenset({"to"}),
    Verb.OMIT: frozenset(),
    Verb.CEASE: frozenset({"at"}),
    Verb.HOLD: frozenset({"at"}),
    Verb.RESUME: frozenset({"at", "supervised"}),
    Verb.CHANGE_PLACEMENT: frozenset({"at", "place", "override_reason"}),
    Verb.MOVE_VISIT: frozenset({"visit_id", "to"}),
    Verb.SWAP_RECIPE: frozenset({"recipe", "bag_change"}),
    Verb.CHANGE_WEIGHT: frozenset({"bag_change"}),
}
