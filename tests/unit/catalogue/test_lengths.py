"""How long a block is, as far as its file says."""

import pytest

from infusion.catalogue import files
from infusion.catalogue.regimens import read_regimen
from tests.unit.catalogue.writing import written

C1 = 'key = "c1"\nkind = "BLINATUMOMAB"\n'
NOTE = 'note = { en = "Not found.", zh = "未查到。" }'
HOLE = f'{{ missing = true, unit = "d", {NOTE} }}'


def first_block(folder, *changes):
    path = written(folder, "us-label-rr", *changes)
    return read_regimen(path).block("c1")


def steps_of(key):
    """Return the dose steps as they are written in the first block of a file."""
    text = (files.ROOT / "regimens" / f"{key}.toml").read_text(encoding="utf-8")
    start = text.index("steps = [")
    return text[start : text.index("\n]", start) + 2]


def test_an_infusion_is_as_long_as_its_days_and_its_free_days(tmp_path):
    block = first_block(tmp_path)

    assert block.length_days == 28 + 14


def test_a_longer_block_gives_its_days_to_the_free_interval(tmp_path):
    row = C1 + 'length_days = { value = "50", unit = "d", mark = "I", sources = [] }\n'

    block = first_block(tmp_path, (C1, row))

    assert (block.length_days, block.pattern.free_days) == (50, 50 - 28)


def test_a_missing_length_leaves_the_end_open_whatever_the_infusion_takes(tmp_path):
    block = first_block(tmp_path, (C1, f"{C1}length_days = {HOLE}\n"))

    assert block.length_days is None
    assert block.pattern.infusion_hours == 672
    assert block.pattern.free_days is None


def test_missing_dose_steps_do_not_hide_how_long_the_block_takes(tmp_path):
    hole = f"steps_missing = {HOLE}".replace('unit = "d"', 'unit = "h"')

    block = first_block(tmp_path, (steps_of("us-label-rr"), hole))

    assert block.pattern is None
    assert block.length_days == 28 + 14


@pytest.mark.parametrize("name", ["hours", "free_days"])
def test_without_steps_and_another_value_the_length_is_not_known(tmp_path, name):
    hole = f"steps_missing = {HOLE}".replace('unit = "d"', 'unit = "h"')
    steps = steps_of("us-label-rr")
    path = written(tmp_path, "us-label-rr", (steps, hole))
    text = path.read_text(encoding="utf-8")
    line = next(one for one in text.splitlines() if one.startswith(f"{name} = "))
    unit = "h" if name == "hours" else "d"
    missing = f"{name} = {HOLE}".replace('unit = "d"', f'unit = "{unit}"')
    path.write_text(text.replace(line, missing, 1), encoding="utf-8")

    block = read_regimen(path).block("c1")

    assert block.length_days is None
