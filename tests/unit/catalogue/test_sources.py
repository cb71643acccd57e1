"""Every key of a fact leads to the page it was read on."""

import pytest

from infusion.catalogue.regimens import all_regimens
from infusion.catalogue.sources import all_sources, sources_of
from infusion.domain.courses import Text
from infusion.domain.evidence import Fact, Mark
from infusion.management.pages import sources


def test_the_page_for_readers_lists_every_source_with_its_addresses():
    listed = sources.page()

    for key, source in all_sources().items():
        links = ", ".join(f"<{one}>" for one in source.addresses)
        assert f"| {key} | {links or 'no address known'} |" in listed


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
