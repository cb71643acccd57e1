"""Live whole courses of synthetic patients through the real services, and report on them.

Nobody is real and nothing is kept: everything happens in databases of its own beside the
configured one, which are dropped at the end. The same seed gives the same report.
"""

import argparse
import signal
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from infusion import catalogue
from infusion.catalogue.files import CatalogueFileRefused
from infusion.catalogue.simulation import shipped_numbers
from infusion.catalogue.triage import shipped_triage
from infusion.simulation import drawing, printing
from infusion.simulation.keeping import KeepingRefused, Kept, kept_stories
from infusion.simulation.pairing import compare
from infusion.simulation.processes import ProcessLost, Run, stories_of
from infusion.simulation.progress import Progress
from infusion.simulation.report import Report, report_of
from infusion.simulation.rules import rules_of
from infusion.simulation.running import CourseBroken
from infusion.simulation.scratch import ScratchRefused, scratch_databases
from infusion.simulation.stories import CourseStory, RunFacts

_GROUPS = ("ADULT", "CHILD")
_Through = Callable[[Iterable[CourseStory]], Iterator[CourseStory]]


class Command(BaseCommand):
    """Simulate courses and print what they tell."""

    help = __doc__

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the options."""
        add = parser.add_argument
        add("--patients", type=_whole, default=100, help="How many courses.")
        add("--seed", type=int, default=7, help="The same seed, the same report.")
        add("--only", type=int, help="Live the course of this number alone.")
        add("--processes", type=_whole, default=2, help="How many beside each other.")
        add("--regimen", default="us-label-mrd", help="The key of a regimen.")
        add("--cycles", type=_whole, help="At most so many cycles of each course.")
        add("--days", type=_whole, default=800, help="No course is lived any longer.")
        add("--group", choices=_GROUPS, default="", help="Adults or children alone.")
        add("--rules", type=Path, help="A file with triage rules to try.")
        text = "Live the same patients under the shipped rules too, and show both."
        add("--compare", action="store_true", help=text)
        add("--svg", type=Path, help="A folder for the pictures.")
        add("--json", type=Path, help="A file for the report as JSON.")
        text = "Keep each course in a folder once it is lived, and go on from there."
        add("--keep", type=Path, help=text)

    def handle(self, *_args: object, **options: Any) -> None:
        """Run and report.

        :raises CommandError: when nothing can be run, or a course shows what must not be.
        """
        run = _run(options)
        runs = [replace(run, rules=""), run] if options["compare"] else [run]
        found = [self._lived(one, options) for one in runs]
        reports = [_report(one, had) for one, had in zip(runs, found, strict=True)]
        if options["compare"]:
            before, after = reports
            told = printing.text_of_two(before, after, compare(*found))
        else:
            told = printing.text(reports[0])
        self.stdout.write(told)
        _keep(reports[-1], options)

    def _lived(self, run: Run, options: dict[str, Any]) -> list[CourseStory]:
        """Live the courses of a run.

        :raises CommandError: when that is stopped, not possible, or shows what must not be.
        """
        only = options["only"]
        indices = range(options["patients"]) if only is None else [only]
        before = signal.signal(signal.SIGTERM, _interrupt)
        try:
            return self._stories(run, list(indices), options)
        except (KeepingRefused, ScratchRefused, ProcessLost) as error:
            raise CommandError(str(error)) from None
        except CourseBroken as broken:
            message = f"{broken}. Again with --seed {run.seed} --only {broken.index}"
            raise CommandError(message) from broken.__cause__
        except KeyboardInterrupt:
            message = "Stopped; the databases of the simulation are gone."
            if options["keep"]:
                message += (
                    " What was lived is kept: the same command goes on from there."
                )
            raise CommandError(message, returncode=130) from None
        finally:
            signal.signal(signal.SIGTERM, before)

    def _stories(
        self, run: Run, indices: list[int], options: dict[str, Any]
    ) -> list[CourseStory]:
        """Live what is not kept yet, and return all of it."""
        if not options["keep"]:
            progress = Progress(len(indices), self.stderr)
            return self._now(run, indices, options["processes"], progress.over)
        with kept_stories(options["keep"], run) as kept:
            left = [index for index in indices if index not in kept.stories]
            had = len(indices) - len(left)
            self.stderr.write(f"Of {len(indices)} courses {had} are lived already.")
            progress = Progress(len(indices), self.stderr, had=had)
            if left:
                through = partial(_through, kept, progress)
                self._now(run, left, options["processes"], through)
            return [kept.stories[index] for index in indices]

    def _now(
        self, run: Run, indices: list[int], processes: int, through: _Through
    ) -> list[CourseStory]:
        with scratch_databases(min(processes, len(indices))) as scratch:
            self.stderr.write(f"In databases of its own, the first {scratch.first}.")
            return list(through(stories_of(run, indices, scratch)))


def _through(
    kept: Kept, progress: Progress, found: Iterable[CourseStory]
) -> Iterator[CourseStory]:
    return progress.over(kept.keep(found))


def _keep(report: Report, options: dict[str, Any]) -> None:
    """Write the files that were asked for."""
    if options["json"]:
        options["json"].write_text(report.as_json() + "\n")
    if options["svg"]:
        options["svg"].mkdir(parents=True, exist_ok=True)
        for name, picture in drawing.pictures(report):
            (options["svg"] / name).write_text(picture)


def _whole(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(_("It must be at least 1."))
    return number


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _run(options: dict[str, Any]) -> Run:
    if options["compare"] and not options["rules"]:
        message = "Say with --rules what the shipped rules are compared with."
        raise CommandError(message)
    key = options["regimen"]
    if key not in catalogue.all_regimens():
        message = f"There is no regimen {key}."
        raise CommandError(message)
    try:
        rules = options["rules"].read_text() if options["rules"] else ""
    except OSError as error:
        message = f"The rules can't be read ({type(error).__name__})."
        raise CommandError(message) from None
    try:
        rules_of(rules) if rules else None
    except CatalogueFileRefused as refused:
        message = f"The rules can't be used: {refused.place}: {refused.reason.en}"
        raise CommandError(message) from None
    return Run(
        seed=options["seed"],
        regimen=key,
        cycles=options["cycles"],
        days=options["days"],
        group=options["group"],
        rules=rules,
    )


def _report(run: Run, stories: list[CourseStory]) -> Report:
    facts = RunFacts(
        seed=run.seed,
        patients=len(stories),
        regimen=run.regimen,
        rules=_rules(run),
        notes=dict(_notes(run)),
    )
    return report_of(facts, stories, shipped_numbers().of_regimen(run.regimen))


def _rules(run: Run) -> str:
    """Return what the rules are called that answers were read by."""
    found = rules_of(run.rules) if run.rules else shipped_triage()
    return f"{found.key} {found.version}"


def _notes(run: Run) -> Iterator[tuple[str, str]]:
    yield "cycles", str(run.cycles or "all")
    if run.group:
        yield "group", run.group
