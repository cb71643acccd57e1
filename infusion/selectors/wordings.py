"""Reads how a site words the questions that are only asked once two people signed them."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping

from django.db.models import Q

from infusion import models
from infusion.catalogue.questionnaires import shipped_questionnaires
from infusion.domain.courses import Text
from infusion.domain.questionnaires import Question, Questionnaire
from infusion.domain.states import OverlayStatus
from infusion.domain.submissions import Submission

Wordings = Mapping[str, Text]


def questions_to_word() -> Mapping[str, Question]:
    """Return the questions that a site must word and sign, by name ("neuro.place")."""
    return {
        f"{form.key}.{one.key}": one
        for form in shipped_questionnaires().values()
        for one in form.questions
        if one.needs_signature
    }


def wordings_of(site_id: uuid.UUID, at: dt.datetime | None = None) -> Wordings:
    """Return the signed words by question, as in force now or at an instant."""
    rows = models.QuestionWording.objects.filter(site_id=site_id)
    if at is None:
        rows = rows.filter(status=OverlayStatus.IN_FORCE)
    else:
        is_open = Q(ended_at=None) | Q(ended_at__gt=at)
        rows = rows.filter(is_open, approved_at__lte=at)
    return {row.question: Text(en=row.en, zh=row.zh) for row in rows}


def keys_of(wordings: Iterable[str]) -> frozenset[str]:
    """Return questions by the keys they have within their form."""
    return frozenset(name.partition(".")[2] for name in wordings)


def signed_for(site_id: uuid.UUID, sent: Submission, at: dt.datetime) -> frozenset[str]:
    """Return the signed questions that answers are read with.

    They are those of the time of the answers, and any that was answered and was ever
    signed: a phone may have loaded it before the site took it back, or its clock may be
    behind.
    """
    earlier = models.QuestionWording.objects.filter(
        site_id=site_id, approved_at__isnull=False
    ).values_list("question", flat=True)
    answered = {f"{one.key}.{key}" for one in sent.forms for key in one.answers}
    return keys_of({*wordings_of(site_id, at), *(answered & set(earlier))})


def worded(
    forms: Iterable[Questionnaire], wordings: Wordings
) -> tuple[Questionnaire, ...]:
    """Return forms in which the questions of a site have its words."""
    return tuple(form.worded(wordings) for form in forms)
