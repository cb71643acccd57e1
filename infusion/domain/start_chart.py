"""The start-day chart: one square a start, days down and hours across, as one SVG.

A square holds how many visits of its plan fall outside visit hours or on days off, so
that nothing is said by colour alone. Presentation attributes only, as in the ribbon.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from html import escape

from infusion.domain.adviser import MINUTE, StartOption
from infusion.domain.calendars import VisitCalendar
from infusion.domain.ribbon import Labels, Ribbon, labels_in, ribbon_of_preview
from infusion.domain.ribbon.building import plain

_INK = "#1b1b1b"
_QUIET = "#50565e"
_BEST = "#14532d"
_FONT = "system-ui, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
_LABEL, _CELL, _ROW, _HEAD, _EDGE = 104, 52, 26, 24, 8
# Bad visits up to this many -> fill; more than the last is the darkest.
_FILLS = ((0, "#d6ecd2"), (2, "#fff4d6"), (5, "#fbdcb0"))
_WORST = "#f6cdd3"


@dataclass(frozen=True, kw_only=True)
class ChartWords:
    """The words of the chart in one language."""

    title: str
    description: str
    cell: str
    best: str
    incomplete: str


ENGLISH = ChartWords(
    title="Visits at bad times by day and hour of the start",
    description=(
        "Each square is a start. Its number counts visits outside visit hours or on days "
        "off. A star marks the best start. The table says the same."
    ),
    cell="{start}: {bad} visits at bad times, {changes} bags",
    best="best",
    incomplete="no complete plan",
)
CHINESE = ChartWords(
    title="按开始日期和时间列出的不便时段访视次数",
    description=(
        "每格代表一个开始时间，数字为访视时间以外或休息日的访视次数，星号为最佳开始时间。"
        "表格列出同样的内容。"
    ),
    cell="{start}：不便时段访视 {bad} 次，输液袋 {changes} 袋",
    best="最佳",
    incomplete="无完整计划",
)


def draw_starts(
    options: Sequence[StartOption],
    best: StartOption | None,
    calendar: VisitCalendar,
    language: str,
) -> str:
    """Return the chart as SVG text; empty when there is nothing to choose from."""
    if not options:
        return ""
    is_chinese = language.lower().startswith("zh")
    words = CHINESE if is_chinese else ENGLISH
    chart = _Chart(options, best, calendar, words, labels_in(language))
    return "\n".join(chart.lines()) + "\n"


class _Chart:
    """The layout of one chart: which day and which hour each start has."""

    def __init__(
        self,
        options: Sequence[StartOption],
        best: StartOption | None,
        calendar: VisitCalendar,
        words: ChartWords,
        labels: Labels,
    ) -> None:
        self.best, self.calendar = best, calendar
        self.words, self.labels = words, labels
        self.cells = {self._place(one): one for one in options}
        self.days = sorted({day for day, _ in self.cells})
        self.hours = sorted({hour for _, hour in self.cells})
        self.width = _LABEL + len(self.hours) * _CELL + _EDGE
        self.height = _HEAD + len(self.days) * _ROW + _EDGE

    def lines(self) -> Iterator[str]:
        """Yield the picture line by line."""
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} '
            f'{self.height}" width="{self.width}" height="{self.height}" role="img" '
            f'aria-labelledby="starts-title starts-desc" font-family="{_FONT}" '
            f'font-size="13" fill="{_INK}">'
        )
        yield f'<title id="starts-title">{escape(self.words.title)}</title>'
        yield f'<desc id="starts-desc">{escape(self.words.description)}</desc>'
        yield f'<rect width="{self.width}" height="{self.height}" fill="#ffffff"/>'
        for column, hour in enumerate(self.hours):
            x = _LABEL + column * _CELL + _CELL / 2
            yield _text(x, 16, f"{hour:%H:%M}", f' fill="{_QUIET}"', middle=True)
        for row, day in enumerate(self.days):
            yield from self._day(day, _HEAD + row * _ROW)
        yield "</svg>"

    def _place(self, option: StartOption) -> tuple[dt.date, dt.time]:
        local = option.start.at.astimezone(self.calendar.zone)
        return local.date(), local.time().replace(fold=0)

    def _day(self, day: dt.date, y: int) -> Iterator[str]:
        is_off = self.calendar.is_off(day)
        midnight = dt.datetime.combine(day, dt.time())
        name = f"{self.labels.weekdays[day.weekday()]} {self.labels.day_of(midnight)}"
        if is_off:
            yield f'<rect y="{y}" width="{_LABEL - 4}" height="{_ROW - 2}" fill="#e3e5ea"/>'
        weight = ' font-weight="bold"' if is_off else ""
        yield _text(6, y + 17, name, weight)
        for column, hour in enumerate(self.hours):
            option = self.cells.get((day, hour))
            if option is not None:
                yield from self._cell(option, _LABEL + column * _CELL, y)

    def _cell(self, option: StartOption, x: int, y: int) -> Iterator[str]:
        is_best = self.best is not None and option.start.at == self.best.start.at
        edge = f' stroke="{_BEST}" stroke-width="2"' if is_best else ""
        yield f"<g><title>{escape(self._title(option, is_best=is_best))}</title>"
        yield (
            f'<rect x="{x + 1}" y="{y + 1}" width="{_CELL - 4}" height="{_ROW - 4}" '
            f'rx="3" fill="{_fill(option)}"{edge}/>'
        )
        number = str(option.bad_visits) if option.is_complete else "–"
        text = f"★ {number}" if is_best else number
        weight = ' font-weight="bold"' if is_best else ""
        yield _text(x + _CELL / 2 - 1, y + 17, text, weight, middle=True)
        yield "</g>"

    def _title(self, option: StartOption, *, is_best: bool) -> str:
        start = self.labels.instant_of(option.start.at, self.calendar.zone)
        if not option.is_complete:
            return f"{start}: {self.words.incomplete}"
        text = self.words.cell.format(
            start=start, bad=option.bad_visits, changes=option.score.changes
        )
        return f"{text} ({self.words.best})" if is_best else text


def _fill(option: StartOption) -> str:
    if not option.is_complete:
        return "#ffffff"
    fills = (fill for most, fill in _FILLS if option.bad_visits <= most)
    return next(fills, _WORST)


def _text(
    x: float, y: float, text: str, extra: str = "", *, middle: bool = False
) -> str:
    anchor = ' text-anchor="middle"' if middle else ""
    return f'<text x="{x}" y="{y}"{anchor}{extra}>{escape(text)}</text>'


def ribbon_of_start(
    option: StartOption, *, key: str, title: str, zone: dt.tzinfo, labels: Labels
) -> Ribbon:
    """Build the ribbon of one start; ``key`` keeps several apart on one page."""
    doses: list[dict[str, object]] = []
    for bag in option.bags:
        if not doses or doses[-1]["daily_dose_mcg"] != bag.daily_dose_mcg:
            doses.append({"at": bag.hang_at, "daily_dose_mcg": bag.daily_dose_mcg})
    stays = option.home_from - option.start.at > MINUTE
    cycle = {
        "number": 1,
        "starts_at": option.start.at,
        "infusion_ends_at": option.disconnect.at,
        "inpatient_until": option.home_from if stays else None,
        "steps": doses,
        "bags": [
            {
                "hang_at": bag.hang_at,
                "take_down_at": bag.take_down_at,
                "hours": plain(Decimal(bag.run // MINUTE) / 60),
                "daily_dose_mcg": bag.daily_dose_mcg,
            }
            for bag in option.bags
        ],
        "visits": [
            {"kind": visit.kind.value, "at": visit.at} for visit in option.visits
        ],
    }
    ribbon = ribbon_of_preview(cycle, zone=zone, labels=labels)
    return replace(ribbon, key=key, title=title)
