"""What families are told is written by one person and approved by another."""

import pytest

from infusion import models
from infusion.domain.checkins import AdviceKind
from infusion.domain.states import StepNotAllowed
from infusion.selectors.checkins import advice_for
from infusion.services.advice import approve_advice, draft_advice, withdraw_advice
from infusion.services.site_texts import (
    AdviceIncomplete,
    SecondPersonNeeded,
    TextDraftOpen,
)
from patients.domain.refusals import NotFound
from patients.policy import NotAllowed
from tests.factories.wards import ward


def draft(here, *, actor=None, en="Ring us now.", zh="请立即致电。"):
    return draft_advice(
        actor=actor or here.nurse,
        site_id=here.site.id,
        kind=AdviceKind.RED,
        en=en,
        zh=zh,
        now=here.now,
    )


def approve(here, row, actor=None):
    return approve_advice(actor=actor or here.physician, advice_id=row.id, now=here.now)


def in_force(here):
    return advice_for(here.site.id, "RED")


def test_a_text_counts_once_another_person_has_approved_it(here):
    row = draft(here)

    assert in_force(here) is None
    with pytest.raises(SecondPersonNeeded):
        approve(here, row, here.nurse)
    approve(here, row)

    found = in_force(here)
    assert (found.number, found.approved_by_id) == (1, here.physician.user_id)


def test_the_text_in_force_stays_until_the_next_one_is_approved(here):
    first = approve(here, draft(here))
    stale = draft(here, en="Draft")
    second = draft(here, en="Ring us now, by day and night.")

    assert in_force(here) == first
    with pytest.raises(StepNotAllowed):
        approve(here, stale)
    approve(here, second)

    first.refresh_from_db()
    assert (in_force(here), first.status) == (second, "SUPERSEDED")


def test_what_is_withdrawn_is_said_no_more(here):
    row = approve(here, draft(here))

    withdraw_advice(actor=here.nurse, advice_id=row.id, now=here.now)

    assert in_force(here) is None
    with pytest.raises(StepNotAllowed):
        withdraw_advice(actor=here.nurse, advice_id=row.id, now=here.now)


def test_both_languages_are_needed(here):
    with pytest.raises(AdviceIncomplete):
        draft(here, zh=" ")


def test_a_family_writes_nothing_and_another_site_sees_nothing(here):
    row = draft(here)

    with pytest.raises(NotAllowed):
        draft(here, actor=here.caregiver)
    with pytest.raises(NotFound):
        approve(here, row, ward(here.now).physician)


def test_who_begins_a_draft_at_the_same_moment_as_another_is_told(here, monkeypatch):
    save = models.AdviceText.save

    def after_another(row, *given, **more):
        monkeypatch.setattr(models.AdviceText, "save", save)
        draft(here, en="Another text.")
        save(row, *given, **more)

    monkeypatch.setattr(models.AdviceText, "save", after_another)

    with pytest.raises(TextDraftOpen):
        draft(here)
