"""What must not be told of a course at the console: refused in words, nothing half done."""

import datetime as dt
import re

import pytest

from infusion import models
from infusion.services.events import Report, record_event
from infusion.services.readiness import NewFact, record_facts
from tests.factories import readiness as ready
from tests.factories.wards import HOUR, MONDAY, planned_bags, reading_of
from tests.integration.board.test_steps import hidden, open_form

DAY = 24 * HOUR
TABLES = (
    models.Bag,
    models.HangCheck,
    models.InfusionEvent,
    models.PlanVersion,
    models.ReadinessFact,
    models.ReadinessSignature,
    models.ReadinessWaiver,
)


@pytest.fixture
def console_at(settings):
    """Move the clock of the console."""

    def move(instant: dt.datetime) -> None:
        ahead = instant - dt.datetime.now(dt.UTC)
        with open(settings.CLOCK_FILE, "w") as file:  # noqa: PTH123
            file.write(str(int(ahead.total_seconds()) + 1))

    return move


def stored(course) -> tuple[int, ...]:
    course.refresh_from_db()
    return (course.version, *(table.objects.count() for table in TABLES))


def typed(name: str, instant: dt.datetime) -> dict[str, str]:
    """Type an instant on the wall clock of the patient."""
    local = instant.astimezone(dt.timezone(-4 * HOUR))
    return {f"{name}_0": f"{local:%Y-%m-%d}", f"{name}_1": f"{local:%H:%M}"}


def errors_of(answer) -> str:
    found = re.search(
        r'class="error.*?</ul>|class="error.*?</div>', answer.text, re.DOTALL
    )
    return found.group() if found else ""


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (typed("at", MONDAY - HOUR), "before"),
        (typed("at", MONDAY + 2 * HOUR), "has not come yet"),
        ({"kind": "PAUSE", "reason": "LUNCH"}, "LUNCH"),
        ({"kind": "PAUSE", "reason": "CRS"}, "reason"),
        ({"kind": "RESUME"}, "ran"),
        (typed("until", MONDAY), "must have run again after it stopped"),
    ],
)
def test_an_event_that_cannot_be_is_refused_in_words(ward, browser_of, told, words):
    course = ward.running()
    client = browser_of(ward.nurse)
    path, form = open_form(client, course, "event")
    sent = {"kind": "DISCONNECTED", **typed("at", MONDAY + HOUR / 4), **told}
    before = stored(course)

    answer = client.post(path, form | sent)

    assert answer.status_code == 422
    assert words in errors_of(answer)
    assert stored(course) == before


def test_the_event_of_another_course_is_not_there(ward, browser_of):
    course = ward.running()
    there = ward.neighbour()
    other = there.running("us-label-mrd")
    told = record_event(
        actor=ward.nurse,
        course_id=other.id,
        report=Report(kind="DISCONNECTED", at=MONDAY + HOUR / 4),
        now=MONDAY + HOUR / 2,
    )
    client = browser_of(ward.nurse)
    _path, form = open_form(client, course, "event")
    before = stored(other), stored(course)

    path = f"/courses/{course.pk}/steps/undo/{told.pk}"
    answer = client.post(path, form | {"note": "other patient"})

    assert answer.status_code == 422
    assert "There is no such record for you." in errors_of(answer)
    assert (stored(other), stored(course)) == before


def test_runs_never_overlap_by_taking_a_stop_back(ward, browser_of):
    course = ward.running()
    told = record_event(
        actor=ward.nurse,
        course_id=course.id,
        report=Report(
            kind="DISCONNECTED", at=MONDAY + HOUR / 6, until=MONDAY + HOUR / 3
        ),
        now=MONDAY + HOUR / 2,
    )
    client = browser_of(ward.nurse)
    path, form = open_form(client, course, "undo", told.pk)
    before = stored(course)

    answer = client.post(path, form | {"note": "wrong"})

    assert answer.status_code == 422
    assert stored(course) == before


@pytest.mark.parametrize(
    ("replaces", "words"),
    [("", "hangs"), ("NOSUCHBAG", "is not the one on the pump")],
)
def test_a_second_bag_never_hangs_beside_the_first(
    ward, browser_of, console_at, replaces, words
):
    course = ward.running()
    now = MONDAY + 7 * DAY
    bag = planned_bags(course)[0]
    ward.deliver(bag, now - HOUR)
    console_at(now)
    client = browser_of(ward.nurse)
    path, form = open_form(client, course, "hang")
    read = reading_of(bag, now)
    sent = {
        "bag_code": bag.code,
        "replaces_code": replaces,
        "rate_ml_h": str(read.rate_ml_h),
        "volume_ml": str(read.volume_ml),
        **typed("hung_at", now),
        **typed("ends_at", read.ends_at),
    }
    before = stored(course)

    answer = client.post(path, form | sent)

    assert answer.status_code == 422
    assert words in answer.text
    assert stored(course) == before
    assert course.bags.filter(status="HUNG").count() == 1


@pytest.fixture
def settled(ward, console_at):
    now = MONDAY + 73 * HOUR
    console_at(now)
    return ready.make_ready(ward.running("us-label-mrd"), ward.nurse, now)


def shown(client, path):
    found = re.findall(
        r'name="(token|digest|version)" value="([^"]*)"', client.get(path).text
    )
    return dict(found)


def test_one_person_signs_once_and_nobody_signs_what_is_outdated(
    ward, settled, browser_of
):
    path = f"/courses/{settled.pk}/readiness"
    nurse, physician = browser_of(ward.nurse), browser_of(ward.physician)
    form, seen = shown(nurse, path), shown(physician, path)
    again = shown(nurse, path)
    assert nurse.post(path, form).status_code == 302
    before = stored(settled)

    second = nurse.post(path, again)
    assert second.status_code == 422
    assert stored(settled) == before

    record_facts(
        actor=ward.nurse,
        course_id=settled.id,
        taken_at=MONDAY + 73 * HOUR,
        facts=[NewFact(kind="TEMPERATURE", number=ready.Decimal("38.9"), unit="Cel")],
        now=MONDAY + 73 * HOUR,
    )
    before = stored(settled)
    outdated = physician.post(path, seen)
    assert outdated.status_code == 422
    assert "Something has changed since this was shown to you" in outdated.text
    assert stored(settled) == before


def test_a_hard_criterion_is_waived_by_nobody(ward, settled, browser_of):
    client = browser_of(ward.physician)
    path = f"/courses/{settled.pk}/readiness/TC04/waive"
    before = stored(settled)

    answer = client.post(path, hidden(client.get(path).text) | {"reason": "please"})

    assert answer.status_code == 422
    assert "nobody can waive it" in answer.text
    assert stored(settled) == before
