"""The printed form: the same questions, with the answers marked that mean "call now"."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from infusion.board.question_rows import FormRows, QuestionRow
from infusion.domain.signs import Limits, Sign, Signs
from infusion.domain.triage import Colour


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer to tick, and whether it alone means to call now."""

    text: str
    is_red: bool


@dataclass(frozen=True, kw_only=True)
class PaperRow:
    """One question on paper."""

    row: QuestionRow
    answers: tuple[Answer, ...]
    red_numbers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PaperSheet:
    """One form on paper."""

    sheet: FormRows
    rows: tuple[PaperRow, ...]


def paper_sheets(sheets: Iterable[FormRows], signs: Signs) -> list[PaperSheet]:
    """Return forms for paper."""
    red: dict[str, list[Sign]] = {}
    for one in signs.signs:
        if one.rule.colour == Colour.RED:
            red.setdefault(f"{one.form}.{one.question}", []).append(one)
    return [
        PaperSheet(
            sheet=sheet,
            rows=tuple(_row(one, red.get(one.name, [])) for one in sheet.questions),
        )
        for sheet in sheets
    ]


def _row(row: QuestionRow, signs: list[Sign]) -> PaperRow:
    chosen = {key for sign in signs for key in sign.answers}
    return PaperRow(
        row=row,
        answers=tuple(
            Answer(text=text, is_red=key in chosen) for key, text in row.options
        ),
        red_numbers=tuple(
            text
            for sign in signs
            for limits in sign.limits
            for text in _ends(limits, row.unit)
        ),
    )


def _ends(limits: Limits, unit: str) -> Iterator[str]:
    """Write the numbers that mean to call now."""
    for number, text in (
        (limits.at_least, _("%(number)s or more")),
        (limits.above, _("more than %(number)s")),
        (limits.at_most, _("%(number)s or less")),
        (limits.below, _("less than %(number)s")),
    ):
        if number is not None:
            yield text % {"number": f"{number.normalize():f} {unit}".strip()}
