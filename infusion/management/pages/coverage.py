"""Lists every row of the regimen report with what the catalogue has of it."""

from collections.abc import Iterable, Iterator

from infusion.catalogue import all_regimens
from infusion.catalogue.coverage import Covered, coverage
from infusion.domain.regimens import Missing, Regimen
from infusion.management.pages.markdown import table

PREVIEW = "tests/spec/test_every_regimen.py"
INTRODUCTION = f"""# Coverage · 覆盖情况

Every row of the regimen report, and what the catalogue has of it. *Complete* means that every
length, dose and count it needs is given (a number may still need local sign-off); what is
missing keeps a regimen from being ordered until a pharmacist and a physician of the site
complete it. Each regimen is previewed, block by block and bag by bag as far as it is known,
in `{PREVIEW}`. 报告的每一行及目录的收录情况；缺失项须由本机构药师与医师共同补全并签署后方可下达医嘱。
"""


def page() -> str:
    """Return the page."""
    rows = coverage()
    return "\n".join((INTRODUCTION, _summary(rows), _rows(rows), *_missing()))


def _summary(rows: Iterable[Covered]) -> str:
    found, regimens = list(rows), all_regimens().values()
    complete = sum(regimen.is_complete for regimen in regimens)
    absent = [one.row.key for one in found if one.is_absent]
    return (
        f"{len(found)} rows, {len(regimens)} regimens, {complete} of them complete. "
        f"Absent: {', '.join(absent) or 'none'}.\n"
    )


def _rows(rows: Iterable[Covered]) -> str:
    columns = ("row", "title", "标题", "file", "complete or what is missing", "preview")
    return table(columns, (cells for one in rows for cells in _cells(one)))


def _cells(one: Covered) -> Iterator[tuple[str, ...]]:
    """Return a line for each file of a row; the row is named in the first."""
    head = (f"{one.row.key}", one.row.title.en, one.row.title.zh)
    if not one.regimens and not one.blocks:
        why = f"{one.row.none.en} {one.row.none.zh}" if one.row.none else "**ABSENT**"
        yield (*head, "—", why, "—")
    for key in one.regimens:
        regimen = all_regimens()[key]
        yield (*head, f"[{key}]({key}.md)", _state(regimen), f"`[{key}]`")
        head = ("", "", "")
    for key in one.blocks:
        yield (*head, f"[{key}]({key}.md)", "shared block", "`[blocks]`")
        head = ("", "", "")


def _state(regimen: Regimen) -> str:
    if regimen.is_complete:
        return "complete"
    places = ", ".join(f"`{hole.place}`" for hole in regimen.missing)
    return f"{len(regimen.missing)} missing: {places}"


def _missing() -> Iterator[str]:
    """Return the notes of what is missing, one table a regimen."""
    yield "\n## What is missing · 缺失项\n"
    for key, regimen in sorted(all_regimens().items()):
        if not regimen.is_complete:
            yield f"### [{key}]({key}.md)\n"
            yield holes(regimen.missing)


def holes(missing: Iterable[Missing]) -> str:
    """Return what no source gives, as a table."""
    rows = [
        (f"`{one.place}`", one.unit or "—", one.note.en, one.note.zh) for one in missing
    ]
    return table(("place", "unit", "note", "备注"), rows)
