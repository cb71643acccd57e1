"""The questions that ship, and how a file of them is read."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.drafts import Draft
from infusion.catalogue.scales_asks import read_code, statement
from infusion.domain.findings_kinds import KINDS, Code
from infusion.domain.questionnaires import (
    Audience,
    Form,
    Option,
    Question,
    Questionnaire,
)

Written = Mapping[str, Any]
# What a question of each form must have, and what it may have.
_NEEDS = {
    Form.CHOICE: {"options"},
    Form.NUMBER: {"code"},
    Form.INSTANT: set[str](),
    Form.PHOTO: set[str](),
    Form.TEXT: set[str](),
}
_MAY = {
    Form.CHOICE: {"code", "site_of"},
    Form.INSTANT: {"time_of"},
}
_GIVES = {"options", "code", "site_of", "time_of"}


@cache
def shipped_questionnaires() -> Mapping[str, Questionnaire]:
    """Return the questionnaires that ship, by key."""
    found = map(read_questionnaire, files.paths("questionnaire"))
    return {one.key: one for one in found}


def read_questionnaire(path: Path) -> Questionnaire:
    """Read one file of questions.

    :raises CatalogueFileRefused: when the file is not sound.
    """
    data = files.read(path, "questionnaire")
    draft = Draft(path)
    audiences = frozenset(map(Audience, data["audience"]))
    questions = tuple(_questions(draft, data["items"], audiences))
    for refusal in draft.refusals:
        raise refusal
    return Questionnaire(
        key=data["key"],
        version=data["version"],
        title=files.text(data["title"]),
        audiences=audiences,
        questions=questions,
        note=files.text(data["note"]) if "note" in data else None,
    )


def _questions(
    draft: Draft, rows: list[Written], audiences: frozenset[Audience]
) -> Iterator[Question]:
    before: dict[str, Written] = {}
    for number, row in enumerate(rows, 1):
        place = f"items{files.item_of(rows, number)}"
        if row["key"] in before:
            draft.refuse(f"{place}.key", "criterion_twice", key=row["key"])
        _check_form(draft, place, row)
        _check_before(draft, place, row, before)
        yield _question(draft, place, row, audiences)
        before[row["key"]] = row


def _check_form(draft: Draft, place: str, row: Written) -> None:
    form = Form(row["form"])
    needs, may = _NEEDS[form], _MAY.get(form, set())
    given = _GIVES & set(row)
    if not needs <= given or given - needs - may:
        names = ", ".join(sorted(needs)) or "-"
        draft.refuse(place, "item_form", form=form, names=names)


def _check_before(
    draft: Draft, place: str, row: Written, before: Mapping[str, Written]
) -> None:
    """Refuse a question that follows one which is not asked before it."""
    named = [row[name] for name in ("site_of", "time_of") if name in row]
    follows = row.get("asked_when")
    for key in [*named, *([follows["item"]] if follows else [])]:
        if key not in before:
            draft.refuse(place, "item_before", found=key)
    if follows and follows["item"] in before:
        keys = [one["key"] for one in before[follows["item"]].get("options", ())]
        for key in follows["is"]:
            if key not in keys:
                known = ", ".join(keys)
                draft.refuse(place, "unknown_word", found=key, known=known)


def _question(
    draft: Draft, place: str, row: Written, audiences: frozenset[Audience]
) -> Question:
    code = read_code(draft, place, row["code"]) if "code" in row else None
    if code is not None:
        _check_code(draft, place, code, row, audiences)
    follows = row.get("asked_when")
    return Question(
        key=row["key"],
        form=Form(row["form"]),
        text=files.text(row["text"]),
        source=statement(place, row["source"]),
        help=files.text(row["help"]) if "help" in row else None,
        code=code,
        options=tuple(_option(one) for one in row.get("options", ())),
        asked_when=(follows["item"], frozenset(follows["is"])) if follows else None,
        site_of=row.get("site_of", ""),
        time_of=row.get("time_of", ""),
        is_optional=row.get("optional", False),
        needs_signature=row.get("signed", False),
    )


def _option(row: Written) -> Option:
    return Option(key=row["key"], text=files.text(row["text"]), value=row.get("value"))


def _check_code(
    draft: Draft, place: str, code: Code, row: Written, audiences: frozenset[Audience]
) -> None:
    """Refuse answers that are no values of what is asked, and a forced guess."""
    kind = KINDS[code]
    if kind.is_clinical and audiences != {Audience.NURSE}:
        draft.refuse(place, "for_nurses", found=code)
    options = row.get("options", ())
    for one in options:
        if "value" in one and not kind.has(one["value"]):
            draft.refuse(place, "option_of", found=one["key"], code=code)
    if options and all("value" in one for one in options):
        draft.refuse(place, "no_way_out")
