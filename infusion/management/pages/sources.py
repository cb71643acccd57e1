"""Lists where the numbers were seen, from the same list that the service shows."""

from collections.abc import Iterable

from infusion.catalogue.sources import Source, all_sources
from infusion.management.pages.markdown import table

INTRODUCTION = """# Sources

Where the numbers of the catalogue were seen. Of most pages only the opening part could be
read; the full text of the United States label in force could not. **Before any clinical use
a pharmacist compares every number with the label and the Instructions for Use in force.**

"Label fact sheet" in comments and worked examples is the collection of facts these sources
were read into; its section numbers are: 1 dosing and cycles, 2 hospital stay, 3
premedication, 4 bags, 5 storage, 6 administration, 7 interruptions, 8 dose modification, 9
monitoring, 10 body surface.

A new source is added to `infusion/catalogue/sources.toml`.
"""
REPORT = """## The regimen report

Published protocols were read into one report (compiled November 2026); its reference number
is the key here: `R-31` is its reference 31. Of most papers only the opening part could be
read, and some addresses are copies. "no address known" means that the text was read and its
address was not kept. A statement with mark F comes from the consensus article `BiTE-CN-2024`.
"""
COLUMNS = ("key", "address", "what")


def page() -> str:
    """Return the page."""
    found = all_sources().values()
    read = [one for one in found if not _is_of_report(one)]
    report = [one for one in found if _is_of_report(one)]
    return "\n".join((INTRODUCTION, _table(read), REPORT, _table(report)))


def _is_of_report(source: Source) -> bool:
    return source.key.startswith(("R-", "BiTE-"))


def _table(found: Iterable[Source]) -> str:
    return table(COLUMNS, ((one.key, _links(one), one.what or "—") for one in found))


def _links(source: Source) -> str:
    links = ", ".join(f"<{address}>" for address in source.addresses)
    return links or "no address known"
