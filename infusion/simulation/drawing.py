"""Draws a report as SVG: onset curves, and alerts day by day.

Lines differ by dashes and bars by hatching, so that a print in black and white is as
readable. Nothing is fetched and nothing runs in the picture.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.translation import gettext as _

from infusion.domain.ladders import Severity
from infusion.simulation import naming
from infusion.simulation.measuring import DAY, OnsetCurve
from infusion.simulation.report import AlertDay, Report
from infusion.simulation.stories import Illness

_WIDE, _HIGH = 760, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 64, 60
_INK = "#1b1f24"
_GRID = "#d0d5db"
_STEPS = 4
# Ends of an axis that four steps divide into whole numbers.
_ENDS = (4, 8, 12, 20, 40, 60, 80, 100)
_DASHES: Mapping[str, str] = {Illness.CRS: "", Illness.NEUROTOXICITY: "8 5"}
_INKS: Mapping[str, str] = {Illness.CRS: "#0b4f8a", Illness.NEUROTOXICITY: "#a0420d"}
_FILLS: Mapping[str, str] = {
    Severity.RED: "#8c1d18",
    Severity.AMBER: "url(#hatched)",
    Severity.INFO: "#ffffff",
}
_HATCHED = (
    '<defs><pattern id="hatched" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="6" height="6" fill="#f3d9a4"/>'
    f'<rect width="2" height="6" fill="{_INK}"/></pattern></defs>'
)
# Some days of a long course are named on the axis, not all.
_MOST_TICKS = 15
# A Chinese sign is about twice as wide as a letter.
_LAST_NARROW = "\u2e7f"


@dataclass(frozen=True)
class Axes:
    """From days and amounts to places in the picture."""

    days: int
    most: float

    def across(self, day: float) -> float:
        """Return how far from the left a day is."""
        return _LEFT + (_WIDE - _LEFT - _RIGHT) * day / max(self.days, 1)

    def down(self, amount: float) -> float:
        """Return how far from the top an amount is."""
        room = _HIGH - _TOP - _BOTTOM
        return _HIGH - _BOTTOM - room * amount / (self.most or 1)


def pictures(report: Report) -> Iterator[tuple[str, str]]:
    """Yield every picture: its file name and the SVG."""
    yield "onsets.svg", onsets(report)
    yield "alerts.svg", alerts(report)


def onsets(report: Report) -> str:
    """Draw who had begun to be ill by which day, with the published medians.

    A dot is the median of the run: it is to lie on the dotted line of the published one.
    """
    most = max((curve.by_day[-1] for curve in report.onsets if curve.by_day), default=0)
    days = max((len(curve.by_day) for curve in report.onsets), default=0)
    top = _rounded_up(100 * most / report.courses if report.courses else 0)
    axes = Axes(days, top)
    drawn = (part for curve in report.onsets for part in _curve(curve, axes))
    legend = [
        (_line_key(one.illness), naming.illness(one.illness)) for one in report.onsets
    ]
    title = _("Onset of illness in simulated courses, seed {seed}").format(
        seed=report.run.seed
    )
    return _picture(
        title,
        _("patients who have fallen ill, %"),
        axes,
        [*drawn, *_legend(legend)],
    )


def _curve(curve: OnsetCurve, axes: Axes) -> Iterator[str]:
    """Draw a curve with its median, and the published one."""
    shares = [
        0.0,
        *(100 * had / curve.at_risk for had in curve.by_day if curve.at_risk),
    ]
    points = " ".join(
        f"{axes.across(day):.1f},{axes.down(percent):.1f}"
        for day, percent in enumerate(shares)
    )
    style = _stroke(curve.illness)
    yield f'<polyline points="{points}" fill="none" {style}/>'
    yield from _own_median(curve, axes)
    yield from _published_median(curve, axes)


def _own_median(curve: OnsetCurve, axes: Axes) -> Iterator[str]:
    """Draw a dot where half of those who fell ill had."""
    if curve.median is None or not curve.by_day:
        return
    half = 50 * curve.by_day[-1] / curve.at_risk
    across, down = axes.across(curve.median / DAY), axes.down(half)
    ink = _INKS[curve.illness]
    yield f'<circle cx="{across:.1f}" cy="{down:.1f}" r="5" fill="{ink}"/>'


def _published_median(curve: OnsetCurve, axes: Axes) -> Iterator[str]:
    """Draw a line at the day on which it is published to be."""
    published = float(curve.published.value)
    if published > axes.days:
        return
    across = axes.across(published)
    yield (
        f'<line x1="{across:.1f}" x2="{across:.1f}" y1="{axes.down(0):.1f}" '
        f'y2="{_TOP}" stroke="{_INKS[curve.illness]}" stroke-dasharray="2 4"/>'
    )
    said = _("published median: day {day} [{mark}]").format(
        day=curve.published.value, mark=curve.published.mark
    )
    place = _TOP + 14 * (1 + list(Illness).index(curve.illness))
    yield _words(across + 5, place, said)


def _stroke(illness: str) -> str:
    dashes = f' stroke-dasharray="{_DASHES[illness]}"' if _DASHES[illness] else ""
    return f'stroke="{_INKS[illness]}" stroke-width="2.5"{dashes}'


def _line_key(illness: str) -> str:
    return f'<line x1="0" x2="34" y1="-4" y2="-4" {_stroke(illness)}/>'


def alerts(report: Report) -> str:
    """Draw the alerts of each day of the course, for a hundred patients."""
    found = report.alert_days
    most = max((sum(_shares(one).values()) for one in found), default=0)
    axes = Axes(len(found), _rounded_up(most))
    drawn = (part for one in found for part in _bar(one, axes))
    shown = [each for each in Severity if any(one.raised[each] for one in found)]
    legend = [(_bar_key(one), naming.severity(one)) for one in shown]
    title = _("Alerts in simulated courses by day, rules {rules}").format(
        rules=report.run.rules
    )
    return _picture(
        title,
        _("alerts for 100 patients that day"),
        axes,
        [_HATCHED, *drawn, *_legend(legend)],
    )


def _shares(one: AlertDay) -> dict[str, float]:
    """Return the alerts of a day for a hundred patients who still had a course."""
    if not one.patients:
        return {}
    return {name: 100 * many / one.patients for name, many in one.raised.items()}


def _bar(one: AlertDay, axes: Axes) -> Iterator[str]:
    below = 0.0
    shares = _shares(one)
    wide = axes.across(1) - axes.across(0)
    for severity in Severity:
        amount = shares.get(severity, 0)
        if not amount:
            continue
        top = axes.down(below + amount)
        yield (
            f'<rect x="{axes.across(one.day - 1) + wide * 0.12:.1f}" y="{top:.1f}" '
            f'width="{wide * 0.76:.1f}" height="{axes.down(below) - top:.1f}" '
            f'fill="{_FILLS[severity]}" stroke="{_INK}" stroke-width="0.8"/>'
        )
        below += amount


def _bar_key(severity: str) -> str:
    return (
        f'<rect x="12" y="-13" width="20" height="14" fill="{_FILLS[severity]}" '
        f'stroke="{_INK}" stroke-width="0.8"/>'
    )


def _legend(entries: Sequence[tuple[str, str]]) -> Iterator[str]:
    across = float(_LEFT)
    for key, name in entries:
        yield f'<g transform="translate({across:.0f} 52)">{key}{_words(42, 0, name)}</g>'
        across += 80 + sum(14 if sign > _LAST_NARROW else 7.5 for sign in name)


def _picture(title: str, up: str, axes: Axes, drawn: Iterable[str]) -> str:
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" '
        f'role="img" font-family="sans-serif" font-size="13" fill="{_INK}">'
    )
    heading = (
        f'<text x="{_LEFT}" y="24" font-size="16" font-weight="bold">'
        f"{escape(title)}</text>"
    )
    parts = [
        opening,
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDE}" height="{_HIGH}" fill="#ffffff"/>',
        heading,
        *_across(axes),
        *_up(axes, up),
        *drawn,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _across(axes: Axes) -> Iterator[str]:
    """Draw the axis of days."""
    step = max(1, -(-axes.days // _MOST_TICKS))
    for day in range(0, axes.days + 1, step):
        yield _words(axes.across(day), _HIGH - _BOTTOM + 18, str(day), anchor="middle")
    middle = (_LEFT + _WIDE - _RIGHT) / 2
    said = _("days since the start of the infusion")
    yield _words(middle, _HIGH - 16, said, anchor="middle")


def _up(axes: Axes, said: str) -> Iterator[str]:
    """Draw the axis of amounts with its lines."""
    for step in range(_STEPS + 1):
        amount = axes.most * step / _STEPS
        down = axes.down(amount)
        ink = _GRID if step else _INK
        yield (
            f'<line x1="{_LEFT}" x2="{_WIDE - _RIGHT}" y1="{down:.1f}" '
            f'y2="{down:.1f}" stroke="{ink}"/>'
        )
        yield _words(_LEFT - 8, down + 4, f"{amount:g}", anchor="end")
    middle = (_TOP + _HIGH - _BOTTOM) / 2
    yield (
        f'<text transform="translate(20 {middle:.0f}) rotate(-90)" '
        f'text-anchor="middle">{escape(said)}</text>'
    )


def _words(across: float, down: float, said: str, anchor: str = "start") -> str:
    return (
        f'<text x="{across:.1f}" y="{down:.1f}" text-anchor="{anchor}">'
        f"{escape(said)}</text>"
    )


def _rounded_up(most: float) -> float:
    """Return the end of an axis: a number that divides well, at least as large."""
    unit = 1.0
    while unit * _ENDS[-1] < most:
        unit *= 10
    return next(unit * end for end in _ENDS if unit * end >= most)
