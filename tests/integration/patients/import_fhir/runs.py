"""The import as it is run by hand, and patients to import."""

import io
from pathlib import Path

from django.core.management import call_command

DATA = Path(__file__).parents[3] / "data" / "fhir"


def run(*paths: object, **options: object) -> tuple[int, str, str]:
    """Run the command; return the exit status, the output and the errors."""
    out, errors = io.StringIO(), io.StringIO()
    status = 0
    try:
        call_command(
            "import_fhir", *map(str, paths), stdout=out, stderr=errors, **options
        )
    except SystemExit as stopped:
        status = int(stopped.code or 0)
    return status, out.getvalue(), errors.getvalue()


def totals(output: str) -> dict[str, list[int]]:
    """Read the table: created, updated, unchanged, refused, skipped by kind."""
    rows = [line.strip("│ ").split("│") for line in output.splitlines() if "│" in line]
    return {row[0].strip(): [int(cell) for cell in row[1:]] for row in rows}


def patient(source_id: str, **change: object) -> dict[str, object]:
    return {
        "resourceType": "Patient",
        "id": source_id,
        "identifier": [{"value": f"M-{source_id}"}],
        "name": [{"family": "Rivera", "given": ["Ana"]}],
        **change,
    }
