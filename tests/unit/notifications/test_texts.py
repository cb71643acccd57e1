"""Every text in both languages, word for word, and what must never be in one."""

import datetime as dt
import os
import re
from pathlib import Path

import pytest

from infusion import catalogue
from infusion.domain.messages import MessageKind
from infusion.domain.sms import Alphabet, length_of
from infusion.notifications import texts

GOLDEN = Path(__file__).parent / "golden"
# Just after London has set its clocks back: 01:30 comes twice that night.
EVENT = dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)
CHINA = dt.datetime(2026, 12, 1, 6, 0, tzinfo=dt.UTC)
READERS = {
    "patient-en": ("en", "Europe/London", False, EVENT),
    "nurse-en": ("en", "Europe/London", True, EVENT),
    "patient-zh": ("zh-hans", "Asia/Shanghai", False, CHINA),
    "nurse-zh": ("zh-hans", "Asia/Shanghai", True, CHINA),
}
NAMES = {"en": "Jane", "zh-hans": "小明"}
MOST_PARTS = 3
TOLD = {one.rule.key: one.text for one in catalogue.shipped_reminders()}
TOLD |= {str(kind): str(kind) for kind in MessageKind}
CASES = [(kind, reader) for kind in TOLD for reader in READERS]


def written(kind: str, who: str) -> texts.Text:
    language, zone, is_staff, event_at = READERS[who]
    reader = texts.Reader(
        given_name=NAMES[language],
        language=language,
        time_zone=zone,
        is_staff=is_staff,
    )
    phone = "+44 20 7946 0000" if language == "en" else "010 5555 0000"
    course = "01990000-0000-7000-8000-000000000001"
    link = f"https://infusion.example.org/courses/{course}/"
    return texts.write(TOLD[kind], reader, event_at, on_call=phone, link=link)


@pytest.mark.parametrize(("kind", "who"), CASES)
def test_every_text_reads_as_it_was_approved(kind: str, who: str) -> None:
    text = written(kind, who)
    path = GOLDEN / f"{kind}.{who}.txt"

    shown = f"{text.subject}\n\n{text.short}\n\n{text.body}"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, "utf-8")

    assert shown == path.read_text("utf-8")


@pytest.mark.parametrize(("kind", "who"), CASES)
def test_no_text_names_a_drug_a_diagnosis_or_a_dose(kind: str, who: str) -> None:
    text = written(kind, who)

    forbidden = r"blina|leuk|lymph|chemo|cancer|dose|mcg|mg|白血病|癌|化疗|药|剂量"
    whole = text.subject + text.short + text.body
    assert not re.search(forbidden, whole, re.IGNORECASE)


@pytest.mark.parametrize(("kind", "who"), CASES)
def test_a_text_message_takes_three_parts_at_most(kind: str, who: str) -> None:
    found = length_of(written(kind, who).short)

    is_chinese = who.endswith("zh")
    assert found.alphabet == (Alphabet.UCS_2 if is_chinese else Alphabet.GSM_7)
    assert found.parts <= MOST_PARTS


@pytest.mark.parametrize(("kind", "who"), CASES)
def test_a_subject_names_nobody(kind: str, who: str) -> None:
    assert not any(name in written(kind, who).subject for name in NAMES.values())


def test_both_languages_have_the_same_texts_and_phrases() -> None:
    folders = {
        folder: {path.name for path in (Path(texts.__file__).parent / folder).iterdir()}
        for folder in (texts.ENGLISH, texts.CHINESE)
    }

    assert folders[texts.ENGLISH] == folders[texts.CHINESE]
    assert folders[texts.ENGLISH] == {f"{kind}.txt" for kind in MessageKind} | {
        "phrases.toml"
    }


def test_the_hour_that_comes_twice_is_told_apart_by_its_offset() -> None:
    reader = texts.Reader(given_name="", language="en", time_zone="Europe/London")
    shown = [
        texts.write(TOLD["bag_change_2h"], reader, at, on_call="", link="").body
        for at in (EVENT - dt.timedelta(hours=1), EVENT)
    ]

    assert "01:30 (Europe/London, UTC+01:00)" in shown[0]
    assert "01:30 (Europe/London, UTC+00:00)" in shown[1]


@pytest.mark.parametrize(
    ("given", "greeting"),
    [
        ("Jane", "Hello Jane,"),
        ("  Jane\r\n Bcc: x  ", "Hello Jane Bcc: x,"),
        ("", "Hello,"),
        ("\x1b[2J", "Hello,"),
        ("$footer", "Hello $footer,"),
    ],
)
def test_a_strange_name_cannot_bend_the_text(given: str, greeting: str) -> None:
    reader = texts.Reader(given_name=given, language="en", time_zone="UTC")

    text = texts.write(TOLD["bag_change_2h"], reader, EVENT, on_call="1", link="")

    assert text.body.startswith(greeting + "\n")


def test_without_an_on_call_telephone_the_text_still_says_what_to_do() -> None:
    reader = texts.Reader(given_name="Jane", language="en", time_zone="UTC")

    text = texts.write(TOLD["bag_change_2h"], reader, EVENT, on_call="", link="")

    assert "the number your care team gave you" in text.body


@pytest.mark.parametrize(
    ("kind", "zone", "code"),
    [
        ("no_such_kind", "UTC", "text_missing"),
        ("../../secret", "UTC", "text_missing"),
        ("alert_raised", "Mars/Olympus", "unknown_time_zone"),
        ("alert_raised", "../etc/passwd", "unknown_time_zone"),
    ],
)
def test_a_text_that_cannot_be_written_says_why(
    kind: str, zone: str, code: str
) -> None:
    reader = texts.Reader(given_name="", language="en", time_zone=zone)

    with pytest.raises(texts.TextError) as refused:
        texts.write(kind, reader, EVENT, on_call="", link="")

    assert refused.value.code == code


def test_an_unknown_language_is_english() -> None:
    assert texts.folder_of("fr") == texts.ENGLISH
    assert texts.folder_of("zh-Hant") == texts.CHINESE
