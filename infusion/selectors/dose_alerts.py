"""Reads the pumps that give another dose than the one that is due.

Nobody can hang such a bag, but news told late can leave one (HAZ-95): the plan names it, and
leaves the decision to people.
"""

import datetime as dt
from collections.abc import Iterator

import structlog
from django.db import InterfaceError, OperationalError
from django.db.models import Exists, OuterRef

from infusion import models
from infusion.domain.alerts import Cause, Place, Standing
from infusion.domain.states import BagStatus, CourseStatus
from infusion.domain.wasted import OTHER_DOSE
from infusion.models.courses import NAMING_OTHER_DOSE
from infusion.selectors.alert_causes import SiteRules
from infusion.selectors.planning import plan_course

log = structlog.get_logger(__name__)


def other_doses(rules: SiteRules, now: dt.datetime) -> Iterator[Standing]:
    """Yield the bags on a pump that the plan in force names for their dose.

    Time alone can make the dose right: each of the few is planned afresh.
    """
    for course in _named_courses():
        if not _still_named(course, now):
            continue
        for bag in course.bags.filter(status=BagStatus.HUNG):
            place = Place(course.site_id, course.pk)
            since = _named_since(bag) or now
            yield rules.standing(Cause.DOSE_ON_PUMP, place, str(bag.pk), since, now)


def _named_courses() -> Iterator[models.Course]:
    """Yield the courses whose latest plan names the bag on the pump.

    The plans that do are few and have an index: no other is unpacked.
    """
    later = models.PlanVersion.objects.filter(
        course=OuterRef("course"), number__gt=OuterRef("number")
    )
    naming = models.PlanVersion.objects.filter(~Exists(later), NAMING_OTHER_DOSE)
    yield from models.Course.objects.filter(
        id__in=naming.values("course"), status=CourseStatus.ACTIVE
    )


def _still_named(course: models.Course, now: dt.datetime) -> bool:
    """Say whether a plan made now names it too; one that can't be made says nothing."""
    try:
        plan = plan_course(course, now).plan
    except (InterfaceError, OperationalError):
        raise
    except Exception as error:  # noqa: BLE001 - one bad course must not hide the others
        log.warning(
            "dose_not_looked_at", course_id=str(course.pk), error=type(error).__name__
        )
        return True
    return any(reason.code == OTHER_DOSE for reason in plan.unmet)


def _named_since(bag: models.Bag) -> dt.datetime | None:
    """Return when a plan first named it since it was hung."""
    plans = bag.course.plan_versions.filter(NAMING_OTHER_DOSE, made_at__gte=bag.hung_at)
    return plans.order_by("number").values_list("made_at", flat=True).first()
