"""Shapes that several endpoints share."""

from typing import Any, ClassVar

from rest_framework import serializers

from infusion.domain.regimens import AgeBand, Trigger
from patients.api.fields import DecimalText, InstantField, Output


class StaffOutput(Output):
    """An output of which the patient and the family get only a part."""

    staff_only: ClassVar[frozenset[str]] = frozenset()

    def get_fields(self) -> dict[str, Any]:
        """Leave out what is for staff; the document calls it optional."""
        fields = super().get_fields()
        for name in self.staff_only:
            fields[name].required = False
            if not self.context.get("for_staff", True):
                del fields[name]
        return fields


class TextOut(Output):
    """A text in both languages."""

    en = serializers.CharField()
    zh_hans = serializers.CharField(source="zh")


class UnmetOut(Output):
    """Why a plan is not complete."""

    code = serializers.CharField()
    params = serializers.SerializerMethodField()

    def get_params(self, unmet: Any) -> dict[str, str]:
        """Return the parameters by name."""
        return dict(unmet.params)


class UnverifiedOut(Output):
    """A value that still needs the signature of the site."""

    path = serializers.CharField()
    value = serializers.CharField()
    mark = serializers.CharField()
    note = TextOut()


class PremedicationOut(Output):
    """What the regimen asks for before a start, a dose step or a restart."""

    trigger = serializers.ChoiceField(choices=[str(each) for each in Trigger])
    age_band = serializers.ChoiceField(choices=[str(each) for each in AgeBand])
    text = TextOut()


class StepOut(Output):
    """From this instant the patient receives this daily dose."""

    at = InstantField()
    daily_dose_mcg = DecimalText()
    level = serializers.CharField()
