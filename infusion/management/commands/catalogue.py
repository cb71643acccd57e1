"""Checks, shows and compares catalogue files, for the pharmacist who writes them."""

import argparse
import datetime as dt
import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from rich.console import Console
from rich.table import Table

from infusion.catalogue import checking, completed, files, regimen_from
from infusion.catalogue.blocks import shared_rows, with_shared
from infusion.catalogue.building import missing_in
from infusion.catalogue.differences import changes
from infusion.domain.evidence import Fact, Mark
from infusion.domain.regimens import Regimen
from infusion.domain.walks import OutlookItem, outlook
from infusion.management.outlines import outline
from infusion.wording.blocks import FIRMNESS

# Wide enough for a table in a log, where there is no terminal to ask.
WIDTH_WITHOUT_TERMINAL = 160


class Command(BaseCommand):
    """``manage.py catalogue check | show | diff | dates``."""

    # The files need neither the database nor the rest of the service.
    requires_system_checks = []
    help = "Checks, shows or compares regimens, bag recipes, reminders, site values."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the four actions."""
        actions = parser.add_subparsers(dest="action", required=True)
        check = actions.add_parser("check", help="validate all files, or those named")
        check.add_argument("paths", nargs="*", type=Path, metavar="PATH")
        show = actions.add_parser("show", help="show a file with marks and sources")
        show.add_argument("key", metavar="KEY_OR_PATH")
        diff = actions.add_parser("diff", help="show what changed between two files")
        diff.add_argument("before", metavar="KEY_OR_PATH")
        diff.add_argument("after", metavar="KEY_OR_PATH")
        dates = actions.add_parser("dates", help="show the dates of a regimen's course")
        dates.add_argument("key", metavar="KEY_OR_PATH")
        dates.add_argument("--start", type=_day, required=True, metavar="YYYY-MM-DD")
        for action in (check, show, diff, dates):
            action.add_argument("--language", choices=["en", "zh"], default=None)

    def handle(self, *_args: object, **options: Any) -> None:
        """Run one action."""
        run: Mapping[str, Callable[[argparse.Namespace], None]] = {
            "check": self._check,
            "show": self._show,
            "diff": self._diff,
            "dates": self._dates,
        }
        run[options["action"]](argparse.Namespace(**options))

    def _check(self, options: argparse.Namespace) -> None:
        paths = options.paths or checking.shipped()
        for path in paths:
            if not path.is_file():
                raise CommandError(f"no such file: {path}")
        problems = checking.check(paths)
        for problem in problems:
            self.stderr.write(_line(problem, options.language))
        if problems:
            raise CommandError(
                f"{len(problems)} problem(s) in {len(paths)} file(s) · "
                f"{len(paths)} 个文件中有 {len(problems)} 处问题"
            )
        self.stdout.write(f"{len(paths)} file(s) are sound · {len(paths)} 个文件无误")

    def _show(self, options: argparse.Namespace) -> None:
        path = _path_of(options.key)
        data = _load(path)
        language = options.language or "en"
        title = data.get("title", {"en": path.stem, "zh": path.stem})[language]
        table = Table(title=f"{title} · {path.stem} {data.get('version', '')}")
        for name in ("Place", "Value", "Mark", "Sources", "Note"):
            table.add_column(name, overflow="fold")
        for fact in files.facts(path.stem, data):
            table.add_row(*_cells(fact, language))
        for place, value in _signed(data):
            table.add_row(place, *value)
        self._print(table)
        if data.get("kind") == "regimen":
            for line in outline(_regimen(data, options.key), language):
                self.stdout.write(line)
            self._say_missing(data, language)

    def _say_missing(self, data: Mapping[str, Any], language: str) -> None:
        """Name what keeps a regimen from being ordered."""
        missing = list(missing_in(data))
        if missing:
            self.stdout.write(f"Missing · 缺少: {len(missing)}")
        for one in missing:
            self.stdout.write(f"- {one.place}: {one.note.in_language(language)}")

    def _dates(self, options: argparse.Namespace) -> None:
        data = _load(_path_of(options.key))
        regimen, language = _regimen(data, options.key), options.language or "en"
        table = Table(title=f"{regimen.title.in_language(language)} · {regimen.key}")
        for name in ("Block", "Round", "Cycle", "From", "To", "", "Then"):
            table.add_column(name, overflow="fold")
        with translation.override("zh-hans" if language == "zh" else "en"):
            for item in outlook(regimen, starts_on=options.start):
                table.add_row(*_round(item, language))
        self._print(table)
        self._say_missing(data, language)

    def _diff(self, options: argparse.Namespace) -> None:
        before, after = _path_of(options.before), _path_of(options.after)
        found = changes(*_compared(_load(before), _load(after)))
        if not found:
            self.stdout.write("nothing changed · 无变化")
            return
        table = Table(title=f"{before.stem} → {after.stem}")
        for name in ("Place", "Before", "After"):
            table.add_column(name, overflow="fold")
        for change in found:
            table.add_row(change.place, change.before or "—", change.after or "—")
        self._print(table)

    def _print(self, table: Table) -> None:
        text = io.StringIO()
        width = None if self.stdout.isatty() else WIDTH_WITHOUT_TERMINAL
        Console(file=text, width=width).print(table)
        self.stdout.write(text.getvalue())


def _line(problem: checking.Problem, language: str | None) -> str:
    """Write a problem as editors read it: file:line: place: reason."""
    line = f":{problem.line}" if problem.line else ""
    place = f" {problem.place}:" if problem.place else ""
    reason = problem.reason
    words = reason.in_language(language) if language else f"{reason.en} · {reason.zh}"
    return f"{problem.path}{line}:{place} {words}"


def _cells(fact: Fact, language: str) -> tuple[str, ...]:
    value = f"{fact.value} {fact.unit}".strip()
    warning = " ⚠ needs local sign-off" if fact.needs_sign_off else ""
    mark = f"{Mark(fact.mark).value}{warning}"
    place = fact.path.partition(": ")[2]
    note = fact.note.in_language(language)
    return place, value, mark, ", ".join(fact.sources) or "—", note


def _round(item: OutlookItem, language: str) -> tuple[str, ...]:
    """Return the cells of a round; the last names the ways out of a fork."""
    title = item.block.title.in_language(language)
    return (
        f"{item.block.key} · {title}",
        f"{item.ordinal} / {item.block.times}",
        str(item.cycle or "—"),
        str(item.starts_on or "—"),
        str(item.ends_on or "—"),
        str(FIRMNESS[item.firmness.value]),
        " | ".join(dict.fromkeys(branch.to for branch in item.branches)),
    )


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is not a day such as 2026-03-02"
        raise argparse.ArgumentTypeError(message) from None


def _regimen(data: Mapping[str, Any], key: str) -> Regimen:
    if data.get("kind") != "regimen":
        raise CommandError(f"{key} is not a regimen")
    try:
        return regimen_from(with_shared(data, shared_rows()))
    except files.CatalogueFileRefused as refusal:
        # One reason is all this shows; the check names line and all the others.
        raise CommandError(f"{refusal}; run: catalogue check {key}") from None


def _load(path: Path) -> dict[str, Any]:
    try:
        return files.load(path)
    except files.CatalogueFileRefused as refusal:
        raise CommandError(str(refusal)) from None


def _signed(data: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Return what a site fills in, by place: as shown of a fact; only of an overlay."""
    values = data["values"] if data.get("kind") == "overlay" else {}
    for place, row in values.items():
        value = f"{row['value']} {row['unit']}".strip()
        yield place, (value, Mark.SITE.value, row["source"], row.get("note", ""))


def _compared(
    before: dict[str, Any], after: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what to compare: for an overlay, its regimen with its values filled in."""
    if before.get("kind") == after.get("kind") == "overlay":
        return before, after
    return _filled(before), _filled(after)


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    if data.get("kind") != "overlay":
        return data
    try:
        regimen = files.read(_path_of(str(data.get("regimen"))), "regimen")
        done = completed(with_shared(regimen, shared_rows()), data["values"])
    except files.CatalogueFileRefused as refusal:
        raise CommandError(str(refusal)) from None
    own = [row["key"] for row in regimen["blocks"]]
    return {**done, "blocks": [row for row in done["blocks"] if row["key"] in own]}


def _path_of(key: str) -> Path:
    """Return the file of a key, or the path itself."""
    for path in checking.shipped():
        if path.stem == key:
            return path
    if Path(key).is_file():
        return Path(key)
    known = ", ".join(path.stem for path in checking.shipped())
    raise CommandError(f"no such key or file: {key}; known: {known}")
