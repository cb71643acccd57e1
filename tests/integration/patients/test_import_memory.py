"""An import needs the same memory for many patients as for few."""

import pytest
from django.db import connection

from tests.bench import import_fhir

# Megabytes that eight times the patients may add: holding them would add far more.
SLACK_MB = 8


@pytest.mark.nightly
@pytest.mark.django_db(transaction=True)
def test_memory_does_not_grow_with_the_input(tmp_path, monkeypatch):
    where = connection.settings_dict
    login = f"{where['USER']}:{where['PASSWORD']}@{where['HOST']}:{where['PORT']}"
    monkeypatch.setenv("DATABASE_URL", f"postgresql://{login}/{where['NAME']}")
    peaks = []
    for size in (500, 4_000):
        path = tmp_path / f"{size}.ndjson"
        import_fhir.write_patients(path, size)
        peaks.append(import_fhir._child(path)["peak_mb"])

    assert peaks[1] - peaks[0] < SLACK_MB
