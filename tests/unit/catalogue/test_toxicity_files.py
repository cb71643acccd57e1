"""A table of rules after a toxicity that is not sound is refused with line and reason."""

import pytest

from infusion import catalogue
from infusion.catalogue.checking import check
from infusion.catalogue.files import CatalogueFileRefused
from infusion.catalogue.toxicity import read_toxicity
from tests.unit.catalogue.writing import written


@pytest.mark.parametrize(
    ("change", "place", "why"),
    [
        (('key = "crs-4"', 'key = "crs-1-2"'), "rows[3].key", "already"),
        (
            ("missing = true\nrule", 'missing = true\naction = "STOP"\nrule'),
            "rows.crs-1-2",
            "not found",
        ),
        (('grades = [4]\naction = "STOP"', "grades = [4]"), "rows.crs-4", "action"),
        (
            ('action = "STOP"\n', 'action = "STOP"\nuntil = { grade = 0 }\n'),
            "rows.crs-4.until",
            "only for a rule that holds",
        ),
        (('{ is = "AT_LOW_LEVEL",', '{ is = "LASTS_LONGER",'), "stop_when", "limit"),
        (('events = ["CRS"]', 'events = ["RASH"]'), "events", "allowed"),
        (('mark = "A", sources = ["HCP-RR-adj", "PMC-4994468"]', 'mark = "A", sources = ["HCP-RR-adj"]'), "sources", "at least 2"),
        (('value = "7", unit = "d"', 'value = "seven", unit = "d"'), "restart", "number"),
        (("grades = [3]", "grades = [7]"), "grades", ""),
    ],
)  # fmt: skip
def test_a_table_that_is_not_sound_is_refused(tmp_path, change, place, why):
    path = written(tmp_path, "toxicity", change)

    with pytest.raises(CatalogueFileRefused) as refusal:
        read_toxicity(path)

    assert refusal.value.path == path
    assert place in refusal.value.place
    assert why in refusal.value.reason.en
    (problem, *_) = check([path])
    assert problem.line is not None


def test_a_source_nobody_can_look_up_is_named(tmp_path):
    path = written(
        tmp_path, "toxicity", ('sources = ["HCP-RR-adj"]', 'sources = ["x"]')
    )

    assert "x" in check([path])[0].reason.en


def test_the_table_is_that_of_the_regimens_it_was_read_for():
    assert catalogue.toxicity_of("us-label-rr") is catalogue.shipped_toxicity()
    assert catalogue.toxicity_of("us-label-mrd") is None
    assert catalogue.toxicity_of("eu-label-rr") is None
