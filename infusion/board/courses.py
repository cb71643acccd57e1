"""The course page: what runs, until when, and what was planned and done."""

import datetime as dt
import hashlib
import uuid
import zoneinfo
from functools import cached_property
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from infusion.board.access import Console
from infusion.board.checkin_rows import CheckInRow, row_of
from infusion.board.people import identity
from infusion.board.premedication import BandRules, due_before, steps_up
from infusion.board.steps import offered
from infusion.board.waiting import offered_walk, waits_for
from infusion.domain.bag_life import TO_COME
from infusion.domain.courses import BagState, CourseState, CycleState
from infusion.domain.regimens import Trigger
from infusion.domain.ribbon import draw, labels_in, ribbon_of
from infusion.domain.states import PlacementKind
from infusion.selectors.checkin_pages import check_ins_of_course
from infusion.selectors.courses import get_course, show_course
from infusion.selectors.events import list_events
from infusion.selectors.messages import list_ledger
from infusion.selectors.mutes import mutes_of
from infusion.selectors.outlook import read_outlook
from infusion.selectors.planning import plan_course
from patients import policy
from patients.domain.refusals import NotFound
from patients.selectors.people import get_patient

_CHECK_INS_SHOWN = 5
_SOON = dt.timedelta(days=2)


class CourseConsole(Console):
    """A page about one course that the actor may see."""

    def load(self, course_id: uuid.UUID) -> None:
        """Load the course, its plan and the patient.

        :raises Http404: when there is no such course for the actor.
        """
        self.planned = plan_course(self.find(course_id), self.now)
        self.state: CourseState = show_course(self.planned, self.now)
        self.patient = get_patient(self.state.patient_id)

    def find(self, course_id: uuid.UUID) -> Any:
        """Find the course without reading all of it.

        :raises Http404: when there is no such course for the actor.
        """
        try:
            return get_course(self.actor, course_id)
        except NotFound:
            raise Http404 from None

    def facts(self) -> dict[str, Any]:
        """Return what the strip on top shows on every page of a course."""
        return {
            **identity(self.patient, self.now),
            "status": Status(self.state, self.patient.site.time_zone, self.now),
            "state": self.state,
            "now": self.now,
            "zone": zoneinfo.ZoneInfo(self.state.time_zone),
            "etag": etag(self.request, self.state.version, self.now),
            "step": self.request.GET.get("part"),
        }


class CoursePage(CourseConsole):
    """The whole course."""

    def get(self, request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Show the course."""
        self.load(course_id)
        return render(request, "board/courses/page.html", self._context())

    def _context(self) -> dict[str, Any]:
        steps = offered(self.actor, self.state)
        return {
            **self.facts(),
            "steps": steps,
            "bag_steps": steps_by(steps, "bag"),
            "visit_steps": steps_by(steps, "visit"),
            "event_steps": steps_by(steps, "event"),
            "events": list_events(self.state.id),
            "check_ins": self._check_ins(),
            **self._messages(),
            **self._mutes(),
            "may_change": policy.can(self.actor, "plan.change", self.state),
            "is_first_reader": self._entered_by_me(),
            **self._way(),
        }

    def _check_ins(self) -> list[CheckInRow]:
        """Return what was asked lately, and what waits for somebody."""
        found = [row_of(one, self.now) for one in check_ins_of_course(self.state.id)]
        past = [one for one in found if one.state != "COMING"]
        waiting = [one for one in past[_CHECK_INS_SHOWN:] if one.is_open]
        return [*past[:_CHECK_INS_SHOWN], *waiting]

    def _way(self) -> dict[str, Any]:
        """Return where the course stands in its regimen, and what follows from it."""
        found = read_outlook(self.state.id, self.now, self.planned)
        return {
            "waits": waits_for(found),
            "walk_steps": offered_walk(self.actor, self.state, found),
            "warnings": found.warnings,
            "newer_version": found.newer_version,
        }

    def _messages(self) -> dict[str, Any]:
        """Split the log: sent or owed soon, far away, and cancelled."""
        parts: dict[str, list[Any]] = {"near": [], "later": [], "cancelled": []}
        for row in list_ledger(self.state.id):
            parts[_part_of(row, self.now + _SOON)].append(row)
        return {f"messages_{part}": rows for part, rows in parts.items()}

    def _mutes(self) -> dict[str, Any]:
        """Return what is muted now, and until when it keeps reminders back."""
        found = mutes_of(self.state.patient_id, self.state.id, self.now)
        mutes = list(found.select_related("by"))
        return {
            "mutes": mutes,
            "muted_until": mutes[0].until if mutes else None,
            "may_mute": policy.can(self.actor, "mute.set", self.state),
        }

    def _entered_by_me(self) -> bool:
        check = self.state.open_check
        return check is not None and check.entered_by_id == self.actor.user_id


def _part_of(message: Any, soon: dt.datetime) -> str:
    """Say into which part of the log a message goes."""
    if message.status == "CANCELLED":
        return "cancelled"
    is_far = message.status == "PENDING" and message.due_at > soon
    return "later" if is_far else "near"


class CourseStatusPart(CourseConsole):
    """The part of the page that refreshes itself; unchanged, it answers 304."""

    is_poll = True

    def get(self, request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Answer with the strip and the ribbon, or with 304."""
        course = self.find(course_id)
        present = etag(request, course.version, self.now)
        if request.headers.get("If-None-Match") == present:
            response = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
        else:
            self.load(course_id)
            response = render(request, "board/courses/status.html", self.facts())
        response["ETag"] = present
        zone = zoneinfo.ZoneInfo(course.time_zone)
        response["X-Data-As-Of"] = f"{self.now.astimezone(zone):%H:%M:%S}"
        return response


def etag(request: HttpRequest, version: int, now: dt.datetime) -> str:
    """Return what the status depends on: the course, the minute and the reader."""
    parts = (version, now.strftime("%Y%m%d%H%M"), get_language(), request.user.pk)
    digest = hashlib.sha256(repr(parts).encode()).hexdigest()
    return f'"{digest[:24]}"'


def steps_by(steps: list[Any], of: str) -> list[Any]:
    """Return the steps that are taken on one bag or one visit."""
    return [step for step in steps if step.of == of]


class Status:
    """A course at one instant, as the strip on top tells it."""

    def __init__(self, state: CourseState, site_zone: str, now: dt.datetime) -> None:
        self.state = state
        self.now = now
        self.zone = zoneinfo.ZoneInfo(state.time_zone)
        self.site_zone = zoneinfo.ZoneInfo(site_zone)
        self.cycle: CycleState | None = state.current_cycle
        self.hanging: BagState | None = state.hanging
        self.place = state.placement_at(now)

    @property
    def two_zones(self) -> bool:
        """Say whether patient and site read different clocks."""
        return self.state.time_zone != str(self.site_zone)

    @property
    def dry_at(self) -> dt.datetime | None:
        """Return when the hanging bag runs dry."""
        return self.cycle.clock.dry_at if self.cycle else None

    @property
    def is_dry(self) -> bool:
        """Say whether the bag should have run dry by now."""
        return self.dry_at is not None and self.dry_at <= self.now

    @property
    def restart_limit_at(self) -> dt.datetime | None:
        """Return from when on a restart is a re-initiation."""
        return self.cycle.clock.restart_limit_at if self.cycle else None

    @property
    def way_on(self) -> str:
        """Return how the infusion may go on while it stands still."""
        return self.cycle.clock.way_on if self.cycle else ""

    @property
    def is_at_home(self) -> bool:
        """Say whether the patient is at home now."""
        return self.place is not None and self.place.kind == PlacementKind.HOME

    @property
    def limit_passed(self) -> bool:
        """Say whether the limit for a simple restart is over."""
        return self.restart_limit_at is not None and self.restart_limit_at <= self.now

    @property
    def next_bag(self) -> BagState | None:
        """Return the bag to hang next."""
        bags = self.cycle.bags if self.cycle else ()
        found = [bag for bag in bags if bag.status in TO_COME]
        return min(found, key=lambda bag: bag.sequence, default=None)

    @property
    def next_bag_is_near(self) -> bool:
        """Say whether the next bag is needed within two days."""
        bag = self.next_bag
        return bag is not None and bag.hang_at <= self.now + _SOON

    @property
    def is_first_cycle(self) -> bool:
        """Say whether the present cycle is the first of the course."""
        return self.cycle is not None and self.cycle.number == 1

    @property
    def before_start(self) -> list[BandRules]:
        """Return the premedication before the start of the cycle."""
        return due_before(self.cycle, Trigger.CYCLE_START)

    @property
    def before_step(self) -> list[BandRules]:
        """Return the premedication before the next bag, when it steps the dose up."""
        is_step = steps_up(self.cycle, self.next_bag)
        return due_before(self.cycle, Trigger.DOSE_STEP) if is_step else []

    @property
    def before_restart(self) -> list[BandRules]:
        """Return the premedication before a restart that is a re-initiation."""
        is_late = self.limit_passed
        return due_before(self.cycle, Trigger.RESTART) if is_late else []

    @cached_property
    def ribbons(self) -> list[tuple[CycleState, str]]:
        """Return the ribbon of every cycle, the present one first."""
        labels = labels_in(get_language() or "en")
        cycles = sorted(self.state.cycles, key=lambda cycle: cycle != self.cycle)
        return [(cycle, self._ribbon(cycle, labels)) for cycle in cycles]

    def _ribbon(self, cycle: CycleState, labels: Any) -> str:
        course = reverse("board:course", args=[self.state.id])
        ribbon = ribbon_of(
            cycle,
            now=self.now,
            zone=self.zone,
            labels=labels,
            placements=self.state.placements,
            link=lambda bag: f"{course}#bag-{bag.code}",
        )
        return draw(ribbon)
