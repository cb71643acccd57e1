"""A caregiver answers on a phone: one question a screen, offline, and a red at once."""

import datetime as dt
import json
import random
from dataclasses import replace

import pytest

from infusion import models
from infusion.catalogue.questionnaires import shipped_questionnaires
from infusion.catalogue.scales import shipped_scale
from infusion.catalogue.triage import shipped_triage
from infusion.domain.findings import Source
from infusion.domain.form_json import forms_json
from infusion.domain.questionnaires import Answers, Audience, Form, findings_of
from infusion.domain.toxicity import Scale
from infusion.domain.triage import CheckIn, Colour, Unanswered, triage
from patients import models as patients
from tests.browser.walks import account, chinese_ward
from tests.factories import checkins, wards

PHONE = {"width": 390, "height": 844}
CHINESE = pytest.param("zh", marks=pytest.mark.nightly)


def family(person, language, ward):
    """Log the caregiver in on a phone."""
    link = patients.CaregiverLink.objects.get(patient=ward.patient)
    found = person(language, account_of(link.user))
    found.page.set_viewport_size(PHONE)
    return found


def account_of(user):
    from patients import clock
    from patients.selectors.actors import get_actor

    return account(get_actor(user.id, clock.now().date()))


def at_home(language):
    """Return a ward with a course that runs and a hotline."""
    ward = wards.ward() if language == "en" else chinese_ward()
    ward.site.on_call_phone = "+1 555 0100"
    ward.site.save()
    return ward, ward.running()


def step(page, answer=None, text=None):
    """Answer the question on the screen and go on."""
    shown = page.locator(".question:visible")
    assert shown.count() == 1
    if answer:
        shown.locator(f"input[value={answer}]").check()
    if text:
        shown.locator("input").fill(text)
    page.click("#next")


def go_to_the_questions(caregiver, row):
    """Begin where a family begins, and look at the pages on the way."""
    caregiver.open("/my/")
    caregiver.inspect("my")
    caregiver.open(f"/my/check-ins/{row.pk}/paper")
    caregiver.inspect("check-in-paper")
    caregiver.open("/my/")
    caregiver.follow(f"a[href='/my/check-ins/{row.pk}']")
    caregiver.inspect("check-in-question")
    caregiver.page.set_viewport_size(PHONE)


def finish(page):
    """Leave the rest open and send, without a network."""
    while page.is_visible("#next"):
        step(page)
    page.click("#finish .main")
    page.wait_for_selector("[data-outcome=waits]:visible")


@pytest.mark.parametrize("language", ["en", CHINESE])
def test_a_red_is_shown_without_a_network_and_sent_when_it_is_back(
    person, moving_clock, language
):
    ward, course = at_home(language)
    row = checkins.check_in(course, ward.now - dt.timedelta(minutes=5))
    caregiver = family(person, language, ward)
    page = caregiver.page
    go_to_the_questions(caregiver, row)

    page.context.set_offline(offline=True)
    step(page, text="38,4")
    page.wait_for_selector("#red:visible")
    assert page.get_attribute("#red a.tel", "href").startswith("tel:")
    assert "38" in page.inner_text("#red-signs")
    caregiver.inspect("check-in-red")
    page.set_viewport_size(PHONE)
    step(page, "ARMPIT")
    the_question_is_in_sight(page)
    step(page)
    step(page, "YES")
    finish(page)
    assert not row.answers.exists()
    assert "38.4" not in kept_in_plain(page)
    moving_clock.forward(minutes=40)
    page.context.set_offline(offline=False)
    page.wait_for_selector("[data-outcome=received-red]:visible")

    row.refresh_from_db()
    answers = row.answers.get()
    assert answers.received_at - answers.given_at >= dt.timedelta(minutes=35)
    assert answers.values["daily-adult"]["temperature"] == "38.4"
    assert row.colour == "RED"
    assert models.Alert.objects.filter(cause="CHECK_IN_RED").exists()
    assert kept_in_plain(page, "rows") == "[]"


def the_question_is_in_sight(page):
    """Seen once, the red makes room for the questions; the hotline stays."""
    assert page.is_visible("#red a.tel")
    assert page.locator(".question:visible").bounding_box()["y"] < PHONE["height"] / 2


def kept_in_plain(page, store="rows"):
    """Return all that a browser keeps of the answers, as text."""
    return page.evaluate(
        """store => new Promise((resolve) => {
          const opened = indexedDB.open("check-ins", 1);
          opened.onsuccess = () => {
            const rows = opened.result.transaction(store).objectStore(store).getAll();
            rows.onsuccess = () => resolve(JSON.stringify(rows.result.map((row) =>
              new TextDecoder().decode(row.body))) + JSON.stringify(localStorage));
          };
        })""",
        store,
    ).removesuffix("{}")


def test_the_phone_reads_the_signs_as_the_rules_do(person, moving_clock):
    ward, course = at_home("en")
    row = checkins.check_in(course, ward.now - dt.timedelta(minutes=5))
    caregiver = family(person, "en", ward)
    caregiver.open(f"/my/check-ins/{row.pk}")
    cases = list(drawn(random.Random(7)))

    found = caregiver.page.evaluate(
        """cases => cases.map(([sheet, answers]) =>
          SIGNS.colourOf(sheet, SIGNS.fired(sheet, answers)))""",
        [[sheet, answers] for sheet, answers, _colour in cases],
    )

    assert found == [colour for _sheet, _answers, colour in cases]
    assert set(found) == {"GREEN", "AMBER", "RED"}
    assert caregiver.complaints == []


def drawn(chance):
    """Yield forms with answers and the colour that the rules give them."""
    at = wards.MONDAY
    scores = [one for scale in Scale for one in shipped_scale(scale).scores]
    for form in shipped_questionnaires().values():
        if form.audiences == {Audience.NURSE}:
            continue
        for rules in [*[shipped_triage()] * 25, *of_sites(chance)]:
            sheet = json.loads(json.dumps(forms_json([form], rules, scores)))
            values = answered(form, chance)
            given = Answers(
                form=form.name, by=Source.CAREGIVER, given_at=at, values=values
            )
            found = CheckIn(at=at, findings=findings_of(form, given, at))
            colour = triage(rules, found, scores=scores).colour
            yield sheet, {form.key: values}, str(colour)


def of_sites(chance):
    """Yield rules as sites may write them: other colours, fewer, two signs in one."""
    shipped = shipped_triage()
    signs = [one for one in shipped.rules if one.when]
    for unanswered in [*Unanswered] * 10:
        kept = [
            replace(
                one,
                colour=chance.choice([Colour.AMBER, Colour.RED]),
                when=(*one.when, *chance.choice(signs).when),
            )
            for one in chance.sample(signs, k=len(signs) // 2)
        ]
        yield replace(shipped, rules=tuple(kept), unanswered=unanswered)


def answered(form, chance):
    values, worse = {}, chance.choice([0, 0, 0.05, 0.2])
    for one in form.questions:
        if one not in form.asked(values):
            continue
        if one.form == Form.CHOICE and chance.random() > worse / 2:
            keys = [each.key for each in one.options]
            best = max(
                one.options,
                key=lambda each: each.value in {"1", "3", "NO", "NONE", "SAME"},
            ).key
            values[one.key] = chance.choice(keys) if chance.random() < worse else best
        elif one.form == Form.NUMBER and chance.random() > worse / 2:
            values[one.key] = chance.choice(
                ["36.6", "37.9", "38", "39.5"][: 2 + (worse > 0) * 2]
            )
    return values
