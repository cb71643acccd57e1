"""What clients send for the steps of a course, and what a request leaves behind."""

import datetime as dt

from infusion import models
from patients.api.fields import instant_text
from tests.factories import infusion as factories


def at(now, **span) -> str:
    return instant_text(now + dt.timedelta(**span))


def order_of(now, **changed):
    return {"regimen_key": "us-label-rr", "start_at": at(now, hours=1), **changed}


def reading(bag, hung_at) -> dict[str, str]:
    read = factories.reading_of(bag, hung_at)
    return {
        "rate_ml_h": str(read.rate_ml_h),
        "volume_ml": str(read.volume_ml),
        "ends_at": instant_text(read.ends_at),
    }


def hang_of(bag, hung_at, **changed):
    body = {"bag_code": bag.code, "hung_at": instant_text(hung_at)}
    return {**body, **reading(bag, hung_at), **changed}


def version(api, course) -> int:
    return int(api.get(f"courses/{course.id}").headers["ETag"].strip('"'))


def counts() -> tuple[int, ...]:
    tables = (
        models.Course,
        models.Bag,
        models.HangCheck,
        models.InfusionEvent,
        models.PlanVersion,
        models.StoredReply,
    )
    return tuple(table.objects.count() for table in tables)
