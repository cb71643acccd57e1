"""Takes a way through the graph of a regimen: who decided, on which facts, and why."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from infusion import models
from infusion.domain.blocks import TIMELESS, Block, BlockKind
from infusion.domain.conditions import FactKind
from infusion.domain.outlooks import FactTaken
from infusion.domain.refusals import Refusal
from infusion.domain.standings import Choice, Due, Standing, standing
from infusion.domain.states import BlockStatus, CourseStatus, check_step
from infusion.domain.walks import Verdict, WalkedRound
from infusion.selectors.walking import LEAVABLE, Walk, load_walk
from infusion.services import facts as giving
from infusion.services.common import changing
from infusion.services.facts import FactGiven, ReasonNeeded, with_age
from infusion.services.planning import replan
from infusion.services.rounds import RUNNING, BlockOpen, CourseOver, add_round
from patients.policy import Actor


class WayNotOpen(Refusal):
    """No such way leads on from where the course stands."""

    code = "way_not_open"


class ResponseNeeded(Refusal):
    """Who leaves the regimen leaves with a word on how the disease answered."""

    code = "response_needed"


class Response(StrEnum):
    """How the disease had answered to blinatumomab when the patient left."""

    YES = "YES"
    NO = "NO"
    NOT_ASSESSED = "NOT_ASSESSED"


def decide(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    expected_version: int | None = None,
    to: str,
    facts: Iterable[FactGiven] = (),
    reason: str = "",
    response: str = "",
    now: dt.datetime,
) -> models.Course:
    """Take a way out of the block the course stands at; an exit ends the course.

    Until the next block is opened a later decision replaces an earlier one. A course that
    has ended, also one that was stopped, may only be left by an exit.

    :raises WayNotOpen: when no such way leads on from here.
    :raises CourseOver: when the course has ended and the way is no exit.
    :raises FactsMissing: naming the kinds that this way, or one before it, asks for.
    :raises ReasonNeeded: when the facts speak against the way or do not settle it.
    :raises ResponseNeeded: when leaving without a word on the response.
    """
    with changing(
        actor=actor,
        action="course.decide",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        if course.status not in RUNNING | LEAVABLE:
            raise CourseOver(field="course")
        walk = load_walk(course, now)
        taken = with_age(walk, facts)
        place, choice = _chosen(walk, to, taken)
        giving.check_given(_needed(place, choice), taken)
        _check_words(choice, reason, response)
        models.Decision.objects.create(
            from_block=_fork(walk, choice),
            reason=reason,
            response=response,
            decided_by_id=actor.user_id,
            decided_at=now,
            **_basis(walk, place, choice, taken),
        )
        if choice.is_exit:
            _leave(walk, to)
        replan(course, cause="decided", actor_id=actor.user_id, now=now)
    return course


def _basis(
    walk: Walk, place: Standing, choice: Choice, taken: Sequence[FactTaken]
) -> dict[str, Any]:
    """Return what a decision rests on, as it is stored."""
    return {
        "course": walk.course,
        "to": choice.to,
        "facts": giving.as_json(taken),
        "shown": _shown(place.choices),
        "verdict": choice.branch.verdict.value,
        "regimen_version": walk.regimen.version,
    }


def _check_words(choice: Choice, reason: str, response: str) -> None:
    """Ask for the words a way needs: why against the facts, and how one leaves."""
    if choice.branch.verdict != Verdict.OPEN and not reason.strip():
        raise ReasonNeeded(field="reason")
    if choice.is_exit and response not in set(Response):
        raise ResponseNeeded(field="response")


def _chosen(walk: Walk, to: str, taken: Sequence[FactTaken]) -> tuple[Standing, Choice]:
    """Return the way to a block from here, or in place of the last decision."""
    block = walk.regimen.block(to)
    known = [one.fact for one in taken]
    if walk.course.status in LEAVABLE:
        return _exit(walk.leaving(known), block)
    for rounds in (walk.rounds, _undecided(walk)):
        place = standing(walk.regimen, rounds, known)
        choice = place.choice(to)
        if choice is not None:
            return place, choice
    place = walk.standing()
    if place.due in {Due.BLOCK_START, Due.BLOCK_END, Due.CYCLE_START, Due.CYCLE_END}:
        raise BlockOpen(field="to", block=place.block.key if place.block else "")
    raise WayNotOpen(field="to")


def _exit(place: Standing, block: Block) -> tuple[Standing, Choice]:
    """Return the way into an exit: a course that has ended goes nowhere else."""
    choice = place.choice(block.key)
    if choice is not None:
        return place, choice
    if block.kind == BlockKind.EXIT:
        raise WayNotOpen(field="to")
    raise CourseOver(field="course")


def _undecided(walk: Walk) -> tuple[WalkedRound, ...]:
    """Return the rounds as if the last decision had not been taken."""
    if not walk.rounds:
        return ()
    return (*walk.rounds[:-1], replace(walk.rounds[-1], moved_on_to=None))


def _needed(place: Standing, choice: Choice) -> list[FactKind]:
    """Return what must be known: for this way, and for those that would come first."""
    kinds = list(choice.needed)
    if choice.is_optional:
        return kinds
    for other in place.choices:
        if other is choice:
            break
        if not other.is_optional and other.branch.verdict == Verdict.UNKNOWN:
            kinds += other.needed
    return list(dict.fromkeys(kinds))


def _fork(walk: Walk, choice: Choice) -> models.CourseBlock:
    """Return the round the way leads on from; a decision block is walked by deciding."""
    for row in reversed(walk.rows):
        if (row.block_key, row.ordinal) == (choice.from_block, choice.from_ordinal):
            return row
    block = walk.regimen.block(choice.from_block)
    if block.kind not in TIMELESS:
        raise WayNotOpen(field="to")
    place = Standing(due=Due.DECISION, block=block, ordinal=choice.from_ordinal)
    return add_round(
        walk,
        place,
        status=BlockStatus.COMPLETED,
        starts_on=walk.on,
        ended_on=walk.on,
    )


def _leave(walk: Walk, to: str) -> None:
    """End the course by a way out of the regimen."""
    course = walk.course
    check_step(CourseStatus(course.status), CourseStatus.LEFT)
    if not course.blocks.filter(block_key=to).exists():
        place = Standing(due=Due.LEAVE, block=walk.regimen.block(to), ordinal=1)
        add_round(
            walk,
            place,
            status=BlockStatus.COMPLETED,
            starts_on=walk.on,
            ended_on=walk.on,
        )
    course.status, course.exit_key = CourseStatus.LEFT, to
    course.save(update_fields=["status", "exit_key"])


def _shown(choices: Iterable[Choice]) -> list[dict[str, Any]]:
    """Return what the physician saw: each way, its verdict, each condition's answer."""
    return [
        {
            "to": one.to,
            "verdict": one.branch.verdict.value,
            "is_optional": one.is_optional,
            "answers": [
                {
                    "kind": answer.condition.kind.value,
                    "operator": answer.condition.operator.value,
                    "values": list(answer.condition.values),
                    "assays": list(answer.condition.assays),
                    "holds": answer.holds,
                }
                for answer in one.branch.answers
            ],
        }
        for one in choices
    ]
