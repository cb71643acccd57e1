"""Texts of a site at the console and over REST: two people, both languages."""

import pytest

from infusion import models
from patients import clock
from patients.selectors.actors import get_actor
from tests.factories import patients as people

PAGE = "/check-ins/advice/"
WORDS = {"en": "Whose home is this?", "zh": "这是谁的家？", "token": "once"}


@pytest.fixture
def site():
    return people.SiteFactory()


def staff(site, role="NURSE"):
    user = people.MembershipFactory(site=site, role=role).user
    return get_actor(user.id, clock.now().date())


def drafted(site, writer, **more):
    return models.QuestionWording.objects.create(
        site=site,
        question="neuro.place",
        number=1,
        en="Whose home is this?",
        zh="这是谁的家？",
        drafted_by_id=writer.user_id,
        drafted_at=clock.now(),
        **more,
    )


def test_until_it_is_signed_the_shipped_words_are_shown_with_their_mark(
    browser_of, site
):
    page = browser_of(staff(site)).get(PAGE).content.decode()

    assert page.count("needs local sign-off") == 3
    assert "Not asked: nobody has signed words for it." in page
    assert "Write a draft" in page


def test_a_draft_waits_for_another_person_and_then_counts(browser_of, site):
    writer, other = staff(site), staff(site, "PHYSICIAN")
    sent = {**WORDS, "site": str(site.id), "what": "wording", "about": "neuro.place"}

    browser_of(writer).post(PAGE, sent)
    row = models.QuestionWording.objects.get()
    step = {"step": "approve", "version": "1"}
    own = browser_of(writer).get(PAGE).content.decode()
    alone = browser_of(writer).post(f"/check-ins/wordings/{row.pk}", step, follow=True)
    browser_of(other).post(f"/check-ins/wordings/{row.pk}", step)

    row.refresh_from_db()
    assert "You wrote it: another person approves it." in own
    assert "Another person than who wrote it approves it." in alone.content.decode()
    assert (row.status, row.approved_by_id) == ("IN_FORCE", other.user_id)


def test_a_language_that_is_missing_is_said_beside_the_field(browser_of, site):
    sent = {"en": "Ring us.", "zh": " ", "token": "once", "what": "advice"}

    answer = browser_of(staff(site)).post(PAGE, {**sent, "about": "RED"})

    assert answer.status_code == 422
    assert "Ring us." in answer.content.decode()
    assert not models.AdviceText.objects.exists()


def test_what_is_no_text_of_a_site_is_not_written_and_of_another_not_found(
    browser_of, site
):
    browser, sent = browser_of(staff(site)), {**WORDS, "what": "wording"}

    answers = [
        browser.post(PAGE, {**sent, "about": "neuro.year"}),
        browser.post(PAGE, {**sent, "what": "x", "about": "RED"}),
        browser_of(staff(people.SiteFactory())).post(
            f"/check-ins/wordings/{drafted(site, staff(site)).pk}", {"step": "approve"}
        ),
    ]

    assert [one.status_code for one in answers] == [302, 302, 404]
    assert models.QuestionWording.objects.get().status == "DRAFT"


def test_who_looked_too_early_signs_nothing(browser_of, site):
    row = drafted(site, staff(site))

    browser_of(staff(site)).post(
        f"/check-ins/wordings/{row.pk}", {"step": "approve", "version": "9" * 5000}
    )

    row.refresh_from_db()
    assert row.status == "DRAFT"


def test_the_numbers_by_which_families_are_asked_stand_with_their_marks(
    browser_of, site
):
    page = browser_of(staff(site)).get("/check-ins/cadence/").content.decode()

    assert "First days of cycle 1" in page
    assert "<code>check_in_cycle_1_hours</code>" in page
    assert '<span class="badge">NF</span>' in page
    assert "needs local sign-off" in page
