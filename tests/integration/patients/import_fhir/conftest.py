"""What stands before each test: the import as it is run by hand, and patients to import."""

import json
from pathlib import Path

import pytest

from tests.factories.patients import SiteFactory


@pytest.fixture
def site():
    return SiteFactory(code="main", country="US", time_zone="America/New_York")


@pytest.fixture
def write(tmp_path):
    def _write(*resources: dict[str, object], name: str = "x.ndjson") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(map(json.dumps, resources)))
        return path

    return _write
