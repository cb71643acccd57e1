"""A pharmacy that records its steps, and the steps of its bags."""

from infusion.services import compounding
from tests.factories import patients as people
from tests.factories.wards import HOUR, MONDAY, ward

MADE_AT = MONDAY - 2 * HOUR


def recording_ward():
    """Return a ward whose pharmacy records its steps, and its second pharmacist."""
    here = ward()
    here.site.policy = {
        "pharmacy_records_steps": {
            "value": "YES",
            "signed_by": "A. Apotheker",
            "signed_on": "2026-05-01",
        }
    }
    here.site.save()
    return here, people.staff_actor(here.site, "PHARMACIST")


def ordered(here, bag, now=MONDAY):
    return compounding.order_bag(actor=here.pharmacist, bag_id=bag.id, now=now)


def compounded(here, bag, now=MONDAY, prepared_at=None):
    return compounding.compound_bag(
        actor=here.pharmacist,
        bag_id=bag.id,
        prepared_at=prepared_at or now - HOUR,
        lot="LOT7",
        now=now,
    )


def to_dispatch(here, other, bag, now=MONDAY):
    ordered(here, bag, now)
    compounded(here, bag, now)
    compounding.check_compounded(actor=other, bag_id=bag.id, now=now)
    return compounding.dispatch_bag(actor=here.pharmacist, bag_id=bag.id, now=now)
