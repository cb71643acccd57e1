"""Renders the worked examples of tests/spec: what is shown is what is tested."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infusion.management.pages.markdown import table

INTRODUCTION = (
    "# Worked examples · 算例\n\n"
    "Each row is a test: the arithmetic is worked out and compared with what the "
    "service computes. Read them with a pencil. "
    "每一行都是一项测试：算式经过计算并与系统结果核对。\n"
)


def page(spec: Path) -> str:
    """Return the page of every chapter below a folder of specifications."""
    return "\n".join((INTRODUCTION, *(_section(one) for one in _chapters(spec))))


def _chapters(spec: Path) -> Iterator[Any]:
    for path in sorted(spec.glob("test_*_rules.py")):
        yield from importlib.import_module(f"tests.spec.{path.stem}").CHAPTERS


def _section(chapter: Any) -> str:
    title, rule = " · ".join(chapter.title), "\n\n".join(chapter.rule)
    rows = [[cell or "—" for cell in row] for row in chapter.rows]
    return (
        f"## {title}\n\n{rule}\n\nSource: {chapter.source}.\n\n"
        f"{table(chapter.columns, rows)}"
    )
