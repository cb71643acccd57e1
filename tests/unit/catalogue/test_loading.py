import pytest

from infusion import catalogue
from infusion.catalogue.policies import proposals
from infusion.domain.evidence import Mark
from infusion.domain.recipes import RecipeUnknown
from infusion.domain.regimens import RegimenUnknown
from tests.unit.catalogue.writing import shipped, written


def test_an_unknown_regimen_is_refused_with_the_known_ones():
    with pytest.raises(RegimenUnknown) as refusal:
        catalogue.get_regimen("us-label")

    assert "us-label-rr" in str(refusal.value.params["known"])


def test_an_unknown_recipe_is_refused():
    with pytest.raises(RecipeUnknown):
        catalogue.get_recipe("us-5d")


def test_the_recipes_of_a_regimen_come_shortest_first():
    found = catalogue.recipes_of(catalogue.get_regimen("us-label-mrd"))

    assert [one.hours for one in found] == [24, 48, 72, 96, 168]


def test_the_filter_is_yes_no_or_not_known():
    recipes = catalogue.all_recipes()
    found = {key: one.filter_required for key, one in recipes.items() if "us-" in key}

    assert {one.filter_required for one in recipes.values()} == {True, False, None}
    assert found == {
        "us-24h": True,
        "us-48h": True,
        "us-72h": None,
        "us-96h": None,
        "us-7d": False,
    }


def test_the_site_says_after_how_long_a_change_is_overdue():
    policy = catalogue.site_policy(
        {"overdue_after_minutes": {"value": "30", "signed_by": "RN B"}}
    )

    offsets = {
        rule.key: rule.offset_minutes for rule in catalogue.reminder_rules(policy)
    }

    assert offsets["bag_change_overdue"] == 30


def test_a_premedication_is_a_fact_with_its_mark():
    facts = catalogue.get_regimen("us-label-mrd").facts
    marks = [fact.mark for fact in facts if "premedication" in fact.path]

    assert marks == [Mark.A, Mark.B, Mark.B, Mark.S]


def test_a_premedication_that_was_not_seen_needs_a_signature(tmp_path):
    path = written(
        tmp_path,
        "us-label-rr",
        (
            'mark = "A"\nsources = ["HCP-prep", "HCP-RR-prep"]',
            'mark = "U"\nsources = []',
        ),
    )

    regimen = catalogue.regimens.read_regimen(path)

    loose = [fact.path for fact in regimen.facts if fact.needs_sign_off]
    assert "us-label-rr: premedication[6]" in loose


def test_every_label_use_names_its_label_and_the_revision_that_was_read():
    revisions = {
        regimen.label_revision if regimen.label_id else ""
        for key, regimen in catalogue.all_regimens().items()
        if "-label-" in key
    }

    assert revisions <= {"2026-04-14", "not read"}
    assert catalogue.get_regimen("us-label-rr").label_revision == "2026-04-14"


def test_a_regimen_without_a_sourced_recipe_is_shown_and_can_not_be_ordered(tmp_path):
    path = written(
        tmp_path,
        "us-label-rr",
        ('recipes = ["us-24h", "us-48h", "us-72h", "us-96h", "us-7d"]', "recipes = []"),
    )

    regimen = catalogue.regimens.read_regimen(path)

    (missing,) = regimen.missing
    assert missing.place == "recipes"
    assert missing.note.en == "no bag recipe of this jurisdiction has a source yet"
    assert not regimen.is_complete


def test_the_weight_from_which_doses_are_fixed_may_be_missing(tmp_path):
    hole = (
        '{ missing = true, unit = "kg", note = { en = "Not read.", zh = "未读到。" } }'
    )
    sourced = next(
        line for line in shipped("us-label-rr").splitlines() if "fixed_from_kg" in line
    )
    path = written(tmp_path, "us-label-rr", (sourced, f"fixed_from_kg = {hole}"))

    regimen = catalogue.regimens.read_regimen(path)

    assert [one.place for one in regimen.missing] == ["doses.fixed_from_kg"]
    assert regimen.doses.levels["full"].fixed_mcg == 28


def test_every_fact_without_a_signature_says_why():
    facts = [
        fact
        for one in (
            *catalogue.all_regimens().values(),
            *catalogue.all_recipes().values(),
        )
        for fact in one.facts
    ] + [value.fact for value in proposals().values()]

    silent = [
        fact.path
        for fact in facts
        if fact.needs_sign_off and not fact.note.en and "from_hour" not in fact.path
    ]

    assert silent == []
