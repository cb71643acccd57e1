"""The patient list and the course page with 10,000 patients, beside plain SQL."""

import datetime as dt
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

from tests.bench.rows import Row, alone, beside

PATIENTS = int(os.environ.get("BENCH_PATIENTS", "10000"))
COURSES = 200
TIMES = 60
_LIST = """
SELECT p.id, p.mrn, p.family_name, p.given_name, p.birth_date, c.id, c.status,
       b.sequence, b.rate_ml_h, b.hung_at, b.use_by, v.planned_at, v.kind
FROM patients_patient p
LEFT JOIN LATERAL (SELECT * FROM infusion_course WHERE patient_id = p.id
                   ORDER BY ordered_at DESC LIMIT 1) c ON true
LEFT JOIN LATERAL (SELECT * FROM infusion_bag WHERE course_id = c.id
                   AND status = 'HUNG' LIMIT 1) b ON true
LEFT JOIN LATERAL (SELECT v.* FROM infusion_visit v JOIN infusion_cycle y
                   ON y.id = v.cycle_id WHERE y.course_id = c.id
                   AND v.status = 'BOOKED' ORDER BY planned_at LIMIT 1) v ON true
WHERE p.site_id = %s ORDER BY p.sort_key, p.id LIMIT %s
"""
_COURSE = """
SELECT to_jsonb(c),
  (SELECT jsonb_agg(y) FROM infusion_cycle y WHERE y.course_id = c.id),
  (SELECT jsonb_agg(b) FROM infusion_bag b WHERE b.course_id = c.id),
  (SELECT jsonb_agg(v) FROM infusion_visit v JOIN infusion_cycle y
     ON y.id = v.cycle_id WHERE y.course_id = c.id),
  (SELECT jsonb_agg(e) FROM infusion_infusionevent e JOIN infusion_cycle y
     ON y.id = e.cycle_id WHERE y.course_id = c.id),
  (SELECT jsonb_agg(m) FROM infusion_message m WHERE m.course_id = c.id)
FROM infusion_course c WHERE c.id = %s
"""


def run() -> list[Row]:
    """Measure in a scratch database."""
    from django.db import connection

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        return _measure()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _measure() -> list[Row]:
    from django.test import Client
    from django.test.utils import setup_test_environment

    from patients.models import User

    setup_test_environment()
    ward, course_id = _fill()
    client = Client()
    client.force_login(User.objects.get(id=ward.nurse.user_id))
    pages = {
        "console: patient list": ("/patients/", _LIST, [ward.site.id, 25]),
        "REST: patient list": ("/api/v1/patients", _LIST, [ward.site.id, 50]),
        "console: course page": (f"/courses/{course_id}/", _COURSE, [course_id]),
        "REST: course": (f"/api/v1/courses/{course_id}", _COURSE, [course_id]),
        "REST: course plan": (
            f"/api/v1/courses/{course_id}/plan",
            _COURSE,
            [course_id],
        ),
    }
    rows: list[Row] = []
    for name, (path, sql, values) in pages.items():
        rows += _page(name, client, path, sql, values)
    return rows


def _fill() -> tuple[Any, Any]:
    """Make the patients in bulk and some running courses through the services."""
    from django.db import connection

    from patients.models import Patient
    from tests.factories.wards import MONDAY, ward

    here = ward(MONDAY)
    course = here.running()
    for _ in range(COURSES):
        here.patient = _another(here)
        here.running()
    Patient.objects.bulk_create(
        [
            Patient(
                site=here.site,
                mrn=f"BULK{number:06}",
                family_name=f"Family{number:05}",
                given_name="Given",
                sort_key=f"family{number:05} given",
                initials="fg",
                time_zone=here.site.time_zone,
            )
            for number in range(PATIENTS)
        ],
        batch_size=1000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return here, course.id


def _another(here: Any) -> Any:
    from tests.factories import patients as people

    patient = people.PatientFactory(site=here.site)
    people.MeasurementFactory(
        patient=patient, taken_at=here.now - dt.timedelta(hours=1)
    )
    return patient


def _page(name: str, client: Any, path: str, sql: str, values: list[Any]) -> list[Row]:
    queries = _count(client, path)
    spent = _times(lambda: client.get(path))
    limit = _times(lambda: _fetch(sql, values))
    p50, p95 = statistics.median(spent), statistics.quantiles(spent, n=20)[-1]
    return [
        beside(f"{name}, p50 (limit: one SQL)", p50, "ms", statistics.median(limit)),
        beside(f"{name}, p95", p95, "ms", statistics.quantiles(limit, n=20)[-1]),
        alone(f"{name}, queries", queries, ""),
    ]


def _count(client: Any, path: str) -> int:
    """Return how many statements one request runs."""
    from django.db import connection

    seen = []

    def note(execute: Any, sql: Any, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        answer = client.get(path)
    if answer.status_code != 200:
        message = f"{path} answered {answer.status_code}"
        raise RuntimeError(message)
    return len(seen)


def _fetch(sql: str, values: list[Any]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.fetchall()


def _times(function: Callable[[], object]) -> list[float]:
    spent = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        function()
        spent.append((time.perf_counter() - begun) * 1000)
    return spent
