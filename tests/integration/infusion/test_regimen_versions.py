"""A running course and a regimen that changes: never silently, and not what was given."""

import copy

import pytest

from infusion import catalogue, models
from infusion.selectors import regimens
from infusion.selectors.courses import read_course
from infusion.services import overlays, versions
from infusion.services.courses import order_course
from infusion.services.ordering import RegimenIncomplete
from infusion.services.versions import (
    GivenRoundsWouldChange,
    RegimenVersionGone,
    RegimenVersionSame,
)
from patients.domain.refusals import NotFound, VersionOutdated
from patients.policy import NotAllowed
from tests.factories.walks import A041703, completion, given_block, signed
from tests.factories.wards import HOUR, MONDAY, ward

pytestmark = pytest.mark.django_db
RR = "us-label-rr"


def changed_file(monkeypatch, key=RR, **changes):
    """Let the file of a regimen say something else from now on."""
    data = copy.deepcopy(dict(regimens.document(key)))
    for place, value in changes.items():
        holder = data
        *path, last = place.split("__")
        for part in path:
            rows = {row["key"]: row for row in holder} if type(holder) is list else {}
            holder = rows.get(part) or holder[part]
        holder[last] = value
    data["version"] = "9.9.9"
    known = {**catalogue.all_regimens(), key: catalogue.regimen_from(data)}
    real = regimens.document
    monkeypatch.setattr(
        regimens, "document", lambda one: data if one == key else real(one)
    )
    monkeypatch.setattr(catalogue, "get_regimen", lambda one: known[one])
    monkeypatch.setattr(catalogue, "all_regimens", lambda: known)
    return data


def longer(key, days="21"):
    return {
        f"blocks__{key}__infusion__free_days": {
            "value": days,
            "unit": "d",
            "mark": "M",
            "sources": [],
        }
    }


def change(here, course, seen, **more):
    fields = {
        "actor": here.physician,
        "course_id": course.id,
        "version": seen.after,
        "digest": seen.digest,
        "reason": "new label",
        "now": MONDAY + HOUR,
    }
    return versions.change_regimen_version(**{**fields, **more})


def preview(here, course):
    return versions.preview_regimen_version(
        actor=here.physician, course_id=course.id, now=MONDAY + HOUR
    )


def test_a_changed_file_changes_no_running_course(monkeypatch):
    here = ward()
    course = here.running()
    before = read_course(course.id, MONDAY + HOUR)

    changed_file(monkeypatch, **longer("c1"))

    after = read_course(course.id, MONDAY + HOUR)
    assert after.cycles == before.cycles
    assert after.regimen_version == before.regimen_version
    (told,) = after.unmet
    assert told.code == "regimen_version_changed"
    assert dict(told.params)["now"] == "9.9.9"
    assert here.neighbour().order().regimen_version == "9.9.9"


def test_a_change_is_previewed_place_by_place_and_stores_nothing(monkeypatch):
    here = ward()
    course = here.running()
    changed_file(monkeypatch, **longer("c2"))

    seen = preview(here, course)

    assert (seen.before, seen.after) == (course.regimen_version, "9.9.9")
    places = {one.place: (one.before, one.after) for one in seen.changes}
    assert any("c2" in place and place.endswith("free_days.value") for place in places)
    assert (seen.altered, seen.missing, seen.can_change) == ((), (), True)
    assert not models.RegimenChange.objects.exists()


def test_a_confirmed_change_is_kept_with_who_and_why(monkeypatch):
    here = ward()
    course = here.running()
    before = course.snapshot_id
    changed_file(monkeypatch, **longer("c2"))

    change(here, course, preview(here, course))

    course.refresh_from_db()
    assert course.regimen_version == "9.9.9"
    assert regimens.regimen_of(course).block("c2").pattern.free_days == 21
    row = models.RegimenChange.objects.get()
    assert (row.before_id, row.after_id) == (before, course.snapshot_id)
    assert (row.reason, str(row.changed_by_id)) == (
        "new label",
        str(here.physician.user_id),
    )
    assert course.plan_versions.order_by("-number").first().cause == "regimen_changed"
    assert read_course(course.id, MONDAY + HOUR).unmet == ()


@pytest.mark.parametrize(("asked", "planned"), [(None, 7), (9, 7), (8, 7), (4, 4)])
def test_a_version_with_fewer_cycles_plans_no_more_than_it_has(
    monkeypatch, asked, planned
):
    here = ward()
    course = order_cycles(here, asked)
    fewer_cycles(monkeypatch)

    change(here, course, preview(here, course), now=MONDAY)

    course.refresh_from_db()
    assert course.cycles_planned == planned


@pytest.mark.parametrize(("asked", "planned"), [(None, 9), (7, 9), (6, 6)])
def test_who_was_to_have_every_cycle_has_those_of_the_new_version(
    monkeypatch, asked, planned
):
    here = ward()
    with monkeypatch.context() as before:
        fewer_cycles(before)
        course = order_cycles(here, asked)
    changed_file(monkeypatch)

    change(here, course, preview(here, course), now=MONDAY)

    course.refresh_from_db()
    assert course.cycles_planned == planned


def order_cycles(here, cycles):
    return order_course(
        actor=here.physician,
        patient_id=here.patient.id,
        regimen_key=RR,
        start_at=MONDAY + HOUR,
        cycles=cycles,
        now=MONDAY,
    )


def fewer_cycles(monkeypatch):
    """Let continued treatment have two cycles instead of four: seven in all."""
    fact = {"value": "2", "unit": "", "mark": "M", "sources": []}
    most = {**fact, "value": "7"}
    changed_file(monkeypatch, blocks__continued__times=fact, max_cycles=most)


def test_what_was_given_is_never_altered(monkeypatch):
    here = ward()
    course = here.running()
    changed_file(monkeypatch, **longer("c1"))
    seen = preview(here, course)
    assert (seen.altered, seen.can_change) == (("blocks.c1.infusion",), False)

    with pytest.raises(GivenRoundsWouldChange) as refusal:
        change(here, course, seen)

    assert refusal.value.params["places"] == "blocks.c1.infusion"
    course.refresh_from_db()
    assert course.regimen_version != "9.9.9"


def test_only_what_was_looked_at_is_confirmed(monkeypatch):
    here = ward()
    course = here.running()
    changed_file(monkeypatch, **longer("c2"))
    seen = preview(here, course)
    # The same version number, yet another file.
    changed_file(monkeypatch, **longer("c2", "28"))

    with pytest.raises(RegimenVersionGone):
        change(here, course, seen)
    with pytest.raises(RegimenVersionGone):
        change(here, course, preview(here, course), version="1.0.0")


def test_nothing_to_change_is_said():
    here = ward()
    course = here.running()
    seen = preview(here, course)

    assert (seen.changes, seen.can_change) == ((), False)
    with pytest.raises(RegimenVersionSame):
        change(here, course, seen)


def test_only_a_physician_of_the_site_changes_it(monkeypatch):
    here, elsewhere = ward(), ward()
    course = here.running()
    changed_file(monkeypatch, **longer("c2"))
    seen = preview(here, course)

    with pytest.raises(NotAllowed):
        change(here, course, seen, actor=here.pharmacist)
    with pytest.raises(NotFound):
        change(here, course, seen, actor=elsewhere.physician)
    with pytest.raises(NotFound):
        preview(elsewhere, course)
    with pytest.raises(VersionOutdated):
        change(here, course, seen, expected_version=course.version - 1)


def test_a_new_overlay_of_the_site_is_a_new_version():
    here = ward()
    signed(here)
    course = here.order(A041703)
    given_block(here, course, "ia", MONDAY.date(), MONDAY.date())
    values = {place: {**one, "value": "21"} for place, one in completion().items()}

    signed(here, **values)

    seen = preview(here, course)
    assert seen.after.endswith("+site.2")
    assert seen.altered == ()
    change(here, course, seen)
    course.refresh_from_db()
    assert regimens.regimen_of(course).block("iii-two").pattern.free_days == 21


def test_no_course_is_moved_to_what_is_not_complete():
    here = ward()
    row = signed(here)
    course = here.order(A041703)
    overlays.withdraw_overlay(
        actor=here.physician, overlay_id=row.id, reason="wrong", now=MONDAY
    )
    seen = preview(here, course)
    assert seen.missing
    assert not seen.can_change

    with pytest.raises(RegimenIncomplete):
        change(here, course, seen)
