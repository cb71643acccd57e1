"""``python -m tests.bench [NAME...]``: every measurement beside its limit, in one run."""

import logging
import os
import sys
import time

import django


def main(names: list[str]) -> int:
    """Measure the parts named, or all of them, and print one table."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.peer_settings")
    django.setup()
    # Each request would otherwise write two lines, which is not what is measured.
    logging.disable(logging.INFO)
    from rich.console import Console
    from rich.table import Table

    from tests.bench import (
        cadence,
        claims,
        deliveries,
        import_fhir,
        messages,
        pages,
        planner,
        plans,
        projections,
        replans,
        simulation,
        triage,
    )

    parts = {
        "plans": plans.run,
        "planner": planner.run,
        "pages": pages.run,
        "replans": replans.run,
        "projections": projections.run,
        "import_fhir": import_fhir.run,
        "messages": messages.run,
        "claims": claims.run,
        "deliveries": deliveries.run,
        "cadence": cadence.run,
        "simulation": simulation.run,
        "triage": triage.run,
    }
    methods = {
        "planner": planner.METHOD,
        "claims": claims.METHOD,
        "cadence": cadence.METHOD,
        "simulation": simulation.METHOD,
        "triage": triage.METHOD,
    }
    unknown = set(names) - set(parts)
    if unknown:
        print(f"unknown: {', '.join(unknown)}; known: {', '.join(parts)}")  # noqa: T201
        return 2
    console = Console(width=110)
    for name in names or parts:
        begun = time.monotonic()
        table = Table("what", "value", "unit", "limit", "ratio", title=name)
        for row in parts[name]():
            limit = "" if row.limit is None else f"{row.limit:,.2f}"
            ratio = "" if row.ratio is None else f"{row.ratio:,.2f}"
            table.add_row(row.name, f"{row.value:,.2f}", row.unit, limit, ratio)
        console.print(table)
        if name in methods:
            console.print(methods[name])
        console.print(f"{name}: {time.monotonic() - begun:.1f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
