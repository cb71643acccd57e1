"""Every key of a fact leads to the page it was read on; the list and the page agree."""

import re
from pathlib import Path

import pytest

from infusion.catalogue.regimens import all_regimens
from infusion.catalogue.sources import all_sources, sources_of
from infusion.domain.courses import Text
from infusion.domain.evidence import Fact, Mark

PAGE = Path(__file__).resolve().parents[3] / "docs" / "sources.md"


def rows():
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0] not in {"key", "---"}:
            yield cells


def test_the_page_for_readers_says_the_same():
    told = {
        cells[0]: (
            tuple(re.findall(r"<([^>]+)>", cells[1])),
            cells[2] if len(cells) > 2 else "",
        )
        for cells in rows()
    }
    held = {key: (each.addresses, each.what) for key, each in all_sources().items()}

    assert held == told


def test_addresses_are_links():
    wrong = [
        address
        for source in all_sources().values()
        for address in source.addresses
        if not address.startswith(("http://", "https://"))
    ]

    assert wrong == []


@pytest.mark.parametrize("key", all_regimens())
def test_every_source_of_a_regimen_is_on_the_list(key):
    named = {each for fact in all_regimens()[key].facts for each in fact.sources}

    assert named <= set(all_sources())


def test_a_source_that_is_not_on_the_list_stands_for_itself():
    fact = Fact(
        path="p",
        value="1",
        unit="",
        mark=Mark.A,
        sources=("our pharmacy", "R-31", "R-31"),
        note=Text(en="", zh=""),
    )
    found = sources_of([fact])

    assert [source.key for source in found] == ["R-31", "our pharmacy"]
    assert found[1].addresses == ()
