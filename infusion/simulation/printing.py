"""Writes a report for people, in the language that is on; two beside each other too."""

import datetime as dt
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from infusion.domain.evidence import Fact
from infusion.domain.rates import Rate
from infusion.simulation import naming
from infusion.simulation.measuring import GradeRate, Load, Noticed, OnsetCurve, Spread
from infusion.simulation.pairing import Compared, Paired
from infusion.simulation.report import Report

_MINUTE = dt.timedelta(minutes=1)
_HOUR = dt.timedelta(hours=1)
_DAY = dt.timedelta(days=1)
_WIDE = ("W", "F")
_NONE = "–"


@dataclass(frozen=True)
class Row:
    """A line of the report: what it is of, and what was found."""

    label: str
    value: str


@dataclass(frozen=True)
class Section:
    """Some lines under a heading."""

    title: str
    rows: tuple[Row, ...]
    note: str = ""


def text(report: Report) -> str:
    """Return the report for a terminal."""
    return "\n".join([*_head(report), *_lines(_sections(report)), *_assumed(report)])


def text_of_two(before: Report, after: Report, compared: Compared) -> str:
    """Return two reports of the same patients side by side, such as of two rule sets."""
    rules = _("Rules: {before} | {after}").format(
        before=before.run.rules, after=after.run.rules
    )
    pairs = zip(_sections(before), _sections(after), strict=True)
    both = (_beside(one, other) for one, other in pairs)
    sections = [_compared(compared), *both]
    return "\n".join([*_head(after), rules, *_lines(sections), *_assumed(after)])


def _beside(one: Section, other: Section) -> Section:
    values = {row.label: row.value for row in other.rows}
    labels = dict.fromkeys([row.label for row in one.rows] + list(values))
    before = {row.label: row.value for row in one.rows}
    rows = (
        Row(label, f"{before.get(label, _NONE)} | {values.get(label, _NONE)}")
        for label in labels
    )
    return Section(one.title, tuple(rows), one.note)


def _compared(found: Compared) -> Section:
    """Say what the second rule set noticed and the first did not, patient by patient."""
    first, then = map(_each, found.alerts_per_day)
    return Section(
        _("The same patients, illnesses that began at home"),
        (
            *(
                Row(naming.illness(one.illness), _paired(one))
                for one in found.illnesses
            ),
            Row(_("Alerts a patient-day"), f"{first} | {then}"),
            Row(_("Patients with fewer alerts"), str(found.fewer_alerts)),
            Row(_("Patients with more alerts"), str(found.more_alerts)),
        ),
    )


def _paired(one: Paired) -> str:
    return _(
        "noticed by both {both}, no longer {only_before}, newly {only_after}, by neither "
        "{neither}; sooner {sooner}, later {later}, by {spread}"
    ).format(
        both=one.both,
        only_before=one.only_before,
        only_after=one.only_after,
        neither=one.neither,
        sooner=one.sooner,
        later=one.later,
        spread=_spread(one.by),
    )


def _head(report: Report) -> Iterator[str]:
    yield _("Simulated courses: nobody real, no clinical evidence.")
    yield _(
        "Seed {seed}, {patients} patients, regimen {regimen}, rules {rules}."
    ).format(
        seed=report.run.seed,
        patients=report.run.patients,
        regimen=report.run.regimen,
        rules=report.run.rules,
    )
    yield from (f"{name}: {value}" for name, value in sorted(report.run.notes.items()))


def _lines(sections: Iterable[Section]) -> Iterator[str]:
    for section in sections:
        if not section.rows:
            continue
        yield ""
        yield section.title
        if section.note:
            yield f"  {section.note}"
        wide = max(_width(row.label) for row in section.rows)
        for row in section.rows:
            yield f"  {row.label}{' ' * (wide - _width(row.label))}  {row.value}"


def _width(label: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(
        2 if unicodedata.east_asian_width(sign) in _WIDE else 1 for sign in label
    )


def _sections(report: Report) -> tuple[Section, ...]:
    return (
        _courses(report),
        Section(_("Onset, by the end of a day"), tuple(map(_onset, report.onsets))),
        _rates(report),
        Section(
            _("Illnesses that began at home: how they were noticed"),
            tuple(row for one in report.noticed for row in _noticed(one)),
            _(
                "By a check-in that was amber or red; the time counts from the onset. "
                "Which signs show, and how often, is assumed: this compares rules, it "
                "does not say how good any are."
            ),
        ),
        Section(_("Check-ins"), tuple(_check_ins(report))),
        _alerts(_("Alerts, by severity"), report.severities, naming.severity),
        _alerts(_("Alerts, by cause"), report.causes, naming.cause),
        _alerts(_("Alerts of check-ins, by rule"), report.rules, str),
        Section(_("Bags and pump"), tuple(_bags(report))),
    )


def _courses(report: Report) -> Section:
    endings = (
        Row(naming.ending(name), str(many)) for name, many in report.endings.items()
    )
    return Section(
        _("Courses"),
        (
            Row(_("Courses"), str(report.courses)),
            Row(_("Days on the ward"), f"{report.days_on_ward:.1f}"),
            Row(_("Days at home"), f"{report.days_at_home:.1f}"),
            *endings,
        ),
    )


def _onset(curve: OnsetCurve) -> Row:
    marked = [day for day in (1, 2, 3, 7, 9, 14, 28) if day <= len(curve.by_day)]
    had = curve.by_day[-1] if curve.by_day else 0
    by_day = ", ".join(
        _("day {day}: {percent}").format(
            day=day, percent=_percent(Rate(events=curve.by_day[day - 1], of=had))
        )
        for day in marked
    )
    medians = _("median {own}, published {published}").format(
        own=_long(curve.median), published=_sourced(curve.published)
    )
    return Row(
        naming.illness(curve.illness), f"{medians}; {by_day}" if had else medians
    )


def _rates(report: Report) -> Section:
    return Section(
        _("Grades, beside the published figures"),
        tuple(_rate(one) for one in report.rates),
        _("In brackets the 95 % interval."),
    )


def _rate(one: GradeRate) -> Row:
    published = float(one.published.value)
    is_within = not one.own.of or one.own.holds(published)
    said = _("within") if is_within else _("outside")
    value = _("{own}, published {published}: {said}").format(
        own=_of(one.own), published=_sourced(one.published), said=said
    )
    return Row(naming.grades(one.illness, one.group, one.grade), value)


def _noticed(one: Noticed) -> Iterator[Row]:
    name = naming.worst_grade(one.illness, one.peak_grade)
    yield Row(
        name,
        _(
            "{flagged} after {spread}; red {red}; asked {asked}; recorded {recorded}"
        ).format(
            flagged=_of(one.flagged),
            spread=_spread(one.to_flag),
            red=_counted(one.red),
            asked=_counted(one.asked),
            recorded=_counted(one.recorded),
        ),
    )


def _check_ins(report: Report) -> Iterator[Row]:
    found = report.check_ins
    yield Row(_("Planned"), str(found.planned))
    yield Row(_("Not answered"), _of(found.missed))
    yield Row(_("Time to the answer"), _spread(found.to_answer))
    for name, many in found.colours.items():
        yield Row(naming.colour(name), str(many))
    yield Row(_("Amber or red though well"), _of(found.flagged_though_well))
    yield Row(_("Green though ill"), _of(found.green_though_ill))
    yield Row(_("Green though of grade 3 or more"), _of(found.green_though_severe))


def _alerts(title: str, loads: Sequence[Load], named: naming.Named) -> Section:
    rows = tuple(Row(named(one.name), _load(one)) for one in loads)
    return Section(title, rows)


def _load(one: Load) -> str:
    per_day = _NONE if one.per_day is None else f"{one.per_day:.3f}"
    return _(
        "{raised}, {per_day} a patient-day; with a reason {reason}; taken {taken} after "
        "{spread}; ladder ran out {exhausted}"
    ).format(
        raised=one.raised,
        per_day=per_day,
        reason=_percent(one.with_reason),
        taken=_percent(one.taken),
        spread=_spread(one.to_take),
        exhausted=one.exhausted.events,
    )


def _bags(report: Report) -> Iterator[Row]:
    found, thrown = report.changes, report.waste
    yield Row(_("Changes"), str(found.done))
    yield Row(_("Never changed"), str(found.never_done))
    yield Row(_("Changes at home"), _of(found.at_home))
    yield Row(_("Changes outside the hours of the site"), _of(found.off_hours))
    yield Row(_("Later than planned by"), _spread(found.late))
    yield Row(_("Stops of the pump"), str(report.stops))
    yield Row(_("Bags thrown away, by course"), _each(thrown.bags))
    yield Row(_("Vials in them, by course"), _each(thrown.vials))
    yield Row(_("Micrograms in them, by course"), _each(thrown.micrograms))


def _assumed(report: Report) -> Iterator[str]:
    """List what no source gives: nobody is to take a result for more than it is."""
    if not report.assumed:
        return
    yield ""
    yield _("No source gives these; they are assumptions of the simulation:")
    for fact in report.assumed:
        yield f"  {fact.path} = {fact.value} {fact.unit} [{fact.mark}]".rstrip()


def _sourced(fact: Fact) -> str:
    return f"{fact.value} {fact.unit} [{fact.mark}]"


def _each(value: float | None) -> str:
    return _NONE if value is None else f"{value:.2f}"


def _percent(rate: Rate) -> str:
    return _NONE if rate.percent is None else f"{rate.percent:.1f} %"


def _counted(rate: Rate) -> str:
    return f"{rate.events}/{rate.of}"


def _of(rate: Rate) -> str:
    if not rate.of:
        return _NONE
    low, high = rate.interval
    return f"{_percent(rate)} ({low:.1f}–{high:.1f}), {_counted(rate)}"


def _spread(found: Spread) -> str:
    if found.p50 is None or found.p90 is None:
        return _NONE
    return _("{middle}, nine in ten within {most}").format(
        middle=_long(found.p50), most=_long(found.p90)
    )


def _long(lasts: dt.timedelta | None) -> str:
    """Write a duration in the unit that fits it."""
    if lasts is None:
        return _NONE
    if abs(lasts) < 2 * _HOUR:
        return _("{minutes:.0f} min").format(minutes=lasts / _MINUTE)
    if abs(lasts) < 2 * _DAY:
        return _("{hours:.1f} h").format(hours=lasts / _HOUR)
    return _("{days:.1f} d").format(days=lasts / _DAY)
