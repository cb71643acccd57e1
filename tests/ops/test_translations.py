"""The catalogue is compared with what the source really marks."""

import gettext
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polib
import pytest

from ops.translations import catalogue, compiling
from ops.translations.extract import Message, in_python, in_template, messages

PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
TITLE = _("Bags")
def f(n):
    return ngettext("%(n)s bag", "%(n)s bags", n), pgettext("month", "May")
"""
TEMPLATE = """{% load i18n %}
<p>{% translate "Next bag" %}</p>
    <a title="{% trans 'Don’t stop' %}">it's {{ _("Now") }}</a>
{% blocktranslate trimmed with name=who %}
    Hello,
    {{ name }}
{% endblocktranslate %}
{% blocktranslate count n=bags|length %}{{ n }} bag{% plural %}{{ n }} bags{% endblocktranslate %}
{% blocktranslate context "month" %}100% May{% endblocktranslate %}
"""


def test_python_marks_are_found_with_their_lines() -> None:
    found = list(in_python(PYTHON, "a.py"))
    assert found == [
        Message("Bags", "", None, "a.py:3"),
        Message("%(n)s bag", "%(n)s bags", None, "a.py:5"),
        Message("May", "", "month", "a.py:5"),
    ]


def test_template_marks_are_found_as_django_looks_them_up() -> None:
    found = {(m.context, m.singular, m.plural) for m in in_template(TEMPLATE, "a.html")}
    assert found == {
        (None, "Next bag", ""),
        (None, "Don’t stop", ""),
        (None, "Now", ""),
        (None, "Hello, %(name)s", ""),
        (None, "%(n)s bag", "%(n)s bags"),
        ("month", "100%% May", ""),
    }


def entry(msgid: str, msgstr: str = "字", **options: object) -> polib.POEntry:
    return polib.POEntry(msgid=msgid, msgstr=msgstr, **options)


def found_in(*entries: polib.POEntry, wanted: str = "Bags %(n)s") -> list[str]:
    loaded = polib.POFile()
    loaded.extend(entries)
    message = Message(wanted, "", None, "a.py:1")
    return list(catalogue.problems(loaded, [message], "x.po"))


def test_a_complete_catalogue_has_no_problems() -> None:
    assert found_in(entry("Bags %(n)s", "袋 %(n)s")) == []


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([], "a.py:1: not in x.po"),
        ([entry("Bags %(n)s", "袋 %(n)s", obsolete=True)], "a.py:1: not in x.po"),
        ([entry("Bags %(n)s", "")], "not translated"),
        ([entry("Bags %(n)s", " ")], "not translated"),
        ([entry("Bags %(n)s", "袋 %(n)s", flags=["fuzzy"])], "fuzzy"),
        ([entry("Bags %(n)s", "袋")], "placeholders differ"),
        ([entry("Bags %(n)s", "袋 %(m)s")], "placeholders differ"),
        (
            [entry("Bags %(n)s", "袋 %(n)s"), entry("Old")],
            "not used any more: 'Old'",
        ),
    ],
)
def test_each_gap_is_named(entries: list[polib.POEntry], expected: str) -> None:
    assert any(expected in line for line in found_in(*entries))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{a} of {b}", "{b} 之 {a}"),
        ("100%% of %s", "%s 的 100%%"),
        ("50% of it", "一半"),
    ],
)
def test_placeholders_may_move(one: str, other: str) -> None:
    assert found_in(entry(one, other), wanted=one) == []


@pytest.mark.parametrize(("one", "other"), [("{a}", "{b}"), ("%(a)s", "%(a)d")])
def test_placeholders_must_not_change(one: str, other: str) -> None:
    assert found_in(entry(one, other), wanted=one) != []


def test_update_adds_drops_and_keeps(tmp_path: Path) -> None:
    loaded = polib.POFile()
    loaded.extend([entry("Kept", "留"), entry("Old", "旧")])
    wanted = [
        Message("Kept", "", None, "a:1"),
        Message("%(n)s bag", "%(n)s bags", None, "a:2"),
    ]
    assert catalogue.update(loaded, wanted) == (1, 1)
    path = tmp_path / "django.po"
    catalogue.save(loaded, path)
    again = catalogue.load(path)
    assert [each.msgid for each in again] == ["%(n)s bag", "Kept"]
    assert again.find("Kept").msgstr == "留"


def test_a_compiled_catalogue_translates(tmp_path: Path) -> None:
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    loaded = catalogue.load(folder / "django.po")
    plural = polib.POEntry(msgid="%(n)s bag", msgid_plural="%(n)s bags")
    plural.msgstr_plural = {0: "%(n)s 袋"}
    loaded.extend([entry("Bags", "袋子"), plural])
    catalogue.save(loaded, folder / "django.po")
    assert compiling.compile_all(tmp_path) == 1
    found = gettext.translation("django", tmp_path, ["zh_Hans"])
    assert found.gettext("Bags") == "袋子"
    assert found.ngettext("%(n)s bag", "%(n)s bags", 5) == "%(n)s 袋"


def test_two_may_compile_the_same_catalogue_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    loaded = catalogue.load(folder / "django.po")
    loaded.extend(entry(f"Bag {number}", f"袋 {number}") for number in range(2000))
    catalogue.save(loaded, folder / "django.po")
    with ThreadPoolExecutor(max_workers=4) as pool:
        done = list(pool.map(compiling.compile_all, [tmp_path] * 12))
    assert done == [1] * 12
    assert sorted(each.name for each in folder.iterdir()) == ["django.mo", "django.po"]
    found = gettext.translation("django", tmp_path, ["zh_Hans"])
    assert found.gettext("Bag 1999") == "袋 1999"


def test_the_source_of_this_checkout_can_be_read() -> None:
    assert messages()
