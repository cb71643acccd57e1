"""What a course waits for on its way, in words, and which steps follow from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from infusion.domain.blocks import Block
from infusion.domain.flowcharts import Standing as Place
from infusion.domain.outlooks import CourseOutlook
from infusion.domain.standings import Due
from infusion.domain.walks import RoundStatus
from infusion.wording.regimens import read
from patients import policy
from patients.policy import Actor

_WAITS: Mapping[Due, Promise] = {
    Due.BLOCK_START: _("Next: “%(block)s” waits to begin."),
    Due.BLOCK_END: _("Now: “%(block)s” runs."),
    Due.CYCLE_ORDER: _("Next: “%(block)s” waits for its order."),
    Due.CYCLE_START: _("Next: “%(block)s” is ordered and waits to begin."),
    Due.CYCLE_END: _("Now: “%(block)s” runs."),
    Due.DECISION: _("A decision is due: %(block)s"),
    Due.LEAVE: _("The regimen leads out here: %(block)s"),
    Due.NOTHING: _("Nothing is due."),
}


@dataclass(frozen=True, kw_only=True)
class WalkAction:
    """A step of the way that is offered: its route, its action, when it is open."""

    url: str
    action: str
    title: Promise
    is_open: Callable[[CourseOutlook], bool]
    is_main: Callable[[CourseOutlook], bool] = lambda _outlook: True


def _may_decide(found: CourseOutlook) -> bool:
    return bool(found.standing.choices) or _may_decide_again(found)


def _may_decide_again(found: CourseOutlook) -> bool:
    """Say whether the last decision still may be replaced."""
    walked = found.walked
    is_ahead = {Due.BLOCK_START, Due.CYCLE_ORDER, Due.LEAVE, Due.DECISION}
    return (
        bool(walked and found.decisions)
        and found.standing.due in is_ahead
        and walked[-1].moved_on_to == found.decisions[-1].to
    )


def _may_record(found: CourseOutlook) -> bool:
    place = found.standing
    if place.due == Due.BLOCK_START and place.needs_gate:
        return True
    return place.due in {Due.BLOCK_START, Due.BLOCK_END, Due.CYCLE_ORDER}


ACTIONS: tuple[WalkAction, ...] = (
    WalkAction(
        url="board:decide",
        action="course.decide",
        title=_("Decide the way"),
        is_open=_may_decide,
        is_main=lambda found: found.standing.due in {Due.DECISION, Due.LEAVE},
    ),
    WalkAction(
        url="board:gate",
        action="gate.pass",
        title=_("Let the block begin"),
        is_open=lambda found: found.standing.needs_gate,
    ),
    WalkAction(
        url="board:block",
        action="block.record",
        title=_("Record a block"),
        is_open=_may_record,
        is_main=lambda found: found.standing.due != Due.CYCLE_ORDER,
    ),
    WalkAction(
        url="board:version",
        action="course.change_regimen",
        title=_("Change the version of the regimen"),
        is_open=lambda found: bool(found.newer_version),
        is_main=lambda _found: False,
    ),
)


def offered_walk(
    actor: Actor, state: Any, found: CourseOutlook
) -> list[dict[str, Any]]:
    """Return the steps of the way this person may take now."""
    return [
        {"url": each.url, "title": each.title, "is_main": each.is_main(found)}
        for each in ACTIONS
        if policy.can(actor, each.action, state) and each.is_open(found)
    ]


def waits_for(found: CourseOutlook) -> str:
    """Return what the course waits for, as a sentence."""
    return sentence(found.standing.due, found.standing.block)


def sentence(due: Due, block: Block | None) -> str:
    """Say what is waited for, with the title of the block."""
    title = read(block.title) if block else ""
    return str(_WAITS[due]) % {"block": title}


def standings_of(found: CourseOutlook) -> dict[str, Place]:
    """Say of each block whether it is done, reached, expected or aside."""
    running = {RoundStatus.PLANNED, RoundStatus.STARTED}
    places = {block.key: Place.ASIDE for block in found.regimen.blocks}
    for item in found.items:
        if item.status == RoundStatus.EXPECTED:
            is_new = places[item.block.key] == Place.ASIDE
            places[item.block.key] = Place.AHEAD if is_new else places[item.block.key]
        else:
            is_now = item.status in running
            places[item.block.key] = Place.NOW if is_now else Place.DONE
    block = found.standing.block
    if block is not None and found.standing.due != Due.NOTHING:
        places[block.key] = Place.NOW
    return places
