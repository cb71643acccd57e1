"""Rough courses without a service: persons, triage and people on duty alone.

Enough to look at a report; what the services make of a course is the engine's to say.
"""

import datetime as dt
import uuid

from infusion.catalogue.questionnaires import shipped_questionnaires
from infusion.catalogue.simulation import shipped_numbers
from infusion.domain.alerts import Cause
from infusion.domain.findings import Source
from infusion.domain.ladders import Severity
from infusion.domain.submissions import FormAnswers, Submission, read_findings
from infusion.domain.triage import CheckIn, Colour, RuleSet, triage
from infusion.simulation.people import Person, person
from infusion.simulation.staff import OnDuty
from infusion.simulation.stories import (
    AlertTold,
    ChangeTold,
    CheckInTold,
    CourseStory,
    Ending,
    Illness,
    IllnessTold,
    WasteTold,
)

NUMBERS = shipped_numbers()
START = dt.datetime(2026, 11, 2, 14, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR
HOME_AFTER, ENDS_AFTER = 3 * DAY, 28 * DAY
FORMS = ("daily-adult", "neuro", "pump-line")
SIGNED = frozenset({"place"})


def story(seed: int, index: int, rules: RuleSet) -> CourseStory:
    one = person(seed, index, NUMBERS)
    asked = [
        _asked(one, due, rules)
        for due in (HOME_AFTER + 12 * HOUR * turn for turn in range(50))
    ]
    return CourseStory(
        index=index,
        group=one.profile.group,
        regimen="us-label-rr",
        days_on_ward=HOME_AFTER / DAY,
        days_at_home=(ENDS_AFTER - HOME_AFTER) / DAY,
        ended_why=Ending.DONE,
        check_ins=tuple(asked),
        alerts=tuple(_alerts(seed, one, asked)),
        illnesses=tuple(_illness(each, asked) for each in one.illnesses),
        changes=tuple(_change(one, week) for week in (1, 2, 3)),
        stops=tuple(each.at for each in one.stops),
        waste=WasteTold(bags=index % 2, vials=2 * (index % 2), micrograms=0),
    )


def _asked(one: Person, due: dt.timedelta, rules: RuleSet) -> CheckInTold:
    grade = max(one.grade(each, due) for each in Illness)
    after = one.answers_after(due)
    if after is None:
        return CheckInTold(due=due, answered_after=None, colour=None, true_grade=grade)
    at, known = due + after, shipped_questionnaires()
    forms = [known[key] for key in FORMS]
    sent = Submission(
        client_id=uuid.UUID(int=0),
        forms=tuple(
            FormAnswers(
                key=form.key,
                version=form.version,
                answers=one.answers(form, at, START + at, SIGNED),
            )
            for form in forms
        ),
        given_at=START + at,
    )
    found = read_findings(forms, sent, Source.PATIENT, START + at, SIGNED)
    result = triage(rules, CheckIn(at=START + at, findings=found))
    return CheckInTold(
        due=due,
        answered_after=after,
        colour=result.colour,
        rules=tuple(each.rule.key for each in result.fired),
        true_grade=grade,
        had_reason=one.needs_somebody(at),
    )


def _alerts(seed: int, one: Person, asked: list[CheckInTold]):
    duty = OnDuty(seed=seed, numbers=NUMBERS)
    for each in asked:
        if each.colour in (Colour.AMBER, Colour.RED):
            severity = Severity(each.colour.value)
            cause = Cause(f"CHECK_IN_{each.colour.value}")
            raised = each.due + each.answered_after
            taking = duty.takes(one.index, cause, severity, START + raised)
            yield AlertTold(
                cause=cause,
                severity=severity,
                raised=raised,
                rules=each.rules,
                taken_after=taking.taken_after,
                resolved_after=taking.resolved_after,
                is_exhausted=taking.taken_after is None,
                had_reason=each.had_reason,
            )


def _illness(ill, asked: list[CheckInTold]) -> IllnessTold:
    answered = [
        (one.due + one.answered_after, one.colour)
        for one in asked
        if one.answered_after is not None
        and ill.onset <= one.due + one.answered_after < ill.ended
    ]
    flags = [at for at, colour in answered if colour != Colour.GREEN]
    reds = [at for at, colour in answered if colour == Colour.RED]
    return IllnessTold(
        illness=ill.illness,
        onset=ill.onset,
        ended=ill.ended,
        peak_grade=ill.peak_grade,
        at_home_at_onset=ill.onset >= HOME_AFTER,
        asked=bool(answered),
        flagged_after=flags[0] - ill.onset if flags else None,
        red_after=reds[0] - ill.onset if reds else None,
        recorded_after=flags[0] - ill.onset + HOUR if flags else None,
        recorded_grades=(ill.peak_grade,) if flags else (),
    )


def _change(one: Person, week: int) -> ChangeTold:
    planned = week * 7 * DAY
    return ChangeTold(
        planned=planned,
        done=planned + one.change_off_by(planned),
        is_at_home=True,
        is_off_hours=week == 2,
    )
