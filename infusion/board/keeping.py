"""What a phone keeps of the questions of a family, for when it has no network."""

import datetime as dt
import uuid
from typing import Any

from django.urls import reverse
from django.utils.crypto import salted_hmac

from infusion.selectors import checkin_pages as pages
from patients.policy import Actor

# As long as somebody may be without a network; what is asked later is not kept.
_KEPT_FOR = dt.timedelta(hours=48)
_MOST = 8


def owner_of(actor: Actor) -> str:
    """Return a name for an account on its phones: it tells rows apart and says nothing."""
    return salted_hmac("infusion.board.keeping", str(actor.user_id)).hexdigest()[:16]


def kept_check_ins(course_id: uuid.UUID, now: dt.datetime) -> list[Any]:
    """Return what a phone keeps: what waits, and what is asked soon."""
    rows = pages.asked_until(course_id, now + _KEPT_FOR)
    return [one for one in rows if one.forms][:_MOST]


def pages_to_keep(course: Any, now: dt.datetime, *, is_only: bool) -> list[str]:
    """Return the addresses a phone fetches ahead.

    Pages that lie on a phone name nobody: of one of several patients none is kept.
    """
    if course is None:
        return []
    home = reverse("board:my_kept")
    if not is_only:
        return [home]
    return [
        home,
        reverse("board:my_tell_kept", kwargs={"course_id": course.pk}),
        *(
            reverse("board:my_check_in_kept", kwargs={"check_in_id": one.pk})
            for one in kept_check_ins(course.pk, now)
        ),
    ]
