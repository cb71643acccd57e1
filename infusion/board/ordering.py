"""What can be chosen when a course is ordered: regimens, where to enter, what opens."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from infusion.catalogue.blocks import shared_blocks
from infusion.domain.blocks import TIMELESS, BlockKind
from infusion.domain.regimens import Regimen
from infusion.wording.regimens import read

Options = list[tuple[str, str]]
ROUND = "#"


@dataclass(frozen=True, kw_only=True)
class Choices:
    """The regimens by group, those that can't be ordered, and what may come first."""

    regimens: list[tuple[str, Options]]
    closed: frozenset[str]
    entries: Options
    openings: Options


def choices_of(regimens: Sequence[Regimen], chosen: str) -> Choices:
    """Return what can be chosen; ``chosen`` is the regimen whose blocks are offered."""
    found = next((each for each in regimens if each.key == chosen), None)
    return Choices(
        regimens=_grouped(regimens),
        closed=frozenset(each.key for each in regimens if not each.is_complete),
        entries=entries_of(found),
        openings=_openings(),
    )


def _grouped(regimens: Iterable[Regimen]) -> list[tuple[str, Options]]:
    """Group by jurisdiction; what is incomplete comes last, with the reason."""
    groups: dict[str, Options] = {}
    last: Options = []
    for each in regimens:
        if each.is_complete:
            groups.setdefault(each.jurisdiction, []).append((each.key, _title(each)))
        else:
            last.append((each.key, _closed_title(each)))
    named = [(f"{_('Jurisdiction')} {key}", found) for key, found in groups.items()]
    return [*named, (_("Cannot be ordered: something is missing"), last)]


def _title(regimen: Regimen) -> str:
    revision = f" ({regimen.label_revision})" if regimen.label_revision else ""
    return read(regimen.title) + revision


def _closed_title(regimen: Regimen) -> str:
    pattern = ngettext(
        "%(number)s value missing", "%(number)s values missing", len(regimen.missing)
    )
    return f"{read(regimen.title)}: {pattern % {'number': len(regimen.missing)}}"


def entries_of(regimen: Regimen | None) -> Options:
    """Return the rounds a course may begin with; the first needs no name."""
    first = ("", _("The first block of the regimen"))
    if regimen is None:
        return [first]
    rounds = [
        (
            f"{block.key}{ROUND}{ordinal}",
            _round_title(read(block.title), ordinal, block.times),
        )
        for block in regimen.blocks
        if block.kind not in TIMELESS
        for ordinal in range(1, block.times + 1)
    ]
    return [first, *rounds[1:]]


def _round_title(title: str, ordinal: int, times: int) -> str:
    if times == 1:
        return title
    words = {"title": title, "number": ordinal, "of": times}
    return _("%(title)s, round %(number)s of %(of)s") % words


def _openings() -> Options:
    blocks = [
        block for block in shared_blocks().values() if block.kind == BlockKind.PREPHASE
    ]
    return [("", _("None")), *((block.key, read(block.title)) for block in blocks)]


def entry_arguments(entry: str) -> Mapping[str, Any]:
    """Return the block and round of an entry as the service takes them."""
    block, _mark, ordinal = entry.partition(ROUND)
    if not block:
        return {"from_block": None, "from_round": 1}
    return {"from_block": block, "from_round": int(ordinal or 1)}
