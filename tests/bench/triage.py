"""Triage of one check-in: the rules alone, and through the service with its database.

Each is measured with no earlier check-in, with 30 and with 300: what a course gathers must
not make its last check-in slow.
"""

import datetime as dt
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.bench.rows import Row, alone, beside

EARLIER = (0, 30, 300)
TIMES = 200
SENT = 40
# Twice a day, as in the first two weeks of cycle 1.
APART = dt.timedelta(hours=12)
# A family waits for its answer: beside the limit that a page has.
LIMIT_MS = 500
METHOD = """
One adult answers the daily check; all is well. Pure: answers that are read already, all
rules and grades. Service: the transaction that stores answers, result, colour and the next
questions, on PostgreSQL; of its time the processor of this process counts the same on a
machine that is busy. Earlier check-ins are twelve hours apart; a trend looks back over
the hours its rule names, so of 300 only the last few are read.
"""


def run() -> list[Row]:
    """Measure in a scratch database."""
    from django.db import connection

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        return list(_measure())
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _measure() -> Iterator[Row]:
    for earlier in EARLIER:
        home = _Home(earlier)
        yield alone(f"pure, {earlier} earlier", _pure(home), "us")
        answered = _ms(home.answer, SENT)
        yield beside(f"service, {earlier} earlier", answered, "ms", LIMIT_MS)
        used = _ms(home.answer, SENT, time.process_time)
        yield alone(f"processor of it, {earlier} earlier", used, "ms")
        yield alone(f"statements, {earlier} earlier", home.statements(), "")
    yield alone("replayed under two sets, an answer", _replayed(home), "ms")


class _Home:
    """A patient at home who has answered so often before."""

    def __init__(self, earlier: int) -> None:
        from patients.selectors.actors import get_actor
        from tests.factories.patients import UserFactory
        from tests.factories.submissions import bare_course
        from tests.factories.wards import ward

        self.here = ward()
        self.course = bare_course(self.here)
        self.here.patient.user = UserFactory()
        self.here.patient.save()
        self.actor = get_actor(self.here.patient.user_id, self.here.now.date())
        self.now = self.here.now
        for _ in range(earlier):
            self.answer()
            self.now += APART

    def answer(self) -> Any:
        """Answer a check-in that is due now."""
        from infusion.services.checkins_answering import answer_check_in
        from tests.factories.submissions import due, sent

        # What stands already is not what is measured: a moment of its own for each.
        self.now += dt.timedelta(seconds=1)
        row = due(self.course, self.now)
        return answer_check_in(
            actor=self.actor, check_in_id=row.id, given=sent(self.now), now=self.now
        )

    def statements(self) -> int:
        """Return how many statements one answer takes."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as caught:
            self.answer()
        return len(caught)


def _replayed(home: _Home) -> float:
    """Return what reading all answers of a course again takes for each."""
    from infusion.catalogue.triage import shipped_triage
    from infusion.selectors.replaying import Asked, replay

    asked = Asked(
        since=home.here.now, until=home.now + APART, grade=1, hours=24, most=None
    )
    begun = time.perf_counter()
    found = replay(home.here.site, shipped_triage(), asked)
    return (time.perf_counter() - begun) * 1000 / found.replay.answers


def _pure(home: _Home) -> float:
    """Return the median of one reading in microseconds."""
    from infusion.catalogue.questionnaires import shipped_questionnaires
    from infusion.domain.assessing import assess
    from infusion.domain.findings import Source
    from infusion.domain.submissions import read_findings
    from infusion.domain.triage import CheckIn
    from infusion.selectors.checkins import others_of, reading_of
    from tests.factories.submissions import DAILY, sent

    reading = reading_of(home.course, home.now)
    forms = [shipped_questionnaires()[DAILY]]
    at = home.now + dt.timedelta(minutes=1)
    findings = read_findings(forms, sent(at), Source.PATIENT, at, frozenset())
    others = others_of(home.course.pk, around=at, within=reading.looks_back)
    earlier = [one.check_in for one in others]
    found = CheckIn(at=at, findings=findings)

    def once() -> object:
        return assess(
            found,
            earlier,
            later=[],
            rules=reading.rules,
            tables=reading.tables,
            scores=reading.scores,
        )

    return 1000 * _ms(once, TIMES)


def _ms(
    work: Callable[[], object],
    times: int,
    clock: Callable[[], float] = time.perf_counter,
) -> float:
    """Return the median of some runs in milliseconds."""
    spent = []
    for _ in range(times):
        begun = clock()
        work()
        spent.append((clock() - begun) * 1000)
    return statistics.median(spent)
