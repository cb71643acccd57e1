import pytest

from infusion.catalogue import checking, files
from tests.unit.catalogue.writing import shipped, written

RATE = 'rate_ml_h = { value = "0.6", unit = "mL/h"'
STEP = 'from_hour = { value = "168"'
SOURCES = 'sources = ["PMC-Tab1", "drugs-dosage", "Medscape"] }'


def only(path):
    (problem,) = checking.check([path])
    return problem


def line_with(key, text):
    return next(
        number
        for number, line in enumerate(shipped(key).splitlines(), 1)
        if text in line
    )


def test_everything_that_ships_is_sound():
    paths = checking.shipped()

    assert len(paths) >= 10
    assert checking.check(paths) == []


@pytest.mark.parametrize(
    ("key", "before", "after", "place", "why"),
    [
        ("us-7d", RATE, RATE.replace("mL/h", "gtt"), "facts.rate_ml_h.unit", "'gtt'"),
        ("us-7d", RATE, RATE.replace("mL/h", "mL"), "facts.rate_ml_h.unit", "'mL/h'"),
        ("us-7d", RATE, RATE.replace("0.6", "0.7"), "facts.volume_ml", "= 117.6 mL"),
        ("us-7d", RATE, RATE.replace("0.6", "x"), "facts.rate_ml_h", "not a number"),
        ("us-7d", RATE, RATE.replace("0.6", "-1"), "facts.rate_ml_h", "not a number"),
        ("us-7d", RATE, RATE.replace("0.6", "NaN"), "facts.rate_ml_h", "not a number"),
        ("us-7d", RATE, RATE.replace("0.6", "0"), "facts.rate_ml_h", "above zero"),
        ("us-7d", '"168"', '"167.5"', "facts.hours", "whole number"),
        ("us-7d", 'value = "336"', 'value = "100"', "facts.room_hours", "keeps"),
        ("us-7d", "schema = 1", "schema = 2", "schema", "reads schema 1"),
        ("us-7d", "schema = 1", "schema = 0", "schema", "allowed: 1"),
        ("us-7d", 'version = "1.1.0"', 'version = "new"', "version", "look like"),
        ("us-7d", 'kind = "recipe"', 'kind = "pump"', "kind", "known: regimen, block"),
        ("us-7d", 'key = "us-7d"', 'key = "us-8d"', "key", "file name"),
        ("us-7d", 'key = "us-7d"', "key = 7", "key", "must be a text"),
        ("us-7d", ', zh = "7 天输液袋"', "", "title", "both languages"),
        ("us-7d", '"7 天输液袋"', '""', "title.zh", "empty"),
        ("us-7d", "preserved = true\n", "", "", "lacks preserved"),
        ("us-7d", '"PI-2020", "ASHP-2025", "HC-2018"', "",
         "facts.diluent.sources", "source(s)"),
        ("us-7d", '"PI-2020", "ASHP-2025", "HC-2018"', '"PI-2020"',
         "facts.diluent.sources", "at least 2"),
        ("us-7d", 'value = "no"', 'value = "maybe"', "facts.filter.value", "allowed"),
        ("us-label-rr", STEP, STEP.replace("168", "672"),
         "blocks.c1.infusion.steps[2]", "steps must"),
        ("us-label-rr", STEP, STEP.replace("168", "0"),
         "blocks.c1.infusion.steps", "steps must"),
        ("us-label-rr", 'level = "full", from', 'level = "huge", from',
         "blocks.c1.infusion.steps[2].level", "dose level"),
        ("us-label-rr", 'value = "9", unit = "", mark = "A"',
         'value = "8", unit = "", mark = "A"', "max_cycles", "the longest way has 9"),
        ("us-label-rr", 'fixed_mcg = { value = "9"', 'fixed_mcg = { value = "9.1"',
         "doses.levels.low.fixed_mcg", "above its cap"),
        ("us-label-rr", 'fixed_mcg = { value = "9"', 'fixed_mcg = { value = "0"',
         "doses.levels.low.fixed_mcg", "above zero"),
        ("us-label-rr", '"us-7d"', '"us-9d"', "recipes", "no recipe us-9d"),
        ("us-label-rr", 'recipes = ["us-24h"', 'recipes = ["us-48h"', "recipes",
         "not valid"),
        ("us-label-rr", 'mark = "A"\nsources = ["HCP-prep", "HCP-RR-prep"]',
         'mark = "A"\nsources = ["HCP-prep"]', "premedication[6].sources", "at least"),
        ("default", 'key = "bag_change_2h"', 'key = "bag_change_24h"',
         "rules.bag_change_24h.key", "twice"),
        ("default", 'to = ["patient", "caregiver", "nurse"]', 'to = ["dog"]',
         "rules.bag_change_24h.to[1]", "allowed"),
        ("site", 'value = "MOSTELLER"', 'value = "BOYD"',
         "values.surface_formula.fact", "can not be chosen"),
        ("site", 'value = "0.01"', 'value = "5"', "values.dose_rounding_mcg.fact",
         "can not be chosen"),
        ("home", 'fact = "ECOG", check', 'fact = "EGO", check', "criteria[6].needs[1].fact",
         "no fact EGO"),
        ("home", 'item = "OXIMETER"', 'item = "OXEN"', "criteria[23].needs[3].fact",
         "no part OXEN"),
        ("home", 'limit = "ecog_most"', 'limit = "ecog"', "criteria[6].needs[1].limit",
         "no site value ecog"),
        ("home", 'key = "TC26"', 'key = "TC25"', "criteria[25].key", "twice"),
        ("home", 'kind = "SOFT"\ntitle = { en = "Home kit"',
         'kind = "HARD"\ntitle = { en = "Home kit"', "criteria[23].waive", "nobody"),
        ("home", 'other = "INFUSION_END"', 'other = "END"', "criteria[20].needs[2].other",
         "no fact END"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_sound_is_refused(tmp_path, key, before, after, place, why):
    problem = only(written(tmp_path, key, (before, after)))

    assert problem.place == place
    assert why in problem.reason.en
    assert problem.reason.zh != problem.reason.en


def test_every_recipe_of_another_jurisdiction_is_named(tmp_path):
    path = written(tmp_path, "us-label-rr", ('diction = "US"', 'diction = "EU"'))

    found = checking.check([path])

    assert {one.place for one in found} == {"recipes"}
    assert len(found) == 5
    assert all("another rate" in one.reason.en for one in found)


def test_the_line_of_a_refused_place_is_named(tmp_path):
    change = ('jurisdiction = "US"', 'jurisdiction = "US"\nrubber = true')
    path = written(tmp_path, "us-7d", (RATE, RATE.replace("mL/h", "mL")), change)

    problems = checking.check([path])

    assert {one.place: one.line for one in problems} == {
        "": None,
        "facts.rate_ml_h.unit": line_with("us-7d", RATE) + 1,
    }
    assert any("rubber" in one.reason.en for one in problems)


def test_every_problem_of_a_schema_is_named_at_once(tmp_path):
    rate = (RATE, RATE.replace("mL/h", "mL"))
    version = ('version = "1.1.0"', 'version = "1"')

    found = checking.check([written(tmp_path, "us-7d", rate, version)])

    assert sorted(one.place for one in found) == ["facts.rate_ml_h.unit", "version"]


def test_a_key_written_twice_is_refused_with_its_line(tmp_path):
    path = written(tmp_path, "us-7d", ("schema = 1", "schema = 1\nschema = 1"))

    problem = only(path)

    assert problem.line == 3
    assert "TOML" in problem.reason.en


def test_a_file_that_is_not_text_is_refused(tmp_path):
    path = tmp_path / "us-7d.toml"
    path.write_bytes(b"\xff\xfe\x00")

    problem = only(path)

    assert (problem.line, problem.place) == (None, "")
    assert "UTF-8" in problem.reason.zh


def test_a_regimen_may_name_a_recipe_that_is_checked_with_it(tmp_path):
    bag = written(tmp_path, "us-7d", ('key = "us-7d"', 'key = "us-x"'), name="us-x")
    plan = written(tmp_path, "us-label-rr", ('"us-7d"', '"us-x"'))

    assert checking.check([plan, bag]) == []
    assert [one.place for one in checking.check([plan])] == ["recipes"]


def test_a_refusal_says_file_and_reason_to_a_programmer(tmp_path):
    path = written(tmp_path, "us-7d", ("schema = 1", "schema = 9"))

    with pytest.raises(files.CatalogueFileRefused) as refusal:
        files.read(path, "recipe")

    assert str(path) in str(refusal.value)
    assert refusal.value.params["file"] == "us-7d.toml"


def test_a_source_that_nobody_can_look_up_is_refused(tmp_path):
    listed, unlisted = 'sources = ["HCP-prep"', 'sources = ["Ward-7"'
    path = written(tmp_path, "us-label-rr", (listed, unlisted))

    problem = only(path)

    assert problem.place == "premedication[1]"
    assert problem.line == line_with("us-label-rr", "[[premedication]]")
    assert "Ward-7" in problem.reason.en
    assert "sources.toml" in problem.reason.zh


def test_a_protocol_of_a_site_covers_no_row_of_the_report(tmp_path):
    rows = 'rows = ["R06", "RR_C1", "RR_C2", "RR_C3_5", "RR_C6_9", "US"]'
    path = written(tmp_path, "us-label-rr", (rows, "rows = []"))

    assert checking.check([path]) == []
