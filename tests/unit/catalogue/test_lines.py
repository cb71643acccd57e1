import pytest

from infusion.catalogue.lines import line_of, line_of_syntax_error, parts

TEXT = """\
key = "a"
title = { en = "x" }

[facts]
hours = { value = "1" }
"quoted" = 1

[[cycles]]
first = 1
steps = [
  { level = "low" },
]

[[cycles]]
first = 2

[[blocks]]
key = "c1"

[blocks.infusion]
hours = { value = "1" }

[[blocks.next]]
to = "c2"
[[blocks.next]]
to = "out"

[[blocks]]
key = 'c2'

[[blocks.next]]
to = "out"
when = [
  { fact = "CD19" },
  { fact = "MRD" },
]

[values."blocks.c1.length"]
value = "7"
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("key", 1),
        ("title.zh", 2),
        ("facts", 4),
        ("facts.hours.value", 5),
        ("facts.quoted", 6),
        ("cycles[1].first", 9),
        ("cycles[1].steps[1].level", 11),
        ("cycles[2].first", 15),
        ("cycles[2].steps", 14),
        ("blocks[1].key", 18),
        ("blocks.c1", 17),
        ("blocks.c1.infusion.hours", 21),
        ("blocks.c1.next[2].to", 26),
        ("blocks.c2.next[1].when[2].below", 35),
        ("blocks[2].next[1]", 31),
        ("blocks.c3", None),
        ("nowhere.at.all", None),
        ("", None),
    ],
)
def test_the_line_nearest_to_a_place(place, line):
    assert line_of(TEXT, place) == line


def test_a_place_has_names_and_numbers():
    assert parts("cycles[1].steps[12].from_hour") == (
        "cycles", 1, "steps", 12, "from_hour",
    )  # fmt: skip


def test_a_syntax_error_names_its_line_or_none():
    assert line_of_syntax_error("Expected ']' (at line 12, column 3)") == 12
    assert line_of_syntax_error("Unclosed (at end of document)") is None
