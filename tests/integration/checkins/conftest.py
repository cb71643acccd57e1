"""A ward whose patient is at home with a course."""

import datetime as dt

import pytest

from infusion import models
from patients.selectors.actors import get_actor
from tests.factories.patients import MembershipFactory, UserFactory
from tests.factories.submissions import bare_course
from tests.factories.wards import HOUR, ward


@pytest.fixture
def here():
    """A ward with a patient and a caregiver who have accounts, and people on call."""
    place = ward()
    place.course = bare_course(place)
    place.patient.user = UserFactory()
    place.patient.save()
    today = place.now.date()
    place.patient_actor = get_actor(place.patient.user_id, today)
    link = place.patient.caregiver_links.get()
    place.caregiver = get_actor(link.user_id, today)
    place.admin = MembershipFactory(site=place.site, role="ADMIN").user
    for role, actor in (("NURSE", place.nurse), ("PHYSICIAN", place.physician)):
        models.Shift.objects.create(
            site=place.site,
            role=role,
            user_id=actor.user_id,
            from_at=place.now - HOUR,
            to_at=place.now + dt.timedelta(days=27),
        )
    return place
