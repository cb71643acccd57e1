"""Renders every catalogue file: each number with its mark, its source and its note."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from infusion.catalogue import all_regimens, checking, files
from infusion.domain.evidence import Fact
from infusion.management.pages import graphs, toxicity
from infusion.management.pages.markdown import table

SIGN_OFF = "**needs local sign-off · 需本机构签署**"
COLUMNS = ("place", "value", "mark", "sources", "note", "备注")
FORMATS = {
    "times": "times of a day: 08:00 14:00",
    "week": "SITE, or hours of a week: Mo-Fr 08:00-17:00; Sa 09:00-12:00",
    "limit": "NONE, or a number from 0",
    "criteria": "NONE, or keys of criteria: TC03 TC13",
    "recipes": "NONE, or keys of bag recipes: us-72h us-96h",
    "ladder": "NONE, or rungs: NURSE 15 SMS>EMAIL; EVERY_ADMIN 60 QUIET",
}
HOW_TO_READ = (
    "Marks are explained in the [glossary](../glossary.md#evidence-marks), sources in "
    "[sources](../sources.md). 证据等级见术语表，来源见来源列表。\n"
)


def pages() -> Iterator[tuple[str, str]]:
    """Return one page a file, and a list of them."""
    loaded = [(path, files.load(path)) for path in checking.shipped()]
    yield "README.md", _index(loaded)
    for path, data in loaded:
        yield f"{path.stem}.md", _page(path, data)


def _index(loaded: Iterable[tuple[Path, dict[str, Any]]]) -> str:
    rows = [
        (
            f"[{path.stem}]({path.stem}.md)",
            data["kind"],
            data["version"],
            *_titles(path, data),
            str(sum(fact.needs_sign_off for fact in _facts(path, data))),
        )
        for path, data in loaded
    ]
    columns = ("file", "kind", "version", "title", "标题", "to be signed · 待签署")
    return (
        "# Rules · 规则\n\n"
        "What the service computes with. Nothing here is a clinical protocol: every "
        "number must be checked by a pharmacist against the label in force. The "
        "[worked examples](worked-examples.md) show what follows from the numbers, the "
        "[coverage](coverage.md) what is loaded of the regimen report.\n\n"
        f"{table(columns, rows)}"
    )


def _titles(path: Path, data: dict[str, Any]) -> tuple[str, str]:
    title = data.get("title", {"en": path.stem, "zh": path.stem})
    return title["en"], title["zh"]


def _page(path: Path, data: dict[str, Any]) -> str:
    english, chinese = _titles(path, data)
    parts = [f"# {english} · {chinese}\n", _identity(path, data), HOW_TO_READ]
    if data["kind"] == "regimen":
        parts += graphs.sections(all_regimens()[path.stem])
        parts.append("## Numbers and statements · 数据与说明\n")
    rows = [_row(fact) for fact in _facts(path, data)]
    if rows:
        parts.append(table(COLUMNS, rows))
    if data["kind"] == "reminders":
        parts.append(_reminders(data["rules"]))
    if "values" in data:
        parts.append(_values(data["values"]))
    if "criteria" in data:
        parts.append(_criteria(data["criteria"]))
    if data["kind"] == "toxicity":
        parts.append(toxicity.section(data))
    if data["kind"] == "questionnaire":
        parts.append(_questions(data["items"]))
    return "\n".join(parts)


def _identity(path: Path, data: dict[str, Any]) -> str:
    facts = [f"key `{path.stem}`", f"version {data['version']}"]
    if "jurisdiction" in data:
        facts.append(f"jurisdiction {data['jurisdiction']}")
    if "label" in data:
        label = data["label"]
        facts.append(f"label `{label['id']}`, revision {label['revision']}")
    return " · ".join(facts) + "\n"


def _facts(path: Path, data: dict[str, Any]) -> list[Fact]:
    return list(files.facts(path.stem, data))


def _row(fact: Fact) -> tuple[str, ...]:
    mark = f"{fact.mark.value} {SIGN_OFF}" if fact.needs_sign_off else fact.mark.value
    return (
        f"`{fact.path.partition(': ')[2]}`",
        f"{fact.value} {fact.unit}".strip(),
        mark,
        ", ".join(fact.sources) or "—",
        fact.note.en or "—",
        fact.note.zh or "—",
    )


def _reminders(rules: Iterable[dict[str, Any]]) -> str:
    rows = [
        (
            f"`{row['key']}`",
            row["event"],
            f"{row['offset']['value']} ({row['offset']['mark']})",
            str(row["expires_minutes"]),
            ", ".join(row["to"]),
            f"{row.get('urgency', 'normal')}, {row.get('quiet', 'hold')}",
            "; ".join(
                f"{name}: {', '.join(values)}"
                for name, values in row.get("when", {}).items()
            )
            or "—",
        )
        for row in rules
    ]
    columns = ("rule", "event", "minutes from it", "expires", "to", "how", "when")
    return table(columns, rows)


def _questions(items: Iterable[dict[str, Any]]) -> str:
    """List the questions as they are asked, for reading and for paper."""
    rows = [
        (
            f"`{row['key']}`",
            row["text"]["en"],
            row["text"]["zh"],
            _answers(row, "en") or row["form"].lower(),
            _answers(row, "zh") or "—",
        )
        for row in items
    ]
    return table(("question", "asked", "问题", "answers", "答案"), rows)


def _answers(row: dict[str, Any], language: str) -> str:
    return " / ".join(one["text"][language] for one in row.get("options", ()))


def _values(values: dict[str, Any]) -> str:
    rows = [
        (
            f"`{key}`",
            row["title"]["en"],
            row["title"]["zh"],
            _bounds(row),
        )
        for key, row in values.items()
    ]
    return table(("value", "meaning", "含义", "may be"), rows)


def _criteria(criteria: Iterable[dict[str, Any]]) -> str:
    rows = [
        (
            row["key"],
            row["kind"],
            row["title"]["en"],
            row["title"]["zh"],
            "; ".join(_need(need) for need in row["needs"]),
            ", ".join(row["waive"]) or "—",
        )
        for row in criteria
    ]
    columns = ("key", "kind", "criterion", "条件", "needs", "may be waived by")
    return table(columns, rows)


def _need(need: dict[str, Any]) -> str:
    """Write a need: the fact, how it is checked, and the site values it uses."""
    names = ("limit", "span", "other", "max_age")
    used = [f"`{need[name]}`" for name in names if name in need]
    what = " ".join(filter(None, (need["fact"], need.get("item"))))
    return " ".join([what, need["check"], *used])


def _bounds(row: dict[str, Any]) -> str:
    if "choices" in row:
        return ", ".join(row["choices"])
    if "format" in row:
        return FORMATS[row["format"]]
    least = row.get("least", "above 0")
    return f"{least} up to {row['most']}"
