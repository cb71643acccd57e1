"""What a person who is no programmer reads about a slip of the pen."""

import pytest

from infusion.catalogue import checking
from tests.unit.catalogue.writing import written

LENGTH = 'unit = "h", mark = "D"'
TITLE = 'title = { en = "Induction, cycle 1", zh = "诱导，第 1 周期" }'
SCHEMA = "schema = 2"
WAY = '[[blocks.next]]\nto = "c2"\n'


def problem(folder, *changes):
    (found,) = checking.check([written(folder, "us-label-rr", *changes)])
    return found


@pytest.mark.parametrize(
    ("before", "after", "en", "zh"),
    [
        (TITLE, TITLE.replace('= "I', "= “I"), "“ is not a sign", "半角"),
        (TITLE, TITLE.replace('",', '"，'), "， is not a sign", "半角"),
        (TITLE, TITLE.replace("title =", "title ＝"), "＝ is not a sign", "半角"),
        (LENGTH, 'unit = "h" mark = "D"', "a comma or a closing bracket", "右括号"),
        (TITLE, TITLE.replace("{ en", "{\n en"), "a line was broken", "拆成两行"),
        (SCHEMA, "schema = two", "stand in quotes", "引号"),
        (SCHEMA, "schema 2", "an = is missing", "缺少 ="),
        (SCHEMA, 'schema = 2"', "should end here", "应在此结束"),
        (TITLE, TITLE.replace(" }", ", }"), "a comma before it", "多了逗号"),
        (SCHEMA, f"{SCHEMA}\n{SCHEMA}", "there already", "已出现过"),
        (TITLE, TITLE.replace('周期"', "周期"), "not closed by a quote", "结束引号"),
    ],
)
def test_a_slip_is_named_in_plain_words(tmp_path, before, after, en, zh):
    found = problem(tmp_path, (before, after))

    assert found.reason.en.startswith("is not TOML: ")
    assert en in found.reason.en
    assert zh in found.reason.zh


def test_a_slip_is_named_with_its_line(tmp_path):
    found = problem(tmp_path, (SCHEMA, "schema 2"))

    assert found.line == 2


def test_a_file_that_is_not_utf_8_says_how_to_save_it(tmp_path):
    path = tmp_path / "us-label-rr.toml"
    path.write_bytes('title = "复发"'.encode("gb18030"))

    (found,) = checking.check([path])

    assert "save it again as UTF-8" in found.reason.en


@pytest.mark.parametrize(
    ("before", "after", "en"),
    [
        ('free_days = { value = "14"', "free_days = { value = 14", "in quotes"),
        ('recipes = ["us-24h", "us-48h", "us-72h", "us-96h", "us-7d"]',
         'recipes = "us-24h"', "a list in brackets"),
        (TITLE, 'title = "Induction"', "in braces: { ... }"),
        ("optional = true", 'optional = "yes"', "true or false"),
        (SCHEMA, 'schema = "2"', "allowed: 2"),
        (WAY, f'{WAY}when = [{{ fact = "MRD", below = 0.01 }}]\n', "in quotes"),
    ],
)  # fmt: skip
def test_another_type_is_named_as_it_is_written(tmp_path, before, after, en):
    assert en in problem(tmp_path, (before, after)).reason.en


@pytest.mark.parametrize(
    ("unit", "why"), [("%", "0.01 % is 0.0001"), ("d", "a fraction of cells")]
)
def test_mrd_is_a_fraction_and_the_reason_says_how_to_write_it(tmp_path, unit, why):
    asked = f'below = {{ value = "0.01", unit = "{unit}", mark = "I", sources = [] }}'
    first = '[[blocks.next]]\nto = "c2"\n'

    found = problem(tmp_path, (first, f'{first}when = [{{ fact = "MRD", {asked} }}]\n'))

    assert why in found.reason.en
