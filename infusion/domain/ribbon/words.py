"""The words of a ribbon in the languages of the service."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Labels:
    """Every word and pattern of a ribbon in one language."""

    title: str
    description: str
    placements: str
    planned: str
    actual: str
    visits: str
    now: str
    dry: str
    end: str
    step: str
    required: str
    gap: str
    gap_open: str
    planned_bag: str
    actual_bag: str
    visit: str
    done: str
    # Patterns of a day, of a date with its year, and of an instant with its weekday.
    day: str
    date: str
    instant: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    places: Mapping[str, str]
    visit_kinds: Mapping[str, str]

    def day_of(self, local: dt.datetime) -> str:
        """Write a calendar day."""
        return self.day.format(**self._parts(local))

    def date_of(self, date: dt.date) -> str:
        """Write a date with its weekday and its year."""
        at = dt.datetime.combine(date, dt.time())
        return self.date.format(**self._parts(at), year=date.year)

    def instant_of(self, instant: dt.datetime, zone: dt.tzinfo) -> str:
        """Write an instant as the wall clock of the zone shows it."""
        return self.instant.format(**self._parts(instant.astimezone(zone)))

    def _parts(self, local: dt.datetime) -> dict[str, str]:
        return {
            "weekday": self.weekdays[local.weekday()],
            "day": str(local.day),
            "month_number": str(local.month),
            "month": self.months[local.month - 1],
            "time": f"{local:%H:%M}",
        }


ENGLISH = Labels(
    title="Cycle {number}",
    description=(
        "Cycle {number} from {start} to {end}. The same facts stand in the tables below."
    ),
    placements="Place",
    planned="Planned",
    actual="Hung",
    visits="Visits",
    now="Now {time}",
    dry="Runs dry {when}",
    end="End {when}",
    step="From {when}: {dose}",
    required="Ward required until {when}",
    gap="Stopped {hours} h from {start} to {end}",
    gap_open="Stopped since {start}",
    planned_bag="Bag {number}, planned {start} to {end}, {hours}, {dose}",
    actual_bag="Bag {number}, hung {start}, until {end}, {dose}",
    visit="{kind} {when}",
    done="done",
    day="{day} {month}",
    date="{weekday} {day} {month} {year}",
    instant="{weekday} {day} {month} {time}",
    weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    months=(
        *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
        *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    ),
    places={"WARD": "Ward", "HOME": "Home", "CLINIC": "Clinic"},
    visit_kinds={
        "START": "Start",
        "BAG_CHANGE": "Bag change",
        "DISCONNECT": "Disconnect",
    },
)

CHINESE = Labels(
    title="第 {number} 周期",
    description="第 {number} 周期，{start} 至 {end}。下方表格列出同样的内容。",
    placements="地点",
    planned="计划",
    actual="实际",
    visits="访视",
    now="现在 {time}",
    dry="输完 {when}",
    end="结束 {when}",
    step="自 {when} 起：{dose}",
    required="须住院至 {when}",
    gap="停输 {hours} h，{start} 至 {end}",
    gap_open="自 {start} 起停输",
    planned_bag="第 {number} 袋，计划 {start} 至 {end}，{hours}，{dose}",
    actual_bag="第 {number} 袋，{start} 挂上，至 {end}，{dose}",
    visit="{kind} {when}",
    done="已完成",
    day="{month_number}/{day}",
    date="{year}年{month_number}月{day}日 {weekday}",
    instant="{month}{day}日 {weekday} {time}",
    weekdays=("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    months=tuple(f"{month}月" for month in range(1, 13)),
    places={"WARD": "病房", "HOME": "居家", "CLINIC": "门诊"},
    visit_kinds={
        "START": "开始输注",
        "BAG_CHANGE": "更换输液袋",
        "DISCONNECT": "撤除输注",
    },
)


def labels_in(language: str) -> Labels:
    """Return the words of a language; English when it is not Chinese."""
    return CHINESE if language.lower().startswith("zh") else ENGLISH
