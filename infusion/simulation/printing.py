"""Writes a report for people, in the language that is on; two beside each other too."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from infusion.domain.evidence import Fact
from infusion.domain.rates import Rate
from infusion.simulation import naming
from infusion.simulation.measuring import GradeRate, Load, Noticed, OnsetCurve, Spread
from infusion.simulation.pairing import Compared, Paired
from infusion.simulation.report import Report
from infusion.simulation.tables import Row, Section, beside, lines

_MINUTE = dt.timedelta(minutes=1)
_HOUR = dt.timedelta(hours=1)
_DAY = dt.timedelta(days=1)
_NONE = "–"
# The days of the curve that are told in words.
_TOLD_DAYS = (1, 2, 3, 7, 9, 14, 28)


def text(report: Report) -> str:
    """Return the report for a terminal."""
    return "\n".join([*_head(report), *lines(_sections(report)), *_assumed(report)])


def text_of_two(before: Report, after: Report, compared: Compared) -> str:
    """Return two reports of the same patients side by side, such as of two rule sets."""
    rules = _("Rules: 1 is {before}, 2 is {after}").format(
        before=before.run.rules, after=after.run.rules
    )
    pairs = zip(_sections(before), _sections(after), strict=True)
    both = (beside(one, other) for one, other in pairs)
    told = lines([*_compared(compared), *both])
    return "\n".join([*_head(after), rules, *told, *_assumed(after)])


def _compared(found: Compared) -> Iterator[Section]:
    """Say what the second rule set noticed and the first did not, patient by patient."""
    first, then = map(_each, found.alerts_per_day)
    yield Section(
        title=_("The same patients, illnesses that began at home"),
        columns=(
            _("noticed by both"),
            _("by 1 alone"),
            _("by 2 alone"),
            _("by neither"),
            _("sooner by 2"),
            _("later by 2"),
            *_middle_and_most(),
        ),
        rows=tuple(_paired(one) for one in found.illnesses),
    )
    yield _list(
        _("The same patients, alerts"),
        (_("Alerts a patient-day"), f"{first}, {then}"),
        (_("Patients with fewer alerts under 2"), str(found.fewer_alerts)),
        (_("Patients with more alerts under 2"), str(found.more_alerts)),
    )


def _paired(one: Paired) -> Row:
    counts = (one.both, one.only_before, one.only_after, one.neither)
    moved = (one.sooner, one.later)
    return Row(
        naming.illness(one.illness), (*map(str, counts + moved), *_spread(one.by))
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


def _sections(report: Report) -> tuple[Section, ...]:
    return (
        _courses(report),
        _onsets(report),
        _rates(report),
        _noticed_at_home(report),
        _check_ins(report),
        _alerts(_("Alerts, by severity"), report.severities, naming.severity),
        _alerts(_("Alerts, by cause"), report.causes, naming.cause),
        _alerts(_("Alerts of check-ins, by rule"), report.rules, str),
        _bags(report),
    )


def _list(title: str, *rows: tuple[str, str]) -> Section:
    return Section(
        title=title, rows=tuple(Row(label, (value,)) for label, value in rows)
    )


def _courses(report: Report) -> Section:
    endings = (
        (naming.ending(name), str(many)) for name, many in report.endings.items()
    )
    return _list(
        _("Courses"),
        (_("Courses"), str(report.courses)),
        (_("Days on the ward"), f"{report.days_on_ward:.1f}"),
        (_("Days at home"), f"{report.days_at_home:.1f}"),
        *endings,
    )


def _onsets(report: Report) -> Section:
    longest = max((len(one.by_day) for one in report.onsets), default=0)
    days = [day for day in _TOLD_DAYS if day <= longest]
    return Section(
        title=_("Onset, and how many of those who fell ill had by the end of a day"),
        columns=(
            _("median"),
            _("published"),
            *(_("day {day}").format(day=day) for day in days),
        ),
        rows=tuple(_onset(one, days) for one in report.onsets),
    )


def _onset(curve: OnsetCurve, days: Sequence[int]) -> Row:
    had = curve.by_day[-1] if curve.by_day else 0
    shares = (Rate(events=curve.by_day[day - 1], of=had) for day in days)
    cells = (_long(curve.median), _sourced(curve.published), *map(_percent, shares))
    return Row(naming.illness(curve.illness), cells)


def _rates(report: Report) -> Section:
    return Section(
        title=_("Grades of all patients, beside the published figures"),
        columns=(
            _("found"),
            _("interval (95 %)"),
            _("patients"),
            _("published"),
            "",
            _("in the record"),
        ),
        rows=tuple(_rate(one) for one in report.rates),
    )


def _rate(one: GradeRate) -> Row:
    is_within = not one.own.of or one.own.holds(float(one.published.value))
    said = _("within") if is_within else _("outside")
    recorded = _percent(one.recorded)
    cells = (*_of(one.own), _sourced(one.published), said, recorded)
    return Row(naming.grades(one.illness, one.group, one.grade), cells)


def _noticed_at_home(report: Report) -> Section:
    return Section(
        title=_("Illnesses that began at home, and how they were noticed"),
        columns=(
            _("amber or red"),
            _("interval (95 %)"),
            _("illnesses"),
            *_middle_and_most(),
            _("red"),
            _("asked"),
            _("recorded"),
        ),
        rows=tuple(_noticed(one) for one in report.noticed),
        note=_(
            "Which signs show, and how often, is assumed: this compares rules, it does "
            "not say how good any are. Times count from the onset."
        ),
    )


def _noticed(one: Noticed) -> Row:
    others = map(_counted, (one.red, one.asked, one.recorded))
    return Row(
        naming.worst_grade(one.illness, one.peak_grade),
        (*_of(one.flagged), *_spread(one.to_flag), *others),
    )


def _check_ins(report: Report) -> Section:
    found = report.check_ins
    middle, most = _spread(found.to_answer)
    colours = ((naming.colour(name), str(many)) for name, many in found.colours.items())
    return _list(
        _("Check-ins"),
        (_("Planned"), str(found.planned)),
        (_("Not answered"), _share(found.missed)),
        (_("Time to the answer"), _within(middle, most)),
        *colours,
        (_("Amber or red though well"), _share(found.flagged_though_well)),
        (_("Green though ill"), _share(found.green_though_ill)),
        (_("Green though of grade 3 or more"), _share(found.green_though_severe)),
    )


def _alerts(title: str, loads: Sequence[Load], named: naming.Named) -> Section:
    return Section(
        title=title,
        columns=(
            _("raised"),
            _("a patient-day"),
            _("with a reason"),
            pgettext("alert", "taken"),
            *_middle_and_most(),
            _("ladder ran out"),
        ),
        rows=tuple(_load(named(one.name), one) for one in loads),
    )


def _load(label: str, one: Load) -> Row:
    cells = (
        str(one.raised),
        _NONE if one.per_day is None else f"{one.per_day:.3f}",
        _percent(one.with_reason),
        _percent(one.taken),
        *_spread(one.to_take),
        str(one.exhausted.events),
    )
    return Row(label, cells)


def _bags(report: Report) -> Section:
    found, thrown = report.changes, report.waste
    middle, most = _spread(found.late)
    return _list(
        _("Bags and pump"),
        (_("Changes"), str(found.done)),
        (_("Never changed"), str(found.never_done)),
        (_("Changes at home"), _share(found.at_home)),
        (_("Changes outside the hours of the site"), _share(found.off_hours)),
        (_("Later than planned by"), _within(middle, most)),
        (_("Stops of the pump"), str(report.stops)),
        (_("Bags thrown away, by course"), _each(thrown.bags)),
        (_("Vials in them, by course"), _each(thrown.vials)),
        (_("Micrograms not infused, by course"), _each(thrown.micrograms)),
    )


def _assumed(report: Report) -> Iterator[str]:
    """List what no source gives: nobody is to take a result for more than it is."""
    if not report.assumed:
        return
    yield ""
    yield _("No source gives these; they are assumptions of the simulation:")
    yield from _filled(
        f"{fact.path} = {fact.value} {fact.unit} [{fact.mark}]".replace("  ", " ")
        for fact in report.assumed
    )


def _filled(words: Iterable[str]) -> Iterator[str]:
    """Yield as many on a line as a terminal shows."""
    line = ""
    for word in words:
        if line and len(line) + len(word) > 96:  # noqa: PLR2004 - a terminal
            yield f"  {line}"
            line = ""
        line = f"{line}; {word}" if line else word
    if line:
        yield f"  {line}"


def _middle_and_most() -> tuple[str, str]:
    return _("half within"), _("9 of 10 within")


def _sourced(fact: Fact) -> str:
    return f"{fact.value} {fact.unit} [{fact.mark}]"


def _each(value: float | None) -> str:
    return _NONE if value is None else f"{value:.2f}"


def _percent(rate: Rate) -> str:
    return _NONE if rate.percent is None else f"{rate.percent:.1f} %"


def _counted(rate: Rate) -> str:
    return f"{rate.events}/{rate.of}"


def _of(rate: Rate) -> tuple[str, str, str]:
    """Return a share, its interval, and how many of how many."""
    if not rate.of:
        return _NONE, _NONE, _counted(rate)
    low, high = rate.interval
    return _percent(rate), f"{low:.1f}–{high:.1f}", _counted(rate)


def _share(rate: Rate) -> str:
    found, interval, counted = _of(rate)
    return f"{found} ({interval}), {counted}" if rate.of else _NONE


def _spread(found: Spread) -> tuple[str, str]:
    return _long(found.p50), _long(found.p90)


def _within(middle: str, most: str) -> str:
    return _("half within {middle}, 9 of 10 within {most}").format(
        middle=middle, most=most
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
