"""The form that plans a shift."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infusion.board import words
from infusion.board.forms.fields import Instant
from infusion.board.forms.people import SiteForm
from infusion.domain.rota import OnCallRole

Staff = Sequence[tuple[uuid.UUID, str, frozenset[str]]]
_DAYS = (-1, 60)
_FIELDS = {"user_id": "person", "from_at": "begins", "to_at": "ends"}


class ShiftForm(SiteForm):
    """Role, person, and from when to when."""

    role = forms.ChoiceField(label=_("Role"))
    person = forms.ChoiceField(label=_("Who"), required=False)
    begins = Instant(label=_("From"), days=_DAYS)
    ends = Instant(label=_("To"), days=_DAYS)

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(str(role), words.ROLES[str(role)]) for role in OnCallRole]
        choice: Any = self.fields["role"]
        choice.choices = roles
        person: Any = self.fields["person"]
        people = [(str(one), name) for one, name, held in staff if held & {*OnCallRole}]
        person.choices = [("", _("nobody yet")), *people]

    def arguments(self) -> dict[str, Any]:
        """Return what the service takes, beside actor, site and now."""
        given = self.cleaned_data
        return {
            "role": OnCallRole(given["role"]),
            "user_id": uuid.UUID(given["person"]) if given["person"] else None,
            "from_at": given["begins"],
            "to_at": given["ends"],
        }

    def refuse(self, field: str | None, text: str) -> None:
        """Put a refusal beside the field it is about."""
        super().refuse(_FIELDS.get(field or "", field), text)
