"""What a pump server kept comes in: once, in any order, and what is wrong stays out."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from infusion import models
from infusion.selectors.courses import read_course
from infusion.services.events import Report, correct_event, record_event
from patients import models as people_models
from tests.factories import patients as people
from tests.factories.wards import HOUR, MONDAY, planned_bags, ward

DAY = 24 * HOUR
NOW = MONDAY + 8 * DAY


@pytest.fixture
def here(settings, monkeypatch):
    monkeypatch.setattr("patients.clock.now", lambda: NOW)
    one = ward()
    one.course = one.running("us-label-mrd")
    return one


def email_of(actor):
    return people_models.User.objects.get(id=actor.user_id).email


def run(here, *paths, by=None, **options):
    """Run the command; return the exit status, the output and the errors."""
    out, errors = io.StringIO(), io.StringIO()
    status = 0
    try:
        call_command(
            "import_events",
            *map(str, paths),
            by=email_of(by or here.nurse),
            stdout=out,
            stderr=errors,
            **options,
        )
    except SystemExit as stopped:
        status = int(stopped.code or 0)
    return status, counts(out.getvalue()), errors.getvalue()


def counts(text):
    """Return how many lines were recorded, known before and refused."""
    row = next(line for line in text.splitlines() if line.startswith("│"))
    return [int(cell) for cell in row.strip("│ ").split("│")]


@pytest.fixture
def write(tmp_path):
    def _write(*lines, name="pump.ndjson"):
        path = tmp_path / name
        texts = [one if isinstance(one, str) else json.dumps(one) for one in lines]
        path.write_text("\n".join(texts), encoding="utf-8")
        return path

    return _write


def line(here, number, kind, at, **more):
    return {
        "course": str(here.course.id),
        "id": f"e{number}",
        "kind": kind,
        "at": at.isoformat(),
        **more,
    }


def night(here):
    """Return an occlusion of two hours and one of thirty minutes, as a pump tells it."""
    first, second = MONDAY + 10 * HOUR, MONDAY + 2 * DAY
    return [
        line(here, 1, "ALARM", first, reason="OCCLUSION", pump_stopped=True),
        line(here, 2, "RESUME", first + 2 * HOUR),
        line(here, 3, "ALARM", second, reason="AIR_IN_LINE", pump_stopped=True),
        line(here, 4, "RESUME", second + HOUR / 2),
    ]


def clock(here, at=NOW):
    return read_course(here.course.id, at).current_cycle.clock


def stored():
    return models.InfusionEvent.objects.exclude(kind="START")


def test_a_file_is_taken_in_and_the_plan_is_made_once(here, write):
    plans = here.course.plan_versions.count()

    status, found, errors = run(here, write(*night(here)), source="gateway")

    assert (status, found, errors) == (0, [4, 0, 0], "")
    # The bag of 168 h ran dry at the end of the stopped hours.
    gaps = [
        gap for gap in clock(here).gaps if gap.reason in {"OCCLUSION", "AIR_IN_LINE"}
    ]
    assert [(gap.paused_at, gap.resumed_at) for gap in gaps] == [
        (MONDAY + 10 * HOUR, MONDAY + 12 * HOUR),
        (MONDAY + 2 * DAY, MONDAY + 2 * DAY + HOUR / 2),
    ]
    assert set(stored().values_list("source_key", flat=True)) == {
        f"gateway|e{number}" for number in (1, 2, 3, 4)
    }
    assert here.course.plan_versions.count() == plans + 1
    assert here.course.plan_versions.latest("number").cause == "events_imported"


def test_the_second_time_nothing_is_new(here, write):
    path = write(*night(here))
    run(here, path)
    here.course.refresh_from_db()
    version, rows = here.course.version, stored().count()

    status, found, _ = run(here, path)

    here.course.refresh_from_db()
    assert (status, found) == (0, [0, 4, 0])
    assert (here.course.version, stored().count()) == (version, rows)


def test_the_order_of_the_lines_does_not_matter(here, write):
    run(here, write(*reversed(night(here))))

    assert [gap.paused_at for gap in clock(here).gaps][:2] == [
        MONDAY + 10 * HOUR,
        MONDAY + 2 * DAY,
    ]


def test_a_log_that_grows_adds_only_what_is_new(here, write):
    lines = night(here)
    run(here, write(*lines[:3]))

    status, found, _ = run(here, write(*lines))

    assert (status, found) == (0, [1, 3, 0])
    assert clock(here, MONDAY + 3 * DAY).is_running


def test_a_stop_from_before_the_last_bag_change_comes_with_its_restart(here, write):
    here.now = MONDAY + 6 * DAY
    old = here.course.bags.get(status="HUNG")
    new = here.deliver(planned_bags(here.course)[0], here.now - HOUR)
    here.hang(new, here.now, replaces=old)

    # The alarm repeats itself while the pump stands still.
    lines = night(here)
    again = MONDAY + 11 * HOUR
    lines += [line(here, 5, "ALARM", again, reason="OCCLUSION", pump_stopped=True)]
    status, found, errors = run(here, write(*lines))

    assert (status, found, errors) == (0, [5, 0, 0], "")
    assert clock(here).delivered_hours == 8 * 24 - 2.5


def test_a_stop_without_its_restart_is_refused_when_a_bag_was_changed_since(
    here, write
):
    here.now = MONDAY + 6 * DAY
    old = here.course.bags.get(status="HUNG")
    new = here.deliver(planned_bags(here.course)[0], here.now - HOUR)
    here.hang(new, here.now, replaces=old)

    status, found, errors = run(here, write(night(here)[0]))

    assert (status, found) == (1, [0, 0, 1])
    assert "[restart_not_said]" in errors


def test_what_a_nurse_told_and_corrected_is_not_told_again(here, write):
    at = MONDAY + 10 * HOUR
    row = record_event(
        actor=here.nurse,
        course_id=here.course.id,
        report=Report(kind="PAUSE", at=at, reason="OTHER", until=at + HOUR),
        now=at + HOUR,
    )
    correct_event(
        actor=here.nurse,
        course_id=here.course.id,
        event_id=row.id,
        report=Report(kind="PAUSE", at=at + HOUR / 4, reason="OTHER"),
        now=at + 2 * HOUR,
    )

    status, found, _ = run(here, write(line(here, 1, "PAUSE", at, reason="OTHER")))

    assert (status, found) == (0, [0, 1, 0])


def test_the_words_of_a_pump_are_understood(here, write):
    at = MONDAY + 10 * HOUR
    lines = [
        line(here, 1, None, at, mdc="MDC_EVT_FLUID_LINE_OCCL", pump_stopped=True),
        line(here, 2, None, at + HOUR, mdc="MDC_EVT_PUMP_DELIV_START"),
    ]

    assert run(here, write(*lines))[1] == [2, 0, 0]
    told = stored().order_by("at").values_list("kind", "reason")
    assert list(told) == [("ALARM", "OCCLUSION"), ("RESUME", "")]


def test_a_record_number_means_the_running_course_of_the_site(here, write):
    lines = [one | {"course": None, "mrn": here.patient.mrn} for one in night(here)]

    assert run(here, write(*lines), site=here.site.code)[1] == [4, 0, 0]
    assert "[not_found]" in run(here, write(*lines))[2]


BEFORE, EARLY, AHEAD = MONDAY - 2 * HOUR, MONDAY + 10 * HOUR, NOW + HOUR


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"at": BEFORE.isoformat()}, "event_too_early"),
        ({"at": AHEAD.isoformat()}, "in_the_future"),
        ({"at": "2026-06-01T20:00:00"}, "naive_time"),
        ({"at": "yesterday"}, "value_not_read"),
        ({"at": 5}, "value_not_read"),
        ({"at": None}, "missing"),
        ({"id": None}, "missing"),
        ({"id": "x" * 81}, "too_long"),
        ({"note": "a\x00b"}, "not_storable"),
        ({"kind": "EXPLODED"}, "event_unknown"),
        ({"kind": "START"}, "event_fixed"),
        ({"kind": "RESUME", "at": EARLY.isoformat()}, "runs_overlap"),
        ({"kind": "PAUSE", "reason": "BORED"}, "reason_unknown"),
        ({"kind": "ALARM", "reason": "OCCLUSION"}, "effect_not_said"),
        ({"mdc": "MDC_EVT_BATT_LO"}, "value_not_read"),
        ({"kind": None, "mdc": "MDC_EVT_X"}, "value_not_read"),
        ({"pump_stopped": "yes"}, "value_not_read"),
        ({"until": BEFORE.isoformat()}, "restart_before_stop"),
        ({"patient": "Ana Rivera"}, "field_unknown"),
        ({"course": "17"}, "value_not_read"),
        ({"course": None}, "value_not_read"),
        ({"course": "0190f3c2-0000-7000-8000-000000000000"}, "not_found"),
        ({"course": None, "mrn": "M-unknown"}, "not_found"),
    ],
)
def test_a_bad_line_is_refused_with_its_reason_and_the_others_are_taken(
    here, write, change, code
):
    good = line(here, 7, "DISCONNECTED", MONDAY + 20 * HOUR)
    bad = line(here, 8, "DISCONNECTED", MONDAY + 30 * HOUR) | change
    path = write(bad, good)

    status, found, errors = run(here, path, site=here.site.code)

    assert (status, found) == (1, [1, 0, 1])
    assert errors.startswith(f"{path}:1: ")
    assert f"[{code}]" in errors
    assert stored().get().source_key == "import|e7"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "not_json"),
        ("[1]", "not_json"),
        ('{"id": "a", "id": "b"}', "duplicate_key"),
        ('{"note": "' + "x" * 70_000 + '"}', "too_large"),
    ],
)
def test_a_line_that_is_no_object_is_refused(here, write, text, code):
    good = line(here, 7, "DISCONNECTED", MONDAY + 20 * HOUR)
    path = write(text, "", good)

    status, found, errors = run(here, path)

    assert (status, found) == (1, [1, 0, 1])
    assert f"{path}:1: " in errors
    assert f"[{code}]" in errors


def test_a_missing_file_is_said(here, tmp_path):
    status, found, errors = run(here, tmp_path / "none.ndjson")

    assert (status, found) == (1, [0, 0, 1])
    assert "[file_missing]" in errors


def test_nothing_of_a_patient_is_printed(here, write):
    told = {"note": "Rivera cried", "mrn": here.patient.mrn, "course": None}
    lines = [one | told for one in night(here)]
    lines.append(line(here, 9, "Rivera", MONDAY + DAY))

    out, errors = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit):
        call_command(
            "import_events",
            str(write(*lines)),
            by=email_of(here.nurse),
            site=here.site.code,
            stdout=out,
            stderr=errors,
        )

    said = out.getvalue() + errors.getvalue()
    for secret in ("Rivera", here.patient.mrn, str(here.course.id)):
        assert secret not in said


def test_a_stranger_to_the_site_imports_nothing(here, write):
    stranger = people.staff_actor(people.SiteFactory(), "NURSE")

    status, found, errors = run(here, write(*night(here)), by=stranger)

    assert (status, found) == (1, [0, 0, 4])
    assert "[not_found]" in errors
    assert not stored().exists()


def test_whoever_may_not_record_events_imports_nothing(here, write):
    status, found, errors = run(here, write(*night(here)), by=here.pharmacist)

    assert (status, found) == (1, [0, 0, 4])
    assert "[not_allowed]" in errors
    assert not stored().exists()


@pytest.mark.parametrize(
    "options",
    [{"by": "nobody@example.org"}, {"site": "nowhere"}, {"source": "a|b"}],
)
def test_an_order_that_makes_no_sense_is_not_begun(here, write, options):
    asked = {"by": email_of(here.nurse)} | options

    with pytest.raises(CommandError):
        call_command("import_events", str(write(*night(here))), **asked)

    assert not stored().exists()


def test_the_family_imports_nothing(here, write):
    link = people.CaregiverLinkFactory(patient=here.patient)

    with pytest.raises(CommandError):
        call_command("import_events", str(write(*night(here))), by=link.user.email)


def test_a_dry_run_reports_and_stores_nothing(here, write):
    assert run(here, write(*night(here)), dry_run=True)[1] == [4, 0, 0]

    assert not stored().exists()


def test_a_move_and_a_death_follow_from_their_events(here, write):
    lines = [
        line(here, 1, "TRANSFERRED", MONDAY + DAY),
        line(here, 2, "DIED", MONDAY + 2 * DAY),
        line(here, 3, "DISCONNECTED", MONDAY + 3 * DAY),
    ]

    status, found, errors = run(here, write(*lines))

    assert (status, found) == (1, [2, 0, 1])
    assert "[no_running_cycle]" in errors
    here.course.refresh_from_db()
    assert here.course.status == "STOPPED"
