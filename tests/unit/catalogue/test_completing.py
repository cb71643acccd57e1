import copy
import json
from dataclasses import replace

import pytest

from infusion import catalogue
from infusion.catalogue.files import CatalogueFileRefused
from infusion.domain.evidence import Mark

FREE = "blocks.blina-1.infusion.free_days"
PATH = catalogue.files.ROOT / "regimens" / "us-label-consolidation.toml"
HOLE = {"missing": True, "unit": "d", "note": {"en": "Not found.", "zh": "未找到。"}}
SOURCE = "Ward protocol 7"


def value(text: str, unit: str = "d", **more: str) -> dict[str, str]:
    return {"value": text, "unit": unit, "source": SOURCE, "note": "", **more}


@pytest.fixture
def data():
    """A regimen with a hole, a question, missing steps and a limit to be signed."""
    found = copy.deepcopy(catalogue.document("us-label-consolidation"))
    first, second, *_ = found["blocks"]
    first["infusion"]["free_days"] = dict(HOLE)
    del second["infusion"]["steps"]
    second["infusion"]["steps_missing"] = {**HOLE, "unit": "h"}
    second["next"][1]["when"] = [
        {"fact": "MRD", "below": "0.001", "mark": "I", "sources": []}
    ]
    found["questions"] = [{"key": "order", "note": HOLE["note"]}]
    return found


def refused(data, values) -> CatalogueFileRefused:
    with pytest.raises(CatalogueFileRefused) as refusal:
        catalogue.completed(data, values)
    return refusal.value


def test_what_is_missing_is_named_by_place(data):
    regimen = catalogue.regimen_from(data)

    assert [one.place for one in regimen.missing] == [
        FREE,
        "blocks.blina-2.infusion.steps_missing",
        "questions.order",
    ]
    assert not regimen.is_complete
    assert regimen.block("blina-1").pattern.free_days is None
    assert regimen.block("blina-2").pattern is None


def test_a_site_completes_a_regimen(data):
    before = json.dumps(data)
    values = {
        FREE: value("14", note="As in the label"),
        "blocks.blina-2.infusion.steps_missing": value("0:full", "h"),
        "questions.order": value("blina twice in a row", ""),
    }

    done = catalogue.completed(data, values)

    regimen = catalogue.regimen_from(json.loads(json.dumps(done)))
    facts = {one.path.partition(": ")[2]: one for one in regimen.facts}
    assert regimen.is_complete
    assert regimen.block("blina-1").pattern.free_days == 14
    assert regimen.block("blina-2").pattern.steps[0].level == "full"
    assert (facts[FREE].mark, facts[FREE].sources) == (Mark.SITE, (SOURCE,))
    assert not facts[FREE].needs_sign_off
    assert facts[FREE].note.zh == "As in the label"
    assert json.dumps(data) == before


def test_a_number_that_needs_sign_off_may_be_replaced(data):
    dose = "doses.levels.full.fixed_mcg"
    limit = "blocks.blina-2.next[2].when[1]"

    done = catalogue.completed(
        data, {dose: value("27", "ug/d"), limit: value("0.0001", "1")}
    )

    regimen = catalogue.regimen_from(done)
    assert regimen.doses.levels["full"].fixed_mcg == 27
    way = regimen.block("blina-2").successors[1]
    assert way.when[0].values == ("0.0001",)


@pytest.mark.parametrize(
    ("place", "given", "why"),
    [
        ("blocks.blina-9.infusion.free_days", value("14"), "no place"),
        ("title", value("14"), "no place"),
        ("blocks.blina-1.kind", value("EXIT", ""), "no place"),
        ("blocks.blina-1.infusion.inpatient_days", value("1"), "mark B"),
        (FREE, value("2", "h"), "allowed: 'd'"),
        (FREE, value("-1"), "not a number"),
        (FREE, value("1.5"), "not a whole number"),
        (FREE, value("3661"), "must be at most 3660"),
        (FREE, value("999999999999"), "not a number from zero up"),
        (FREE, value("1e3"), "not a number from zero up"),
        (FREE, value("１４"), "not a number from zero up"),
        (FREE, value(""), "empty"),
        (FREE, value("14", source=" "), "needs its source"),
        ("doses.levels.full.fixed_mcg", value("29", "ug/d"), "above its cap of 28"),
        ("blocks.blina-2.infusion.steps_missing", value("day 8", "h"), "look like"),
        ("questions.order", value("yes", "d"), "allowed: ''"),
        ("blocks.blina-2.next[2].when[1]", value("0.0001", "%"), "allowed: '1'"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_at_its_place(data, place, given, why):
    refusal = refused(data, {place: given})

    assert refusal.place.startswith(place)
    assert why in refusal.reason.en
    assert refusal.reason.zh != refusal.reason.en


@pytest.mark.parametrize(
    ("steps", "place"),
    [("0:huge", "steps[1].level"), ("0:full, 672:full", "steps[2]")],
)
def test_completed_steps_are_checked_like_those_of_a_file(data, steps, place):
    hole = "blocks.blina-2.infusion.steps_missing"

    refusal = refused(data, {hole: value(steps, "h")})

    assert refusal.place == f"blocks.blina-2.infusion.{place}"


def test_a_regimen_without_a_recipe_takes_those_of_its_jurisdiction(data):
    data["recipes"] = []

    done = catalogue.completed(data, {"recipes": value("us-24h, us-48h", "")})

    assert done["recipes"] == ["us-24h", "us-48h"]
    for keys in ("us-1h", "", "us-24h, us-24h"):
        assert refused(data, {"recipes": value(keys, "")}).place == "recipes"


def test_a_file_can_not_claim_the_mark_of_a_site(data):
    done = catalogue.completed(data, {FREE: value("14")})

    found = list(catalogue.files.problems(PATH, done, "regimen"))

    assert [one.place for one in found] == [f"{FREE}.mark"]


def test_equal_documents_have_one_digest_and_one_regimen(data):
    again = json.loads(json.dumps(data))

    assert catalogue.digest_of(data) == catalogue.digest_of(again)
    assert catalogue.regimen_from(data) is catalogue.regimen_from(again)
    again["version"] = "9.0.0"
    assert catalogue.digest_of(data) != catalogue.digest_of(again)


def test_a_document_that_is_not_sound_is_refused(data):
    data["blocks"][0]["next"][0]["to"] = "nowhere"

    with pytest.raises(CatalogueFileRefused) as refusal:
        catalogue.regimen_from(data)

    assert refusal.value.place == "blocks.blina-1.next[1].to"


def test_a_document_needs_no_other_file():
    document = catalogue.document("us-label-rr")

    assert document["blocks"][-1]["key"] == "allo-hsct"
    kept, shipped = (
        catalogue.regimen_from(document),
        catalogue.get_regimen("us-label-rr"),
    )
    assert replace(kept, facts=()) == replace(shipped, facts=())
    assert set(kept.facts) == set(shipped.facts)


def test_a_document_is_read_the_same_whatever_the_order_of_its_keys():
    document = catalogue.document("us-label-mrd")
    turned = dict(reversed(document.items()))
    digest = "one of two"

    first = catalogue.regimen_from(document, digest).facts
    assert catalogue.regimen_from(turned, "the other").facts == first
