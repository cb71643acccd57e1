"""The back office shows check-ins and what became of them, and no word of them in a list."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from infusion import models
from patients.models import User
from tests.factories import checkins, triage
from tests.factories.patients import MembershipFactory, SiteFactory
from tests.factories.submissions import bare_course, due
from tests.factories.wards import ward

SECRET = "a word that somebody has written"


@pytest.fixture
def rows():
    """At least one record of every kind, with free text wherever there can be any."""
    here = ward()
    course, by = bare_course(here), here.nurse.user_id
    check_in = due(course, here.now)
    answers = checkins.answers(check_in, by, here.now)
    event = checkins.adverse_event(course, by, here.now)
    texts = {"site": here.site, "number": 1, "drafted_by_id": by}
    texts |= {"drafted_at": here.now, "en": SECRET, "zh": SECRET}
    found = [
        check_in,
        answers,
        answers.result,
        checkins.photo(answers, by, here.now),
        models.UnreadAnswers.objects.create(
            check_in=check_in,
            client_id=uuid.uuid4(),
            digest="0" * 64,
            forms=["daily-adult 0.9.0"],
            values={"daily-adult": {"headache": SECRET}},
            language="en",
            source="PATIENT",
            way="SELF",
            recorded_by_id=by,
            given_at=here.now,
            received_at=here.now,
            why="form_differs",
        ),
        models.CheckInLook.objects.create(
            check_in=check_in, what="WATCHED", note=SECRET, at=here.now, by_id=by
        ),
        event,
        models.AdverseEventEntry.objects.create(
            adverse_event=event,
            kind="GRADE",
            note=SECRET,
            at=here.now,
            recorded_at=here.now,
            by_id=by,
        ),
        models.AdviceText.objects.create(kind="RED", **texts),
        models.QuestionWording.objects.create(question="neuro.place", **texts),
        triage.draft(here.site.id, by, here.now),
    ]
    return here, found


def address(model, page, *args):
    return reverse(f"admin:infusion_{model._meta.model_name}_{page}", args=args)


def test_each_record_is_listed_found_and_read_and_no_list_holds_a_word_of_it(rows):
    _here, found = rows
    office = Client()
    office.force_login(User.objects.create_superuser("office@example.org"))

    for row in found:
        model = type(row)
        listed = office.get(address(model, "changelist"), {"q": str(row.pk)})
        read = office.get(address(model, "change", row.pk))

        assert listed.status_code == read.status_code == 200, model
        assert listed.context["cl"].queryset.get() == row
        assert SECRET not in listed.content.decode(), model
        assert 'name="_save"' not in read.content.decode(), model


def test_an_administrator_reads_the_records_of_the_own_site_only(rows):
    here, found = rows

    def lines_of(site):
        client = Client()
        user = MembershipFactory(site=site, role="ADMIN").user
        user.is_staff = True
        user.save()
        client.force_login(user)
        return [
            client.get(address(type(row), "changelist")).context["cl"].queryset.count()
            for row in found
        ]

    assert lines_of(here.site) == [1] * len(found)
    assert lines_of(SiteFactory()) == [0] * len(found)
