"""What a site tells whoever has answered: written by one person, approved by another.

The service has no words of its own: until a site has approved some, there are none.
"""

import datetime as dt
import uuid

from infusion import models
from infusion.domain.checkins import AdviceKind
from infusion.services import site_texts
from patients.policy import Actor

_ABOUT = "kind"


def draft_advice(
    *,
    actor: Actor,
    site_id: uuid.UUID,
    kind: AdviceKind,
    en: str,
    zh: str,
    now: dt.datetime,
) -> models.AdviceText:
    """Write a text in both languages; an earlier draft of its kind is withdrawn.

    What is in force stays in force until another person approves this one.

    :raises NotFound: when there is no such site for the actor.
    :raises AdviceIncomplete: when a language is missing.
    """
    row = models.AdviceText(site_id=site_id, kind=kind, en=en, zh=zh, drafted_at=now)
    return site_texts.draft(row, actor=actor, about=_ABOUT)


def approve_advice(
    *,
    actor: Actor,
    advice_id: uuid.UUID,
    expected_version: int | None = None,
    now: dt.datetime,
) -> models.AdviceText:
    """Put a draft in force; the text before it is kept.

    :raises NotFound: when there is no such text for the actor.
    :raises SecondPersonNeeded: when the actor wrote it.
    :raises StepNotAllowed: when it is no draft.
    :raises VersionOutdated: when it changed after the actor looked at it.
    """
    found = site_texts.found_by(models.AdviceText, advice_id, "advice")
    return site_texts.approve(
        found, actor=actor, about=_ABOUT, version=expected_version, now=now
    )


def withdraw_advice(
    *,
    actor: Actor,
    advice_id: uuid.UUID,
    expected_version: int | None = None,
    now: dt.datetime,
) -> models.AdviceText:
    """Take a text back; from now on nothing is said in its place.

    :raises NotFound: when there is no such text for the actor.
    :raises StepNotAllowed: when it is over already.
    :raises VersionOutdated: when it changed after the actor looked at it.
    """
    found = site_texts.found_by(models.AdviceText, advice_id, "advice")
    return site_texts.withdraw(found, actor=actor, version=expected_version, now=now)
