"""Two people at once: the course is locked, so one of them is first."""

import threading
from decimal import Decimal

import pytest
from django.db import connection

from infusion import models
from infusion.domain.refusals import Refusal
from infusion.selectors.readiness import load_readiness
from infusion.services.readiness import NewFact, record_facts
from infusion.services.signing import sign_readiness
from tests.factories import readiness as ready
from tests.factories.wards import HOUR, ward


@pytest.fixture
def place():
    return ward()


@pytest.fixture
def now(place):
    return place.now + 73 * HOUR


@pytest.fixture
def course(place, now):
    return ready.make_ready(place.running("us-label-mrd"), place.nurse, now)


def at_once(*works):
    """Do things at the same instant, each on a connection of its own."""
    results, start = [], threading.Barrier(len(works))

    def run(work):
        try:
            start.wait(20)
            work()
            results.append("done")
        except Refusal as refusal:
            results.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(results)


def signing(course, actor, now):
    shown = load_readiness(course, now).digest

    def work():
        sign_readiness(actor=actor, course_id=course.id, digest=shown, now=now)

    return work


@pytest.mark.django_db(transaction=True)
def test_physician_and_nurse_sign_at_once(place, course, now):
    works = [signing(course, who, now) for who in (place.nurse, place.physician)]

    assert at_once(*works) == ["done", "done"]

    sign_off = models.SignOff.objects.get(course=course)
    places = sign_off.signatures.order_by("place").values_list("place", flat=True)
    assert (sign_off.status, list(places)) == ("SIGNED", [1, 2])


@pytest.mark.django_db(transaction=True)
def test_one_person_on_two_screens_signs_once(place, course, now):
    work = signing(course, place.nurse, now)

    assert at_once(work, work) == ["done", "signed_by_you"]
    assert models.ReadinessSignature.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_fever_that_arrives_during_the_signature_wins_either_way(place, course, now):
    def fever():
        record_facts(
            actor=place.other_nurse,
            course_id=course.id,
            taken_at=now,
            facts=[NewFact(kind="TEMPERATURE", number=Decimal("38.4"), unit="Cel")],
            now=now,
        )

    results = at_once(signing(course, place.nurse, now), fever)

    # Signed first and voided by the fever, or refused because the fever was first.
    assert results in (["done", "done"], ["assessment_outdated", "done"])
    assert not models.SignOff.objects.filter(status__in=["OPEN", "SIGNED"]).exists()
