"""Reads the tables of a course: rows by regimen, dates by arithmetic, paths in words."""

import datetime as dt
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

import pytest

from infusion.domain.blocks import TIMELESS
from infusion.domain.walks import OutlookItem
from tests.spec.examples import Chapter, Row, worked
from tests.spec.protocols import MONDAY, written


def by_regimen(chapter: Chapter) -> list[Any]:
    """Return the rows of each regimen as one case."""
    grouped = groupby(chapter.rows, key=itemgetter(0))
    return [pytest.param(key, list(found), id=key) for key, found in grouped]


def day(before: str) -> str:
    """Return the day so many days after Monday: "28 + 35"; a dash is not known."""
    if before == "-":
        return before
    return str(MONDAY + dt.timedelta(days=int(worked(before))))


def last_day(before: str, takes: str) -> str:
    """Return the last of so many days that begin so many days after Monday."""
    start = MONDAY + dt.timedelta(days=int(worked(before)))
    return str(start + dt.timedelta(days=int(worked(takes)) - 1))


def dated(items: Iterable[OutlookItem]) -> list[Row]:
    """Write what takes time and has a date; decisions and exits are left out."""
    return [
        written(item)
        for item in items
        if item.block.kind not in TIMELESS and (item.starts_on or item.ends_on)
    ]


def in_words(items: Iterable[OutlookItem]) -> str:
    """Write "c1 c2 consolidation×3": blocks in order, × for rounds in a row."""
    grouped = groupby(items, key=lambda item: item.block.key)
    found = [(key, len(list(group))) for key, group in grouped]
    return " ".join(f"{key}×{times}" if times > 1 else key for key, times in found)
