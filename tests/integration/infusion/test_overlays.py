"""A site completes a regimen: two persons with two roles, and nothing behind their back."""

import threading

import pytest
from django.db import connection

from infusion import catalogue, models
from infusion.selectors.courses import read_course
from infusion.selectors.overlays import overlay_state
from infusion.selectors.regimens import effective_regimen, list_effective
from infusion.services import overlays
from infusion.services.ordering import RegimenIncomplete
from infusion.services.overlays import (
    AlreadySigned,
    OverlayClosed,
    OverlayDraftOpen,
    OverlayEmpty,
    OverlayOutdated,
    OverlaySourceMissing,
    OverlayValueRefused,
)
from patients.domain.refusals import NotFound, VersionOutdated
from patients.models import Membership, Role
from patients.policy import NotAllowed
from patients.selectors.actors import get_actor
from tests.factories import patients as people
from tests.factories.walks import A041703, completion, holes, signed
from tests.factories.wards import MONDAY, ward

pytestmark = pytest.mark.django_db


def drafted(here, **more):
    fields = {
        "actor": here.pharmacist,
        "site_id": here.site.id,
        "regimen_key": A041703,
        "values": completion(),
        "now": MONDAY,
    }
    return overlays.draft_overlay(**{**fields, **more})


def sign(row, actor, role, **more):
    return overlays.sign_overlay(
        actor=actor, overlay_id=row.id, role=role, now=MONDAY, **more
    )


def both(here):
    """Return a person who is pharmacist and physician at once."""
    user = people.UserFactory()
    for role in (Role.PHARMACIST, Role.PHYSICIAN):
        Membership.objects.create(user=user, site=here.site, role=role)
    return get_actor(user.id, MONDAY.date())


def test_an_incomplete_regimen_is_not_ordered_and_says_what_is_missing():
    here = ward()

    with pytest.raises(RegimenIncomplete) as refusal:
        here.order(A041703)

    assert holes()
    assert refusal.value.params["missing"] == ", ".join(holes())
    assert not models.Course.objects.exists()


def test_two_signatures_make_it_complete_at_this_site_alone():
    here, elsewhere = ward(), ward()

    row = signed(here)

    found = effective_regimen(A041703, here.site.id)
    assert found.regimen.is_complete
    assert found.version == f"{row.base_version}+site.1"
    assert found.regimen.block("iii-two").pattern.free_days == 14
    assert not effective_regimen(A041703, elsewhere.site.id).regimen.is_complete
    assert not catalogue.get_regimen(A041703).is_complete
    course = here.order(A041703)
    assert course.regimen_version == found.version
    assert course.snapshot.version == found.version


def test_one_signature_changes_nothing():
    here = ward()
    row = drafted(here)

    sign(row, here.pharmacist, "PHARMACIST")

    assert not effective_regimen(A041703, here.site.id).regimen.is_complete
    with pytest.raises(RegimenIncomplete):
        here.order(A041703)


def test_one_person_with_both_roles_signs_once():
    here = ward()
    person, row = both(here), drafted(here)
    sign(row, person, "PHARMACIST")

    with pytest.raises(AlreadySigned):
        sign(row, person, "PHYSICIAN")

    row.refresh_from_db()
    assert row.status == "DRAFT"
    assert row.signatures.count() == 1


def test_a_role_signs_once():
    here = ward()
    row = drafted(here)
    sign(row, here.pharmacist, "PHARMACIST")
    colleague = people.staff_actor(here.site, Role.PHARMACIST)

    with pytest.raises(AlreadySigned):
        sign(row, colleague, "PHARMACIST")


def test_nobody_signs_in_a_role_they_do_not_hold():
    here = ward()
    row = drafted(here)

    for actor, role in (
        (here.pharmacist, "PHYSICIAN"),
        (here.nurse, "PHARMACIST"),
        (here.physician, "NURSE"),
    ):
        with pytest.raises(NotAllowed):
            sign(row, actor, role)
    assert not row.signatures.exists()


def test_another_site_neither_sees_nor_signs_it():
    here, elsewhere = ward(), ward()
    row = drafted(here)

    with pytest.raises(NotFound):
        sign(row, elsewhere.pharmacist, "PHARMACIST")
    with pytest.raises(NotFound):
        drafted(here, actor=elsewhere.pharmacist)


def test_a_change_voids_the_signature_before_it():
    here = ward()
    row = drafted(here)
    sign(row, here.pharmacist, "PHARMACIST")
    values = completion()
    values[holes()[0]]["value"] = "21"

    overlays.change_overlay(
        actor=here.physician, overlay_id=row.id, values=values, now=MONDAY
    )
    row = sign(row, here.physician, "PHYSICIAN")

    assert row.status == "DRAFT"
    assert [one.role for one in overlay_state(row).signatures] == ["PHYSICIAN"]
    assert sign(row, here.pharmacist, "PHARMACIST").status == "IN_FORCE"
    # Nothing that was signed is lost.
    assert row.signatures.count() == 3


def test_what_was_looked_at_is_what_is_signed():
    here = ward()
    row = drafted(here)
    seen = row.version
    overlays.change_overlay(
        actor=here.physician, overlay_id=row.id, values=completion(), now=MONDAY
    )

    with pytest.raises(VersionOutdated):
        sign(row, here.pharmacist, "PHARMACIST", expected_version=seen)


def test_what_is_in_force_is_replaced_and_never_changed():
    here = ward()
    first = signed(here)

    with pytest.raises(OverlayClosed):
        overlays.change_overlay(
            actor=here.physician, overlay_id=first.id, values=completion(), now=MONDAY
        )
    second = signed(here)

    first.refresh_from_db()
    assert (first.status, second.status) == ("SUPERSEDED", "IN_FORCE")
    assert effective_regimen(A041703, here.site.id).version.endswith("+site.2")


def test_withdrawn_it_counts_no_more_and_courses_keep_what_they_have():
    here = ward()
    row = signed(here)
    course = here.order(A041703)

    overlays.withdraw_overlay(
        actor=here.physician, overlay_id=row.id, reason="typing error", now=MONDAY
    )

    assert not effective_regimen(A041703, here.site.id).regimen.is_complete
    with pytest.raises(RegimenIncomplete):
        here.neighbour().order(A041703)
    course.refresh_from_db()
    assert course.regimen_version.endswith("+site.1")


def test_a_second_draft_of_the_same_regimen_waits():
    here = ward()
    drafted(here)

    with pytest.raises(OverlayDraftOpen):
        drafted(here)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"unit": "h"}, OverlayValueRefused),
        ({"value": "many"}, OverlayValueRefused),
        ({"value": "-1"}, OverlayValueRefused),
        ({"source": "  "}, OverlaySourceMissing),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_its_place(changes, refusal):
    here = ward()
    values = completion()
    place = holes()[0]
    values[place].update(changes)

    with pytest.raises(refusal) as refused:
        drafted(here, values=values)

    assert refused.value.field == place


def test_a_place_that_is_not_there_and_nothing_at_all_are_refused():
    here = ward()
    nowhere = {"blocks.nowhere.infusion.free_days": completion()[holes()[0]]}

    with pytest.raises(OverlayValueRefused):
        drafted(here, values=nowhere)
    with pytest.raises(OverlayEmpty):
        drafted(here, values={})


def test_a_file_that_changed_asks_for_new_signatures():
    here = ward()
    row = signed(here)
    models.RegimenOverlay.objects.filter(id=row.id).update(base_digest="0" * 64)

    found = effective_regimen(A041703, here.site.id)

    assert found.is_outdated
    assert not found.regimen.is_complete
    state = overlay_state(models.RegimenOverlay.objects.get(id=row.id))
    assert state.is_outdated
    draft = drafted(here)
    models.RegimenOverlay.objects.filter(id=draft.id).update(base_digest="0" * 64)
    with pytest.raises(OverlayOutdated):
        sign(draft, here.pharmacist, "PHARMACIST")


def test_a_value_that_a_later_release_refuses_counts_no_more_and_breaks_nothing():
    here = ward()
    row = signed(here)
    course = here.order(A041703)
    values = {"blocks.gone.infusion.free_days": completion()[holes()[0]]}
    models.RegimenOverlay.objects.filter(id=row.id).update(values=values)

    assert effective_regimen(A041703, here.site.id).is_outdated
    assert read_course(course.id, MONDAY).regimen_version.endswith("+site.1")


def test_the_list_of_regimens_takes_one_query(django_assert_num_queries):
    here = ward()
    signed(here)
    list_effective(here.site.id)

    with django_assert_num_queries(1):
        found = {one.regimen.key: one for one in list_effective(here.site.id)}

    assert found[A041703].regimen.is_complete
    assert len(found) == len(catalogue.all_regimens())


@pytest.mark.django_db(transaction=True)
def test_two_who_sign_at_the_same_moment_bring_it_in_force_once():
    here = ward()
    row = drafted(here)
    start, failures = threading.Barrier(2), []

    def work(actor, role):
        try:
            start.wait(5)
            sign(row, actor, role)
        except Exception as error:  # noqa: BLE001 - told below
            failures.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=work, args=(here.pharmacist, "PHARMACIST")),
        threading.Thread(target=work, args=(here.physician, "PHYSICIAN")),
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)

    row.refresh_from_db()
    assert failures == []
    assert (row.status, row.signatures.count()) == ("IN_FORCE", 2)
