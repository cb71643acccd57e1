"""Every form leaves as a valid Questionnaire in both languages, with its branches."""

import re

import pytest

from infusion.catalogue.questionnaires import shipped_questionnaires
from infusion.domain.findings_kinds import KINDS
from infusion.domain.questionnaires import Form
from infusion.fhir.bindings import CodeNotBound, check_bindings
from infusion.fhir.questionnaires import questionnaire, url_of

FORMS = shipped_questionnaires()
HAN = re.compile(r"[\u4e00-\u9fff]")


def items(node):
    for item in node.get("item", ()):
        yield item
        yield from items(item)


def texts(node):
    """Yield every text that people read with its translation."""
    if isinstance(node, list):
        for each in node:
            yield from texts(each)
    elif isinstance(node, dict):
        for name, value in node.items():
            if (
                name in {"title", "text", "display", "description"}
                and "url" not in node
            ):
                translated = node.get(f"_{name}")
                parts = translated["extension"][0]["extension"] if translated else []
                yield value, {each["url"]: each for each in parts}
            elif name not in {"extension", "valueRelatedArtifact"}:
                yield from texts(value)


@pytest.mark.parametrize("key", sorted(FORMS))
def test_every_question_leaves_in_its_order(key):
    found = questionnaire(FORMS[key])

    assert [item["linkId"] for item in found["item"]] == [
        one.key for one in FORMS[key].questions
    ]
    assert url_of(FORMS[key]) == f"{found['url']}|{found['version']}"


@pytest.mark.parametrize("key", sorted(FORMS))
def test_every_text_has_its_chinese(key):
    found = list(texts(questionnaire(FORMS[key])))

    assert found
    for english, parts in found:
        assert parts["lang"]["valueCode"] == "zh-Hans", english
        assert HAN.search(parts["content"]["valueString"]), english


def test_nothing_is_required_and_not_knowing_can_be_said():
    for form in FORMS.values():
        for one, item in zip(form.questions, questionnaire(form)["item"], strict=True):
            assert "required" not in item
            if one.form == Form.CHOICE and one.code:
                ways_out = [
                    each
                    for each in item["answerOption"]
                    if "extension" in each["valueCoding"]
                ]
                assert ways_out, one.key


def test_a_branch_names_the_answers_it_follows():
    found = {one["linkId"]: one for one in questionnaire(FORMS["daily-adult"])["item"]}
    follows = found["antipyretic-time"]["enableWhen"]
    offered = [each["valueCoding"] for each in found["antipyretic"]["answerOption"]]

    assert [one["question"] for one in follows] == ["antipyretic"]
    wanted = follows[0]["answerCoding"]
    assert wanted in [{key: each[key] for key in wanted} for each in offered]
    assert wanted["code"] == "YES"


def test_a_temperature_has_its_unit_and_the_ends_of_its_scale():
    item = questionnaire(FORMS["daily-adult"])["item"][0]
    told = {each["url"].rpartition("/")[2]: each for each in item["extension"]}
    kind = KINDS[FORMS["daily-adult"].questions[0].code]

    assert told["questionnaire-unit"]["valueCoding"]["code"] == "Cel"
    assert told["minValue"]["valueDecimal"] == kind.least
    assert told["maxValue"]["valueDecimal"] == kind.most


def test_what_waits_for_a_signature_says_so():
    found = {one["linkId"]: one for one in questionnaire(FORMS["neuro"])["item"]}
    flags = [each["url"] for each in found["place"]["extension"]]

    assert "urn:home-infusion:fhir:needs-signature" in flags
    assert questionnaire(FORMS["neuro"])["status"] == "draft"


def test_a_type_that_is_none_is_refused():
    found = questionnaire(FORMS["daily-adult"])
    found["item"][0]["type"] = "question"

    with pytest.raises(CodeNotBound, match=r"item\[0\].type"):
        check_bindings(found)
