"""Pages of docs/ that are made from data, so that they can't drift from it."""

from collections.abc import Iterator
from pathlib import Path

from infusion.management.pages import coverage, examples, rules, sources, states

# Every file below these folders is made; others are stale.
MADE = (Path("rules"), Path("states"))
HEAD = "<!-- Made by `manage.py generate_docs`. Change the data, not this page. -->\n\n"


def pages(spec: Path) -> Iterator[tuple[Path, str]]:
    """Return every page: its path below docs/ and its text."""
    for name, text in rules.pages():
        yield Path("rules") / name, HEAD + text
    yield Path("rules/worked-examples.md"), HEAD + examples.page(spec)
    yield Path("rules/coverage.md"), HEAD + coverage.page()
    yield Path("sources.md"), HEAD + sources.page()
    for name, text in states.pages():
        yield Path("states") / name, HEAD + text
