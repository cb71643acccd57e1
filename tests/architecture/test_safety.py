"""Every hazard names a test that exists; every decision and source is in its place."""

import ast
import re
from pathlib import Path

import pytest

from infusion.catalogue import checking, files

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::([\w:]+)`")
ROW = re.compile(r"^\| HAZ-(\d{2,3}) \|(.*)\|$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#]+\.md)[^)]*\)")
HEADINGS = ("Context", "Decision", "Rejected", "Consequences", "How we check it")
PAGES = sorted(DOCS.rglob("*.md"))
DECISIONS = sorted((DOCS / "adr").glob("*.md"))
SAFETY = (DOCS / "safety.md").read_text(encoding="utf-8")
CONTROLLED = SAFETY.partition("## Known and not controlled yet")[0]


def defined(path: Path) -> set[str]:
    """Return the names of tests and of classes that hold them."""
    if not path.exists():
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


def test_every_test_named_exists():
    missing = [
        f"{path}::{name}"
        for path, name in NAMED.findall(SAFETY)
        if name.split("::")[-1] not in defined(ROOT / path)
    ]

    assert missing == []


def test_every_controlled_hazard_names_a_test():
    rows = ROW.findall(CONTROLLED)

    assert len(rows) >= 30
    assert [number for number, row in rows if not NAMED.search(row)] == []


def test_hazards_are_numbered_once():
    numbers = [number for number, _ in ROW.findall(SAFETY)]
    controlled = [number for number, _ in ROW.findall(CONTROLLED)]

    assert len(numbers) == len(set(numbers))
    # What is controlled by now has left the second list, and has kept its number.
    assert controlled == sorted(controlled, key=int)


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_is_short_and_complete(page):
    text = page.read_text(encoding="utf-8")

    assert len(text.splitlines()) < 60
    assert [one for one in HEADINGS if f"**{one}.**" not in text] == []


def test_decisions_are_numbered_without_holes():
    numbers = [int(page.stem[:4]) for page in DECISIONS]

    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_to_another_page_leads_somewhere(page):
    links = LINK.findall(page.read_text(encoding="utf-8"))

    local = [link for link in links if "://" not in link]

    assert [link for link in local if not (page.parent / link).exists()] == []


def test_every_source_of_the_catalogue_is_listed_with_its_address():
    listed = (DOCS / "sources.md").read_text(encoding="utf-8")
    used = {
        source
        for path in checking.shipped()
        for fact in files.facts(path.stem, files.load(path))
        for source in fact.sources
    }

    assert used
    # An abstract whose address was not kept says so; nothing may be missing silently.
    unlisted = {
        source
        for source in used
        if f"| {source} | <http" not in listed
        and f"| {source} | no address known |" not in listed
    }
    assert unlisted == set()
