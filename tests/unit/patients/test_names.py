"""Names are written, filed and masked as people expect."""

import pytest

from patients.domain.names import PersonName, fold, split_chinese
from patients.services.naming import filing_keys


@pytest.mark.parametrize(
    ("family", "given", "sort_key", "initials"),
    [
        ("张", "三", "zhang san", "zs"),
        ("单", "雄信", "shan xiong xin", "sxx"),
        ("曾", "国藩", "zeng guo fan", "zgf"),
        ("仇", "英", "qiu ying", "qy"),
        ("解", "缙", "xie jin", "xj"),
        ("尉迟", "恭", "yu chi gong", "ycg"),
        ("欧阳", "娜娜", "ou yang na na", "oynn"),
        ("Müller", "Jürgen", "muller jurgen", "mj"),
        ("O'Keefe", "Karena Ann", "o'keefe karena ann", "oka"),
        ("Suharto", "", "suharto", "s"),
    ],
)
def test_a_name_is_filed_by_family_first(family, given, sort_key, initials):
    keys = filing_keys(PersonName(family=family, given=given))

    assert (keys.sort_key, keys.initials) == (sort_key, initials)


def test_a_surname_character_keeps_its_common_reading_in_a_given_name():
    assert filing_keys(PersonName(family="王", given="单")).sort_key == "wang dan"


def test_a_very_long_name_fits_its_columns():
    keys = filing_keys(PersonName(family="a " * 200, given="b " * 200))

    assert len(keys.sort_key) <= 400
    assert len(keys.initials) <= 40


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("张三", ("张", "三")),
        ("欧阳娜娜", ("欧阳", "娜娜")),
        ("张 三", ("张", "三")),
        ("欧阳", ("欧", "阳")),
        ("李", ("李", "")),
    ],
)
def test_a_chinese_name_in_one_piece_is_taken_apart(text, parts):
    assert split_chinese(text) == parts


@pytest.mark.parametrize(
    ("name", "display", "masked"),
    [
        (PersonName(family="张", given="三丰"), "张三丰", "张**"),
        (PersonName(family="Smith", given="Jane"), "Jane Smith", "J. S."),
        (PersonName(family="Suharto"), "Suharto", "S."),
    ],
)
def test_a_name_is_shown_and_masked(name, display, masked):
    assert (name.display, name.masked) == (display, masked)


def test_folding_ignores_case_accents_and_spaces():
    assert fold("  ØRSTED   Łukasz ẞ ") == "orsted lukasz ss"
