"""Makes the pages of docs/ that follow from data: rules, worked examples, states."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from infusion.management.pages import MADE, pages


class Command(BaseCommand):
    """``manage.py generate_docs [--check]``."""

    # The pages come from files: neither the database nor a URL takes part.
    requires_system_checks = []
    help = "Makes docs/rules and docs/states; --check lists those that are stale."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--check", action="store_true", help="change nothing")
        parser.add_argument("--docs", type=Path, default=settings.BASE_DIR / "docs")

    def handle(self, *_args: object, **options: Any) -> None:
        """Write what is stale, or only name it."""
        spec = settings.BASE_DIR / "tests" / "spec"
        if not spec.is_dir():
            raise CommandError("the worked examples are not here: use a full checkout")
        docs: Path = options["docs"]
        wanted = {docs / path: text for path, text in pages(spec)}
        stale = _stale(docs, wanted)
        if options["check"]:
            self._report(stale, docs)
            return
        for path in stale:
            _write(path, wanted.get(path))
            self.stdout.write(f"made {path.relative_to(docs)}")
        self.stdout.write(f"{len(wanted)} pages, {len(stale)} changed")

    def _report(self, stale: list[Path], docs: Path) -> None:
        for path in stale:
            self.stderr.write(f"stale: {path.relative_to(docs)}")
        if stale:
            raise CommandError("run manage.py generate_docs")
        self.stdout.write("every generated page is current")


def _stale(docs: Path, wanted: dict[Path, str]) -> list[Path]:
    """Return the pages that differ, are missing, or should not be there."""
    present = {path for folder in MADE for path in (docs / folder).rglob("*.md")}
    differing = {
        path
        for path, text in wanted.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }
    return sorted(differing | (present - set(wanted)))


def _write(path: Path, text: str | None) -> None:
    """Write a page, or remove one that is no longer made."""
    if text is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
