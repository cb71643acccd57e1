"""Reads the texts a site writes itself: what is in force, what waits, what was before."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import QuerySet

from infusion import models
from infusion.domain.checkins import AdviceKind
from infusion.domain.courses import Text
from infusion.domain.evidence import Mark
from infusion.domain.states import OverlayStatus
from infusion.selectors.wordings import questions_to_word
from infusion.wording.advice import MARK, shipped_advice
from patients import policy
from patients.domain.refusals import NotFound
from patients.policy import Actor

SiteText = models.AdviceText | models.QuestionWording
AnyText = TypeVar("AnyText", models.AdviceText, models.QuestionWording)
# A page shows the last ones, not a file.
_EARLIER = 10


@dataclass(frozen=True, kw_only=True)
class TextState:
    """Where the text about one thing stands at a site.

    ``shipped`` is what counts until the site has a text in force: None where nothing is
    said or asked until then. ``mark`` is how well the shipped words are known.
    """

    about: str
    shipped: Text | None
    mark: Mark
    in_force: SiteText | None
    draft: SiteText | None
    earlier: Sequence[SiteText]

    @property
    def is_signed(self) -> bool:
        """Say whether two people of the site stand behind what counts."""
        return self.in_force is not None

    @property
    def text(self) -> Text | None:
        """Return what counts: the site's words, else the shipped ones."""
        if self.in_force is None:
            return self.shipped
        return Text(en=self.in_force.en, zh=self.in_force.zh)


def advice_states(site_id: uuid.UUID) -> list[TextState]:
    """Return what families of a site are told, by colour, the mildest first."""
    return [advice_state(site_id, kind) for kind in AdviceKind]


def wording_states(site_id: uuid.UUID) -> list[TextState]:
    """Return the questions that a site must word, and how far it has got."""
    rows = models.QuestionWording.objects.filter(site_id=site_id)
    return [
        _state(name, _people(rows.filter(question=name)), None, question.source.mark)
        for name, question in questions_to_word().items()
    ]


def advice_state(site_id: uuid.UUID, kind: str) -> TextState:
    """Return what families of a site are told after answers of one colour."""
    rows = models.AdviceText.objects.filter(site_id=site_id, kind=kind)
    return _state(kind, _people(rows), shipped_advice(AdviceKind(kind)), MARK)


def get_advice(actor: Actor, advice_id: uuid.UUID) -> models.AdviceText:
    """Return what a site of the actor tells families.

    :raises NotFound: when there is none in reach.
    """
    return _in_reach(models.AdviceText.objects.all(), actor, advice_id)


def get_wording(actor: Actor, wording_id: uuid.UUID) -> models.QuestionWording:
    """Return how a site of the actor words a question.

    :raises NotFound: when there is none in reach.
    """
    return _in_reach(models.QuestionWording.objects.all(), actor, wording_id)


def _in_reach(rows: QuerySet[AnyText], actor: Actor, text_id: uuid.UUID) -> AnyText:
    found = policy.scope(rows, actor).filter(id=text_id).first()
    if found is None or not policy.can(actor, "advice.view", found):
        raise NotFound(field="text")
    return found


def _people(rows: QuerySet[AnyText]) -> list[AnyText]:
    return list(rows.select_related("drafted_by", "approved_by").order_by("-number"))


def _state(
    about: str, rows: Sequence[SiteText], shipped: Text | None, mark: Mark
) -> TextState:
    by_status = {OverlayStatus(one.status): one for one in rows}
    over = {OverlayStatus.SUPERSEDED, OverlayStatus.WITHDRAWN}
    return TextState(
        about=about,
        shipped=shipped,
        mark=mark,
        in_force=by_status.get(OverlayStatus.IN_FORCE),
        draft=by_status.get(OverlayStatus.DRAFT),
        earlier=[one for one in rows if one.status in over][:_EARLIER],
    )
