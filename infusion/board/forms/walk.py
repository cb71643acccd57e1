"""The forms of a course's way: facts, decisions, gates, blocks, another version."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infusion.board import words
from infusion.board.forms.courses import StepForm
from infusion.board.forms.fields import Day, Number, Remark
from infusion.domain.conditions import MRD_WORDS, UNITS, WORDS, FactKind
from infusion.domain.outlooks import FactTaken
from infusion.domain.regimens import Regimen
from infusion.services.facts import FactGiven
from infusion.wording import blocks, conditions

_NONE = ("", "–")
_PER_CENT = Decimal(100)


@dataclass(frozen=True)
class Group:
    """The fields of one fact."""

    label: str
    fields: list[Any]


class FactsForm(StepForm):
    """Asks for facts of some kinds: a word or a number, the day, and the assay of MRD.

    MRD is typed in per cent, as laboratories report it, and kept as a share of cells.
    """

    def __init__(
        self,
        *args: Any,
        kinds: Sequence[FactKind],
        regimen: Regimen,
        known: Iterable[FactTaken] = (),
        today: dt.date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        # The age comes from the date of birth.
        self.kinds = [kind for kind in kinds if kind != FactKind.AGE_YEARS]
        latest = {one.fact.kind: one for one in known}
        for kind in self.kinds:
            self._add(kind, regimen, today)
            if kind in latest:
                self._fill(kind, latest[kind])

    def _add(self, kind: FactKind, regimen: Regimen, today: dt.date) -> None:
        name = conditions.fact_name(kind)
        if kind in UNITS:
            unit = "%" if kind == FactKind.MRD else conditions.fact_unit(kind)
            self.fields[kind] = Number(label=name, unit=unit, required=False)
        else:
            self.fields[kind] = _choice(name, _said(kind, regimen))
        if kind == FactKind.MRD:
            found = ((word, blocks.VALUES[kind][word]) for word in MRD_WORDS)
            self.fields["MRD_word"] = _choice(_("Or, without a number"), found)
            self.fields["MRD_assay"] = _choice(_("By which assay"), _assays(regimen))
        self.fields[f"{kind}_on"] = Day(label=_("Found on"), initial=today)
        self.fields[f"{kind}_on"].required = False

    def _fill(self, kind: FactKind, found: FactTaken) -> None:
        fact = found.fact
        self.initial[f"{kind}_on"] = found.taken_on
        if kind != FactKind.MRD:
            self.initial[kind] = fact.value
            return
        self.initial["MRD_assay"] = fact.assay
        if fact.number is None:
            self.initial["MRD_word"] = fact.value
        else:
            self.initial[kind] = f"{(fact.number * _PER_CENT).normalize():f}"

    @property
    def groups(self) -> list[Group]:
        """Return the fields of each fact together."""
        return [
            Group(
                label=conditions.fact_name(kind),
                fields=[self[name] for name in self._names(kind)],
            )
            for kind in self.kinds
        ]

    def _names(self, kind: FactKind) -> list[str]:
        extra = ["MRD_word", "MRD_assay"] if kind == FactKind.MRD else []
        return [kind.value, *extra, f"{kind}_on"]

    @property
    def other_fields(self) -> list[Any]:
        """Return the visible fields that are no facts."""
        facts = {name for kind in self.kinds for name in self._names(kind)}
        return [field for field in self.visible_fields() if field.name not in facts]

    def given(self) -> list[FactGiven]:
        """Return the facts that were filled in."""
        return list(self._given(self.kinds))

    def given_soundly(self) -> list[FactGiven]:
        """Return the facts without an error, also of a form that is not sound."""
        wrong = {name.split("_on")[0].split("_assay")[0] for name in self.errors}
        kinds = [kind for kind in self.kinds if self.cleaned_data.get(f"{kind}_on")]
        return [one for one in self._given(kinds) if one.kind not in wrong]

    def _given(self, kinds: Iterable[FactKind]) -> Iterator[FactGiven]:
        typed = self.cleaned_data
        for kind in kinds:
            value = self._value(kind)
            if value:
                yield FactGiven(
                    kind=kind.value,
                    value=value,
                    unit="" if value in MRD_WORDS else UNITS.get(kind, ""),
                    assay=typed.get("MRD_assay", "") if kind == FactKind.MRD else "",
                    taken_on=typed[f"{kind}_on"],
                )

    def _value(self, kind: FactKind) -> str:
        value = self.cleaned_data.get(kind)
        if kind == FactKind.MRD:
            if value is None:
                return str(self.cleaned_data.get("MRD_word", ""))
            value = value / _PER_CENT
        return f"{value:f}" if isinstance(value, Decimal) else str(value or "")

    def clean(self) -> dict[str, Any]:
        """Ask for the day of every fact, and how MRD was measured."""
        typed = self.cleaned_data
        for kind in self.kinds:
            day = f"{kind}_on"
            if self._value(kind) and not typed.get(day) and day not in self.errors:
                self.add_error(day, _("Say on which day this was found."))
        if FactKind.MRD in self.kinds:
            self._clean_mrd(typed)
        return typed

    def _clean_mrd(self, typed: dict[str, Any]) -> None:
        if typed.get("MRD") is not None and typed.get("MRD_word"):
            self.add_error("MRD", _("Give the number or the word, not both."))
        if self._value(FactKind.MRD) and not typed.get("MRD_assay"):
            self.add_error("MRD_assay", _("Say how it was measured."))

    def refuse(self, field: str | None, text: str) -> None:
        """Put a refusal beside the fact or field it is about."""
        self.add_error(field if field in self.fields else None, text)


def _choice(label: Any, found: Iterable[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[_NONE, *found])


def _said(kind: FactKind, regimen: Regimen) -> list[tuple[str, Any]]:
    """Return the words a fact may have; of some kinds only the regimen knows them."""
    said = WORDS.get(kind) or tuple(_asked(kind, regimen))
    names = regimen.names.get(kind)
    return [(word, conditions.fact_value(kind, word, names=names)) for word in said]


def _asked(kind: FactKind, regimen: Regimen) -> dict[str, None]:
    return {
        value: None
        for block in regimen.blocks
        for way in block.successors
        for condition in way.when
        if condition.kind == kind
        for value in condition.values
    }


def _assays(regimen: Regimen) -> list[tuple[str, Any]]:
    """Return the assays people may name: the known ones and those of the regimen."""
    own = (
        assay
        for block in regimen.blocks
        for way in block.successors
        for condition in way.when
        for assay in condition.assays
    )
    return [
        (assay, conditions.assay_name(assay))
        for assay in dict.fromkeys([*own, *blocks.ASSAYS])
    ]


class DecisionForm(FactsForm):
    """The physician's choice of a way, on facts."""

    to = forms.ChoiceField(label=_("The way the physician chooses"))
    response = forms.ChoiceField(
        label=_("Response at the exit"),
        required=False,
        choices=[_NONE, *words.RESPONSES.items()],
        help_text=_("Only when the patient leaves the regimen."),
    )
    reason = Remark(
        label=_("Reason"),
        required=False,
        help_text=_("Needed when the facts speak against the way or do not settle it."),
    )

    def __init__(
        self,
        *args: Any,
        ways: Sequence[tuple[str, str]],
        is_assessing: bool = False,
        leaves: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = ways  # type: ignore[attr-defined]
        self.fields["to"].required = not is_assessing
        if not leaves:
            del self.fields["response"]

    def arguments(self) -> dict[str, Any]:
        """Return the way, the facts and why."""
        typed = self.cleaned_data
        return {
            "expected_version": typed["version"],
            "to": typed["to"],
            "facts": self.given(),
            "reason": typed["reason"],
            "response": typed.get("response", ""),
        }


class GateForm(FactsForm):
    """Lets a block begin, with the values its condition asks for."""

    reason = Remark(
        label=_("Reason"),
        required=False,
        help_text=_("Needed when a value is on the wrong side of its limit."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.kinds:
            # Nothing is measured, so the words are all that is recorded.
            looked_at = self.fields["reason"]
            looked_at.label, looked_at.help_text = _("What was looked at"), ""
            looked_at.required = True

    def arguments(self) -> dict[str, Any]:
        """Return the values and why."""
        typed = self.cleaned_data
        return {
            "expected_version": typed["version"],
            "facts": self.given(),
            "reason": typed["reason"],
        }


class BlockForm(StepForm):
    """What became of a block without blinatumomab, or of any that ran elsewhere."""

    step = forms.ChoiceField(label=_("What happened"), widget=forms.RadioSelect)
    on = Day(label=_("On"))
    ended_on = Day(
        label=_("Last day"), required=False, help_text=_("Only when given elsewhere.")
    )
    reason = Remark(
        label=_("Reason or remark"),
        required=False,
        help_text=_("Needed when the block was stopped early."),
    )

    def __init__(
        self, *args: Any, steps: Sequence[str], today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offered = [(step, words.word(step, "block_step")) for step in steps]
        self.fields["step"].choices = offered  # type: ignore[attr-defined]
        self.initial.update({"on": today, "step": steps[0] if steps else ""})
        if "ELSEWHERE" not in steps:
            del self.fields["ended_on"]


class VersionForm(StepForm):
    """The move of a course to the version of its regimen that is in force."""

    reason = Remark(label=_("Reason"))
    regimen_version = forms.CharField(widget=forms.HiddenInput)
    digest = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, regimen_version: str, digest: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update({"regimen_version": regimen_version, "digest": digest})

    def arguments(self) -> dict[str, Any]:
        """Return what was looked at, and why."""
        typed = self.cleaned_data
        return {
            "expected_version": typed["version"],
            "version": typed["regimen_version"],
            "digest": typed["digest"],
            "reason": typed["reason"],
        }
