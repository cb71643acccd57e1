"""What people read when a step is refused: one table, for REST and console alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Wording(NamedTuple):
    """The HTTP status and the two texts of a refusal."""

    status: int
    title: str | Promise
    detail: str | Promise


class Refused(Protocol):
    """What a refusal of either app carries."""

    code: str
    field: str | None
    params: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """A refusal in the reader's language."""

    status: int
    code: str
    field: str | None
    title: str
    detail: str


REFUSALS: Mapping[str, Wording] = {
    "refused": Wording(422, _("Refused"), _("This step is refused.")),
    "not_found": Wording(404, _("Not found"), _("There is no such record for you.")),
    "version_stale": Wording(
        412,
        _("Changed meanwhile"),
        _("Somebody changed this record after you opened it. Look again, then repeat."),
    ),
    "not_allowed": Wording(
        403, _("Not allowed"), _("Your role does not allow this step.")
    ),
    "step_not_allowed": Wording(
        409,
        _("Not the right moment"),
        _("This step does not lead on from the present state (%(current)s)."),
    ),
}


def explain(refusal: Refused) -> Explanation:
    """Put a refusal into words."""
    wording = REFUSALS.get(refusal.code, REFUSALS["refused"])
    return Explanation(
        status=wording.status,
        code=refusal.code,
        field=refusal.field,
        title=str(wording.title),
        detail=str(wording.detail) % dict(refusal.params),
    )
