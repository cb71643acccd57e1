"""The cadence that ships, with the numbers of a site in it."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.drafts import Draft
from infusion.catalogue.policies import PolicyValue, SitePolicy, proposals
from infusion.catalogue.questionnaires import shipped_questionnaires
from infusion.catalogue.scales_asks import statement
from infusion.domain.cadence import (
    Anchor,
    Cadence,
    FormChoice,
    Ladder,
    Nth,
    Rhythm,
    RiskWindow,
)
from infusion.domain.evidence import Fact
from infusion.domain.readiness.criteria import SiteNumber
from infusion.domain.states import PlacementKind

Row = Mapping[str, Any]
_SPANS = {
    "min": dt.timedelta(minutes=1),
    "h": dt.timedelta(hours=1),
    "d": dt.timedelta(days=1),
}
# What a name of a site value stands for, by the name of its place in the file.
_MADE_OF: Mapping[str, str] = {
    "times": "times",
    "time": "times",
    "lasts": "span",
    "days": "span",
    "call": "span",
    "alert": "span",
    "from_years": "years",
    "below_years": "years",
    "unknown_years": "years",
    "while_stopped": "choice",
}


@dataclass(frozen=True, kw_only=True)
class CadenceFile:
    """One file: the shape of a cadence before the numbers of a site."""

    key: str
    version: str
    data: Row


@cache
def shipped_cadence() -> CadenceFile:
    """Return the cadence that ships."""
    return read_cadence(files.ROOT / "checkins" / "cadence.toml")


def read_cadence(path: Path) -> CadenceFile:
    """Read one file of a cadence.

    :raises CatalogueFileRefused: when the file is not sound.
    """
    data = files.read(path, "cadence")
    draft = Draft(path)
    _check_names(draft, data)
    for place, name, key in _values_in(data):
        if not _is_made_of(_MADE_OF[name], proposals().get(key)):
            draft.refuse(place, "unknown_value", key=key)
    draft.check()
    return CadenceFile(key=data["key"], version=data["version"], data=data)


def _check_names(draft: Draft, data: Row) -> None:
    """Refuse a rhythm, a topic or a form that nothing stands behind, or that is twice."""
    _check_once(draft, data, "rhythms")
    _check_once(draft, data, "windows")
    rhythms = [row["key"] for row in data["rhythms"]]
    _check_known(draft, "usual", data["usual"], rhythms)
    for row in data["windows"]:
        _check_known(draft, f"windows.{row['key']}.rhythm", row["rhythm"], rhythms)
    topics = {row["topic"] for row in data["forms"]}
    for row in data["rhythms"]:
        for topic in (*row["first"], *row["others"]):
            _check_known(draft, f"rhythms.{row['key']}", topic, topics)
    for number, row in enumerate(data["forms"], 1):
        place = f"forms[{number}].form"
        _check_known(draft, place, row["form"], shipped_questionnaires())


def _check_once(draft: Draft, data: Row, listed: str) -> None:
    keys = [row["key"] for row in data[listed]]
    for number, key in enumerate(keys, 1):
        if key in keys[: number - 1]:
            draft.refuse(f"{listed}[{number}].key", "rule_twice", kind=key)


def _check_known(draft: Draft, place: str, key: str, known: Any) -> None:
    if key not in known:
        draft.refuse(place, "unknown_word", found=key, known=", ".join(sorted(known)))


def _values_in(data: Any, place: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield every site value that a file names: where, as what, and its key."""
    if isinstance(data, list):
        for number, one in enumerate(data, 1):
            yield from _values_in(one, f"{place}{files.item_of(data, number)}")
    elif isinstance(data, dict):
        for name, one in data.items():
            here = f"{place}.{name}".strip(".")
            if name in _MADE_OF and isinstance(one, str):
                yield here, name, one
            else:
                yield from _values_in(one, here)


def _is_made_of(wanted: str, found: PolicyValue | None) -> bool:
    if found is None:
        return False
    if wanted == "times":
        return found.format == "times"
    if wanted == "choice":
        return set(found.choices) == {"YES", "NO"}
    is_number = not found.format and not found.choices
    return is_number and found.fact.unit in (_SPANS if wanted == "span" else {"a"})


def cadence_of(policy: SitePolicy, found: CadenceFile | None = None) -> Cadence:
    """Return the cadence with the numbers of a site in it."""
    read = found or shipped_cadence()
    data, again = read.data, read.data["follow_up"]
    return Cadence(
        key=read.key,
        version=read.version,
        title=files.text(data["title"]),
        asked_at=frozenset(map(PlacementKind, data["asked_at"])),
        while_stopped=policy.is_on(data["while_stopped"]),
        rhythms={row["key"]: _rhythm(row, policy) for row in data["rhythms"]},
        usual=data["usual"],
        windows=tuple(_window(row, policy) for row in data["windows"]),
        forms=tuple(_form(row, policy) for row in data["forms"]),
        follow_up_at=policy.times(again["time"])[0],
        follow_up=_ladder(again, policy),
        follow_up_for=_span(again["days"], policy),
        years_unknown=int(policy.number(data["unknown_years"])),
    )


def cadence_numbers(policy: SitePolicy) -> tuple[SiteNumber, ...]:
    """Return every number of the cadence as a page shows it, each once, with its mark."""
    keys = dict.fromkeys(key for _, _, key in _values_in(shipped_cadence().data))
    return tuple(policy.shown(key) for key in keys)


@cache
def cadence_reasons() -> Mapping[str, Fact]:
    """Return why each rhythm is as it is, by key, with how well that is known."""
    data = shipped_cadence().data
    rows = {row["key"]: row["reason"] for row in data["rhythms"]}
    rows["follow_up"] = data["follow_up"]["reason"]
    return {key: statement(key, row) for key, row in rows.items()}


def window_numbers(policy: SitePolicy) -> Mapping[str, SiteNumber]:
    """Return how long each risk window lasts, by its key, with its mark."""
    rows = shipped_cadence().data["windows"]
    return {row["key"]: policy.shown(row["lasts"]) for row in rows}


@cache
def cadence_values() -> frozenset[str]:
    """Return the keys of the site values by which families are asked."""
    return frozenset(key for _, _, key in _values_in(shipped_cadence().data))


def _rhythm(row: Row, policy: SitePolicy) -> Rhythm:
    return Rhythm(
        key=row["key"],
        times=policy.times(row["times"]),
        first=tuple(row["first"]),
        others=tuple(row["others"]),
        ladder=_ladder(row, policy),
    )


def _ladder(row: Row, policy: SitePolicy) -> Ladder:
    return Ladder(
        call_after=_span(row["call"], policy), alert_after=_span(row["alert"], policy)
    )


def _window(row: Row, policy: SitePolicy) -> RiskWindow:
    return RiskWindow(
        key=row["key"],
        title=files.text(row["title"]),
        anchor=Anchor(row["after"]),
        cycles=frozenset(map(Nth, row["cycles"])),
        lasts=_span(row["lasts"], policy),
        rhythm=row["rhythm"],
    )


def _form(row: Row, policy: SitePolicy) -> FormChoice:
    return FormChoice(
        topic=row["topic"],
        form=row["form"],
        from_years=_years(row.get("from_years"), policy),
        below_years=_years(row.get("below_years"), policy),
        needs_caregiver=row.get("needs_caregiver", False),
        needs_running=row.get("needs_running", False),
    )


def _years(key: str | None, policy: SitePolicy) -> int | None:
    return None if key is None else int(policy.number(key))


def _span(key: str, policy: SitePolicy) -> dt.timedelta:
    return _SPANS[proposals()[key].fact.unit] * int(policy.number(key))
