"""A page of a course makes its plan once, whatever it shows of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


# What is read of the site's days off is read for a plan, and for nothing else.
@pytest.mark.parametrize("tail", ["", "readiness"])
def test_a_page_of_a_course_plans_once(ward, browser_of, tail):
    course = ward.running()
    client = browser_of(ward.nurse)
    path = f"/courses/{course.pk}/{tail}"
    client.get(path)

    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200

    statements = [one["sql"] for one in seen.captured_queries]
    assert sum('FROM "patients_siteday"' in sql for sql in statements) == 1
    assert len(statements) <= 44
