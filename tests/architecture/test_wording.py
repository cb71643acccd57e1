"""Every refusal has words, and the words ask for nothing the refusal does not carry."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from config.problem_texts import TEXTS
from infusion import wording
from infusion.domain.refusals import Refusal as InfusionRefusal
from patients.domain.refusals import Refusal as PatientsRefusal

ROOT = Path(__file__).resolve().parents[2]
APPS = ("infusion", "patients")
_PLACE = re.compile(r"%\((\w+)\)s")
# Said by the edge itself, not by a refusal.
EDGE_CODES = {"refused", "not_allowed"}


def _below(base: type) -> Iterator[type]:
    for each in base.__subclasses__():
        yield each
        yield from _below(each)


def _all_refusals() -> list[type]:
    for app in APPS:
        package = importlib.import_module(app)
        for module in pkgutil.walk_packages(package.__path__, f"{app}."):
            if "migrations" not in module.name:
                importlib.import_module(module.name)
    own = [*_below(InfusionRefusal), *_below(PatientsRefusal)]
    return [each for each in own if each.__module__.startswith(APPS)]


REFUSALS = _all_refusals()
CODES = {each.__name__: each.code for each in REFUSALS}


def _raised() -> Iterator[tuple[str, str, set[str]]]:
    """Return where a refusal is made, its code, and the parameters it carries."""
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call):
                    continue
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                names = {keyword.arg for keyword in node.keywords}
                if name in CODES and None not in names:
                    place = f"{path.relative_to(ROOT)}:{node.lineno}"
                    yield place, CODES[name], {str(each) for each in names}


@pytest.mark.parametrize("code", sorted({each.code for each in REFUSALS}))
def test_every_refusal_has_words(code):
    assert code in wording.REFUSALS


def test_no_words_without_a_refusal():
    assert set(wording.REFUSALS) - {each.code for each in REFUSALS} == EDGE_CODES


def test_the_words_ask_for_nothing_the_refusal_does_not_carry():
    wrong = [
        (place, code, missing)
        for place, code, carried in _raised()
        if code in wording.REFUSALS
        and (
            missing := set(_PLACE.findall(str(wording.REFUSALS[code].detail))) - carried
        )
    ]

    assert not wrong


def test_the_search_finds_refusals_with_parameters():
    assert any("days" in carried for _, code, carried in _raised())


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_translations_ask_for_the_same(language):
    with translation.override("en"):
        expected = {
            code: set(_PLACE.findall(str(row.detail)))
            for code, row in wording.REFUSALS.items()
        }
    with translation.override(language):
        found = {
            code: set(_PLACE.findall(str(row.detail)))
            for code, row in wording.REFUSALS.items()
        }

    assert found == expected


def test_statuses_are_those_of_refusals():
    assert {row.status for row in wording.REFUSALS.values()} <= {
        400,
        403,
        404,
        409,
        412,
        422,
        428,
    }
    assert {row.status for row in TEXTS.values()} & {200} == set()
