"""How fast patients are imported, and how much memory that takes.

Each size is imported twice in a fresh process of its own against a database of its own;
the limit beside it is one hand-written INSERT of the same rows.
"""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.rows import Row

SIZES = (1_000, 20_000)
FAMILIES = ("Rivera", "Okafor", "单", "欧阳", "Müller", "O'Keefe", "王", "Nguyen")


def run() -> list[Row]:
    """Measure every size; ``BENCH_LARGE=1`` adds 100,000."""
    sizes = (*SIZES, 100_000) if os.environ.get("BENCH_LARGE") else SIZES
    rows = []
    with tempfile.TemporaryDirectory() as folder, _scratch_database() as url:
        for size in sizes:
            path = Path(folder, f"{size}.ndjson")
            write_patients(path, size)
            rows += _measure(path, size, url)
    return rows


def write_patients(path: Path, size: int) -> None:
    """Write synthetic patients, one a line, without holding them."""
    with path.open("w", encoding="utf-8") as stream:
        for number in range(size):
            stream.write(json.dumps(_patient(number), ensure_ascii=False) + "\n")


def _patient(number: int) -> dict[str, object]:
    family = FAMILIES[number % len(FAMILIES)]
    mr = {"coding": [{"code": "MR"}]}
    return {
        "resourceType": "Patient",
        "id": f"bench-{number}",
        "identifier": [
            {"system": "urn:example:id", "value": f"id-{number}"},
            {"type": mr, "system": "urn:example:mrn", "value": f"B{number:07}"},
        ],
        "name": [{"use": "official", "family": family, "given": [f"Given{number}"]}],
        "telecom": [
            {"system": "phone", "value": f"+1202456{number % 10_000:04}", "use": "home"}
        ],
        "gender": "female" if number % 2 else "male",
        "birthDate": f"19{number % 100:02}-0{number % 9 + 1}-1{number % 9}",
        "address": [{"line": ["1 Main St"], "city": "Springfield", "country": "US"}],
        "communication": [{"language": {"coding": [{"code": "en-US"}]}}],
    }


def _measure(path: Path, size: int, url: str) -> list[Row]:
    report = _child(path, DATABASE_URL=url)
    rate, limit = size / report["first_s"], size / report["limit_s"]
    again = size / report["second_s"]
    return [
        Row(f"import {size} new patients", rate, "per s", limit, limit / rate),
        Row(f"import {size} known patients", again, "per s", limit, limit / again),
        Row(
            f"peak memory of importing {size}",
            report["peak_mb"],
            "MB",
            report["idle_mb"],
            report["peak_mb"] / report["idle_mb"],
        ),
    ]


def _child(path: Path, **environment: str) -> dict[str, float]:
    """Run in a fresh process, so that its peak is that of this import alone."""
    command = [sys.executable, "-m", "tests.bench.import_fhir", str(path)]
    done = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    found = re.search(r"^\{.*\}$", done.stdout, re.MULTILINE)
    if found is None:
        message = "the measured process printed no report"
        raise RuntimeError(message)
    return dict(json.loads(found.group()))


@contextmanager
def _scratch_database() -> Iterator[str]:
    """Make an empty database with every table and yield its address."""
    from django.db import connection

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    server, _, query = os.environ["DATABASE_URL"].partition("?")
    address = f"{server.rpartition('/')[0]}/{name}"
    connection.close()
    try:
        yield f"{address}?{query}" if query else address
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


# --- Inside of the measured process --------------------------------------------


class Quiet:
    """Listens to an import without a word."""

    def advance(self, size: int) -> None:
        del size

    def refuse(self, entry: object, refusal: object) -> None:
        message = f"the import refused {entry}: {refusal}"
        raise AssertionError(message)


def _report(path: Path) -> dict[str, float]:
    """Import twice and insert once, all undone at the end."""
    from django.db import transaction

    from patients.models import Site

    with transaction.atomic():
        Site.objects.create(
            code="bench", name="Bench", time_zone="America/New_York", country="US"
        )
        idle = _peak_mb()
        first, second = _import(path), _import(path)
        report = {"idle_mb": idle, "peak_mb": _peak_mb()}
        report |= {"first_s": first, "second_s": second, "limit_s": _insert_by_hand()}
        transaction.set_rollback(True)
    return report


def _import(path: Path) -> float:
    from patients import clock
    from patients.models import Site
    from patients.services.importing import ImportOrder, import_fhir

    began = time.perf_counter()
    order = ImportOrder(
        paths=(path,), now=clock.now(), site=Site.objects.get(code="bench")
    )
    import_fhir(order, Quiet())
    return time.perf_counter() - began


def _insert_by_hand() -> float:
    """Insert the rows the import made once more, in one statement each table."""
    from django.db import connection

    began = time.perf_counter()
    with connection.cursor() as cursor:
        for table in ("patients_patient", "patients_contactpoint"):
            # Same columns, indexes, and no triggers, in a table of its own.
            cursor.execute(f"CREATE TEMP TABLE copy (LIKE {table} INCLUDING ALL)")
            cursor.execute(f"INSERT INTO copy SELECT * FROM {table}")  # noqa: S608
            cursor.execute("DROP TABLE copy")
    return time.perf_counter() - began


def _peak_mb() -> float:
    """Return the most memory this program has held; of its parent nothing counts."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        return int(found.group(1)) / 1024 if found else 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(json.dumps(_report(Path(sys.argv[1]))))  # noqa: T201
