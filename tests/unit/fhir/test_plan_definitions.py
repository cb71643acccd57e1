"""Every regimen leaves as a valid PlanDefinition that says what it does not know."""

import re
from collections import Counter
from dataclasses import replace

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome
from fhir.resources.R4B.plandefinition import PlanDefinition
from pydantic import ValidationError

from infusion import catalogue
from infusion.domain.blocks import (
    After,
    Block,
    BlockKind,
    CyclePattern,
    DoseStep,
    Edge,
    Gate,
    Given,
    Rhythm,
    Route,
    Successor,
    Until,
)
from infusion.domain.conditions import Condition, FactKind, Operator
from infusion.domain.courses import Text
from infusion.domain.evidence import Fact, Mark
from infusion.domain.regimens import AgeBand, Cap, Missing, Premedication, Trigger
from infusion.fhir.bindings import CodeNotBound, check_bindings
from infusion.fhir.outcomes import operation_outcome
from infusion.fhir.plan_definitions import plan_definition

REGIMENS = catalogue.all_regimens()
PONATINIB = REGIMENS["mdacc-ponatinib"]
FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
NAME = re.compile(r"[A-Z][A-Za-z0-9_]{0,254}")


def text(words):
    return Text(en=words, zh=f"中文 {words}")


def a_regimen(**changes):
    """A regimen with everything a file may have, on the doses of one that ships."""
    return replace(
        REGIMENS["us-label-rr"],
        key="made-up",
        blocks=(
            Block(
                key="ia",
                kind=BlockKind.CHEMOTHERAPY,
                title=text("IA"),
                row="1",
                own_days=21,
                given=(
                    Given(
                        drug=text("Methotrexate"),
                        route=Route.IT,
                        rhythm=Rhythm.DISCRETE,
                        days=(1, 8),
                        dose=text("15 mg"),
                    ),
                ),
                successors=(
                    Successor(
                        to="blina",
                        when=(
                            Condition(
                                kind=FactKind.MRD,
                                operator=Operator.BELOW,
                                values=("0.0001",),
                                assays=("FLOW",),
                            ),
                        ),
                    ),
                    Successor(to="out", optional=True),
                ),
            ),
            Block(
                key="blina",
                kind=BlockKind.BLINATUMOMAB,
                title=text("Blina"),
                times=2,
                pattern=CyclePattern(
                    infusion_hours=672,
                    free_days=14,
                    inpatient_days=3,
                    steps=(
                        DoseStep(from_hour=0, level="low"),
                        DoseStep(from_hour=168, level="full"),
                    ),
                ),
                gate=Gate(text=text("Counts recovered")),
                successors=(
                    Successor(to="out", after=After.EACH, optional=True),
                    Successor(to="m"),
                ),
            ),
            Block(
                key="m",
                kind=BlockKind.MAINTENANCE,
                title=text("POMP"),
                until=Until(anchor="ia", edge=Edge.START, days=912),
            ),
            Block(key="out", kind=BlockKind.EXIT, title=text("Out"), reentry="post"),
        ),
        premedication=(
            Premedication(
                trigger=Trigger.DOSE_STEP,
                age_band=AgeBand.ADULT,
                blocks=("blina",),
                text=text("Dexamethasone"),
                first_round_only=True,
            ),
        ),
        missing=(
            Missing(place="blocks.m.times", unit="d", note=text("NF")),
            Missing(place="questions.order", unit="", note=text("Which order?")),
        ),
        caps=(Cap(payer=text("Payer"), cycles=4),),
        facts=(
            Fact(
                path="made-up: blocks.blina.infusion.hours",
                value="672",
                unit="h",
                mark=Mark.M,
                sources=("R-31", "our own"),
                note=text("28 x 24"),
            ),
        ),
        **changes,
    )


MADE_UP = plan_definition(a_regimen())
ACTIONS = {action["id"]: action for action in MADE_UP["action"]}


def inner(actions):
    for action in actions:
        yield action
        yield from inner(action.get("action", []))


def part(block, name):
    found = [
        each for each in ACTIONS[block]["action"] if each["id"] == f"{block}.{name}"
    ]
    assert found, name
    return found[0]


def ours(element, name):
    return [
        each
        for each in element.get("extension", [])
        if each["url"].endswith(f":{name}")
    ]


@pytest.mark.parametrize("key", REGIMENS)
def test_every_regimen_of_the_catalogue_exports(key):
    resource = plan_definition(REGIMENS[key])
    ids = [action["id"] for action in inner(resource["action"])]
    related = [
        each["actionId"]
        for action in inner(resource["action"])
        for each in action.get("relatedAction", [])
    ]

    PlanDefinition.model_validate(resource)
    assert NAME.fullmatch(resource["name"])
    assert [n for n, count in Counter(ids).items() if count > 1] == []
    assert [each for each in ids if not FHIR_ID.fullmatch(each)] == []
    assert set(related) <= set(ids)
    assert [each["id"] for each in resource["action"]] == [
        block.key for block in REGIMENS[key].blocks
    ]


@pytest.mark.parametrize("key", REGIMENS)
def test_every_fact_leaves_with_its_mark_once(key):
    resource = plan_definition(REGIMENS[key])
    found = [
        piece["valueString"]
        for element in (resource, *resource["action"])
        for each in ours(element, "evidence")
        for piece in each["extension"]
        if piece["url"] == "place"
    ]

    assert Counter(found) == Counter(fact.path for fact in REGIMENS[key].facts)


@pytest.mark.parametrize("key", REGIMENS)
def test_a_regimen_with_doubts_is_a_draft(key):
    regimen = REGIMENS[key]
    doubts = not regimen.is_complete or any(f.needs_sign_off for f in regimen.facts)

    assert plan_definition(regimen)["status"] == ("draft" if doubts else "active")


def test_a_length_that_is_known_becomes_an_offset():
    assert ACTIONS["blina"]["relatedAction"] == [
        {
            "actionId": "ia",
            "relationship": "after-start",
            "offsetDuration": {
                "value": 21,
                "unit": "d",
                "system": "http://unitsofmeasure.org",
                "code": "d",
            },
        }
    ]
    # Two rounds of 28 + 14 days.
    assert ACTIONS["m"]["relatedAction"][0]["offsetDuration"]["value"] == 84


def test_a_block_with_two_ways_in_names_none_as_the_one_before():
    assert "relatedAction" not in ACTIONS["out"]
    assert ACTIONS["out"]["requiredBehavior"] == "could"


def test_rounds_are_a_timing_that_repeats():
    assert ACTIONS["blina"]["timingTiming"]["repeat"] == {
        "duration": 42,
        "durationUnit": "d",
        "count": 2,
        "period": 42,
        "periodUnit": "d",
    }


def test_steps_are_told_in_delivered_hours():
    _first, second = part("blina", "infusion")["action"]

    assert second["relatedAction"][0]["offsetDuration"]["value"] == 168
    assert second["description"] == "28 µg/d fixed, 15 µg/m²/d, 28 µg/d at most"


def test_a_condition_is_a_sentence_on_its_way():
    first, second = part("ia", "ways")["action"]

    assert first["condition"] == [
        {
            "kind": "applicability",
            "expression": {
                "language": "text/plain",
                "expression": "MRD below 0.01% (10⁻⁴), by flow cytometry",
            },
        }
    ]
    assert first["relatedAction"] == [
        {"actionId": "blina", "relationship": "before-start"}
    ]
    assert second["requiredBehavior"] == "could"
    assert "condition" not in second


def test_a_gate_is_a_condition_to_start():
    (gate,) = ACTIONS["blina"]["condition"]

    assert gate["kind"] == "start"
    assert gate["expression"]["expression"] == "Counts recovered"


def test_premedication_comes_before_the_step_it_belongs_to():
    rule = part("blina", "premedication-1")

    assert rule["relatedAction"][0]["actionId"] == "blina.infusion.step-2"
    assert [each["expression"]["expression"] for each in rule["condition"]] == [
        "Adult patient",
        "First round of the block",
    ]


def test_days_of_a_drug_count_from_day_one():
    days = part("ia", "given-1")["action"]

    assert [day["title"] for day in days] == ["Day 1", "Day 8"]
    assert days[1]["relatedAction"][0]["offsetDuration"]["value"] == 7


def test_a_tablet_through_the_free_days_and_a_puncture_are_told_apart():
    blocks = {each["id"]: each for each in plan_definition(PONATINIB)["action"]}
    given = [each for each in blocks["combined"]["action"] if ".given-" in each["id"]]
    tablet, puncture = given
    assert ours(tablet, "through-free-days")[0]["valueBoolean"] is True
    assert "through the free days" in tablet["description"]
    assert tablet["timingTiming"]["repeat"]["periodUnit"] == "d"
    assert ours(puncture, "route")[0]["valueCode"] == "IT"
    assert ours(puncture, "through-free-days")[0]["valueBoolean"] is False


def test_what_is_missing_is_told_where_it_is_missing():
    assert len(ours(ACTIONS["m"], "missing")) == 1
    assert len(ours(MADE_UP, "missing")) == 1
    assert MADE_UP["status"] == "draft"
    assert "2 value(s) are missing" in MADE_UP["description"]


def test_a_length_from_an_earlier_block_is_an_extension():
    (until,) = ours(ACTIONS["m"], "until")

    assert {piece["url"]: piece for piece in until["extension"]}["days"][
        "valueInteger"
    ] == 912


def test_sources_are_cited_with_their_address():
    cited = {each["label"]: each for each in ACTIONS["blina"]["documentation"]}

    assert cited["R-31"]["url"].startswith("https://")
    assert "url" not in cited["our own"]


def test_titles_leave_in_both_languages():
    (translation,) = ACTIONS["ia"]["_title"]["extension"]

    assert ACTIONS["ia"]["title"] == "IA"
    assert translation["extension"][1]["valueString"] == "中文 IA"


@pytest.mark.parametrize(
    "broken",
    [
        {"status": "maybe"},
        {"action": [{"requiredBehavior": "perhaps"}]},
        {"action": [{"action": [{"relatedAction": [{"relationship": "later"}]}]}]},
        {"relatedArtifact": [{"type": "cite"}]},
        {"action": [{"timingTiming": {"repeat": {"durationUnit": "day"}}}]},
    ],
)
def test_a_code_that_fhir_does_not_know_is_refused(broken):
    with pytest.raises(CodeNotBound):
        check_bindings(broken)


def test_the_library_refuses_a_field_that_does_not_exist():
    with pytest.raises(ValidationError):
        PlanDefinition.model_validate({**MADE_UP, "steps": []})


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, "invalid"), (404, "not-found"), (418, "processing"), (500, "exception")],
)
def test_a_refusal_is_an_operation_outcome(status, kind):
    errors = [{"field": "site", "code": "invalid", "detail": "No such site."}]
    outcome = operation_outcome(
        status=status, code="a_code", title="T", detail="D", errors=errors
    )
    OperationOutcome.model_validate(outcome)

    assert [issue["code"] for issue in outcome["issue"]] == [kind, kind]
    assert outcome["issue"][0]["details"]["coding"][0]["code"] == "a_code"
    assert outcome["issue"][1]["expression"] == ["site"]
