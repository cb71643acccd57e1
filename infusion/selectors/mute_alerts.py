"""Reads the mutes of which somebody should know: they end soon, or ran out."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Mapping

from django.db.models import Count, Q

from infusion import models
from infusion.catalogue.alerts import span_of
from infusion.domain.alerts import Cause, Place, Standing
from infusion.domain.muting import MuteEnd
from infusion.selectors.alert_causes import SiteRules


def ending_mutes(rules: SiteRules, now: dt.datetime) -> Iterator[Standing]:
    """Yield the mutes about to end, and those that ran out with something kept back.

    Who ends one, or moves its end, has thought of it: nobody is warned any more.
    """
    ahead = now + rules.longest("mute_warn_hours")
    since = now - rules.longest("mute_ended_hours")
    rows = models.Mute.objects.filter(
        Q(ended_at=None, until__lte=ahead)
        | Q(ended_how=MuteEnd.EXPIRED, until__gt=since)
    ).select_related("patient")
    mutes = list(rows.annotate(kept_number=Count("kept_back")))
    courses = _latest_courses({one.patient_id for one in mutes})
    for mute in mutes:
        course_id = mute.course_id or courses.get(mute.patient_id)
        if course_id is None or not _is_to_be_told(mute, rules, now):
            continue
        place = Place(mute.patient.site_id, course_id)
        subject = f"{mute.pk}:{mute.until.isoformat()}"
        yield rules.standing(Cause.MUTE_ENDING, place, subject, mute.until, now)


def _is_to_be_told(mute: models.Mute, rules: SiteRules, now: dt.datetime) -> bool:
    if mute.until > now:
        return mute.ended_at is None
    shown_for = span_of(rules[mute.patient.site_id], "mute_ended_hours")
    kept = mute.kept_number  # type: ignore[attr-defined]
    return kept > 0 and now < mute.until + shown_for


def _latest_courses(
    patient_ids: Collection[uuid.UUID],
) -> Mapping[uuid.UUID, uuid.UUID]:
    rows = models.Course.objects.filter(patient_id__in=patient_ids)
    return dict(rows.order_by("ordered_at", "id").values_list("patient_id", "id"))
