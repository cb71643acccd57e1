"""A site's own triage rules: written by one, in force by another, and answers follow."""

import pytest
from django.db import IntegrityError, transaction

from infusion import models
from infusion.domain.states import StepNotAllowed
from infusion.selectors.triage_rules import left_out_at, rules_at
from infusion.services import checkins_answering, triage_rules
from patients.domain.refusals import NotFound, VersionOutdated
from patients.policy import NotAllowed
from tests.factories import triage as written
from tests.factories.submissions import due, form, sent
from tests.factories.wards import HOUR, ward


def draft(here, body=None, actor=None):
    return triage_rules.draft_triage(
        actor=actor or here.nurse,
        site_id=here.site.id,
        body=body or written.body(),
        now=here.now,
    )


def activate(here, row, actor=None, version=None):
    return triage_rules.activate_triage(
        actor=actor or here.physician,
        document_id=row.id,
        expected_version=version,
        now=here.now,
    )


def answer(here, **answers):
    return checkins_answering.answer_check_in(
        actor=here.patient_actor,
        check_in_id=due(here.course, here.now).id,
        given=sent(here.now, form(**answers)),
        now=here.now,
    ).result


def test_answers_are_read_by_the_rules_in_force_at_their_site(here):
    before = answer(here, antipyretic="YES")
    body = written.coloured("fever-hidden", "RED")
    row = draft(here, body)

    assert answer(here, antipyretic="YES").colour == "AMBER"
    activate(here, row)

    result = answer(here, antipyretic="YES")
    assert (result.colour, result.rules) == ("RED", "triage 1.0.0+site.1")
    assert result.fired[0]["colour_mark"] == "SITE"
    # Another site keeps the shipped rules, and what was read before stays as it was.
    assert rules_at(ward().site.id).version == "1.0.0"
    before.refresh_from_db()
    assert (before.colour, before.rules) == ("AMBER", "triage 1.0.0")


def test_the_time_to_look_is_that_of_the_site(here):
    written.in_force(here, written.body(follow_up=written.hours("1")))

    assert answer(here, antipyretic="YES").look_by == here.now + HOUR


def test_who_wrote_rules_does_not_bring_them_in_force(here):
    row = draft(here, actor=here.physician)

    with pytest.raises(triage_rules.TriageSecondPerson):
        activate(here, row)
    with pytest.raises(NotAllowed):
        activate(here, row, here.nurse)
    # Nor does any code that goes around the service.
    with pytest.raises(IntegrityError), transaction.atomic():
        models.TriageDocument.objects.filter(id=row.id).update(
            status="IN_FORCE",
            in_force_by_id=here.physician.user_id,
            in_force_at=here.now,
        )
    # A nurse takes the draft on; then the physician stands behind it.
    again = draft(here)
    assert again.id == row.id
    assert activate(here, again).status == "IN_FORCE"


def test_a_draft_is_not_taken_for_the_one_before_it(here):
    first = draft(here)
    seen = first.version
    triage_rules.withdraw_triage(
        actor=here.physician, document_id=first.id, now=here.now
    )
    draft(here, actor=here.physician)

    for version in (seen, 0):
        with pytest.raises(VersionOutdated):
            triage_rules.draft_triage(
                actor=here.nurse,
                site_id=here.site.id,
                body=written.without("chills"),
                expected_version=version,
                now=here.now,
            )


def test_the_rules_before_are_kept_and_a_withdrawal_brings_the_shipped_ones_back(here):
    first = written.in_force(here, written.without("fever-hidden"))
    second = written.in_force(here, written.body())

    first.refresh_from_db()
    assert (first.status, first.ended_by_id) == ("SUPERSEDED", here.physician.user_id)
    assert rules_at(here.site.id).version == "1.0.0+site.2"
    with pytest.raises(NotAllowed):
        triage_rules.withdraw_triage(
            actor=here.nurse, document_id=second.id, now=here.now
        )
    triage_rules.withdraw_triage(
        actor=here.physician, document_id=second.id, now=here.now
    )
    assert rules_at(here.site.id).version == "1.0.0"
    with pytest.raises(StepNotAllowed):
        triage_rules.withdraw_triage(
            actor=here.physician, document_id=second.id, now=here.now
        )


def test_what_is_in_force_is_not_changed_and_a_stale_look_is_refused(here):
    row = draft(here)
    draft(here, written.without("chills"))

    with pytest.raises(VersionOutdated):
        activate(here, row, version=1)
    activate(here, row, version=2)
    with pytest.raises(triage_rules.TriageDocumentClosed):
        activate(here, row)


def test_what_is_not_sound_is_refused_with_place_and_reason(here):
    body = written.body()
    written.rule(body, "fever")["colour"]["value"] = "GREEN"

    with pytest.raises(triage_rules.TriageRulesRefused) as refused:
        draft(here, body)

    assert refused.value.params["place"] == "rules.fever.colour.value"
    assert not models.TriageDocument.objects.exists()


def test_neither_families_nor_another_site_write_rules(here):
    with pytest.raises(NotAllowed):
        draft(here, actor=here.patient_actor)
    with pytest.raises(NotFound):
        draft(here, actor=ward().nurse)


def test_a_document_that_has_become_unsound_stops_no_site(here):
    """After an update of the service a finding it knew may be known no more."""
    body = written.body()
    written.rule(body, "fever")["when"] = [[{"code": "MOOD", "is": ["YES"]}]]
    models.TriageDocument.objects.create(
        site=here.site,
        number=1,
        body=body,
        status="IN_FORCE",
        drafted_by_id=here.nurse.user_id,
        drafted_at=here.now,
        in_force_by_id=here.physician.user_id,
        in_force_at=here.now,
    )

    assert answer(here, temperature="38.5").colour == "RED"
    assert left_out_at(here.site.id) == ("fever",)
