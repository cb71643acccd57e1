"""What an order of a course asks of its regimen, and where the course begins."""

import datetime as dt

from infusion import models
from infusion.domain.blocks import TIMELESS
from infusion.domain.entries import BlockNotEnterable, check_entry, rounds_before
from infusion.domain.instants import local_date, zone
from infusion.domain.refusals import Refusal
from infusion.domain.regimens import Regimen, Round
from infusion.domain.states import BlockStatus


class RegimenIncomplete(Refusal):
    """Something is missing in the regimen; the site has to complete it first."""

    code = "regimen_incomplete"


def check_complete(regimen: Regimen) -> None:
    """Refuse a regimen with a hole: nobody fills it in by guessing.

    :raises RegimenIncomplete: naming the places of the file.
    """
    if not regimen.is_complete:
        missing = ", ".join(one.place for one in regimen.missing)
        raise RegimenIncomplete(field="regimen", missing=missing)


def entry_of(
    regimen: Regimen, from_block: str | None, from_round: int, opening: str | None
) -> tuple[tuple[Round, ...], Round]:
    """Return what was given elsewhere, and the round a course begins with.

    :raises BlockUnknown: when the regimen has no such block.
    :raises BlockNotEnterable: when no course begins there.
    """
    if from_block is None:
        first = regimen.start
        return (), Round(block=first, ordinal=1, cycle=1 if first.is_cycle else None)
    if opening is not None:
        raise BlockNotEnterable(field="opening")
    block = regimen.block(from_block)
    check_entry(block, from_round)
    before = rounds_before(regimen, from_block, from_round)
    cycle = 1 + sum(one.cycle is not None for one in before)
    entry = Round(
        block=block, ordinal=from_round, cycle=cycle if block.is_cycle else None
    )
    return before, entry


def store_entry(
    course: models.Course,
    before: tuple[Round, ...],
    entry: Round,
    start: dt.datetime,
    cycle: models.Cycle | None,
) -> None:
    """Store what was given elsewhere, without days, and the first round as planned.

    A regimen that begins with a decision begins with no round at all.
    """
    for sequence, one in enumerate(before, 1):
        models.CourseBlock.objects.create(
            course=course,
            sequence=sequence,
            block_key=one.block.key,
            ordinal=one.ordinal,
            cycle_number=one.cycle,
            status=BlockStatus.ELSEWHERE,
        )
    if entry.block.kind in TIMELESS:
        return
    models.CourseBlock.objects.create(
        course=course,
        sequence=len(before) + 1,
        block_key=entry.block.key,
        ordinal=entry.ordinal,
        cycle_number=entry.cycle,
        cycle=cycle,
        starts_on=local_date(start, zone(course.time_zone)),
    )
