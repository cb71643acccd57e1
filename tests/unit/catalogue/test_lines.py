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
        ("cycles[1].steps[1].level", 10),
        ("cycles[2].first", 15),
        ("cycles[2].steps", 14),
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
