import pytest

from infusion import catalogue
from infusion.catalogue.coverage import coverage, report_rows, unknown_rows
from infusion.management.pages.coverage import PREVIEW, page
from tests.spec import test_every_regimen

ROWS = coverage()


@pytest.mark.parametrize("key", [one.row.key for one in ROWS])
def test_no_row_of_the_report_is_absent(key):
    (found,) = [one for one in ROWS if one.row.key == key]

    assert not found.is_absent


def test_each_row_is_on_the_list_once_and_every_section_of_the_report_is_there():
    keys = [row.key for row in report_rows()]
    protocols = {f"R{number:02}" for number in range(1, 18)}

    assert len(keys) == len(set(keys))
    assert {row.section for row in report_rows()} == {
        "1.0", "1.1", "1.2", "jurisdiction", *protocols,
    }  # fmt: skip


def test_no_file_names_a_row_that_the_report_lacks():
    assert unknown_rows() == ()


def test_every_regimen_and_block_carries_a_row():
    carried = {key for one in ROWS for key in (*one.regimens, *one.blocks)}

    assert carried == {*catalogue.all_regimens(), *catalogue.shared_blocks()}


def test_every_regimen_is_previewed_by_the_test_the_page_names():
    assert test_every_regimen.__file__.endswith(PREVIEW)
    assert sorted(catalogue.all_regimens()) == test_every_regimen.KEYS


def test_the_page_tells_what_is_missing_by_place_and_note():
    text = page()

    for regimen in catalogue.all_regimens().values():
        for hole in regimen.missing:
            assert f"`{hole.place}`" in text
            assert hole.note.zh.replace("|", "\\|") in text
    assert "Absent: none." in text
