"""Alive, ready, late, and down."""

import datetime as dt

import pytest
from django.core import checks
from django.test import Client

from config import health
from infusion import models
from patients import clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def beating():
    """Let the background parts show themselves just now."""
    for name in ("beat", "sweep"):
        models.Heartbeat.objects.create(name=name, at=clock.now())


def ready(query: str = ""):
    answer = Client().get(f"/readyz{query}")
    return answer.status_code, answer.json()


def test_the_process_is_alive():
    assert Client().get("/livez").json() == {"status": "ok"}


@pytest.mark.usefixtures("beating")
def test_everything_is_ready():
    status, body = ready("?strict")

    assert (status, body["status"]) == (200, "ok")
    assert body["parts"] == {
        "database": "ok",
        "redis": "ok",
        "migrations": "ok",
        "background": "ok",
    }


def test_a_late_scheduler_is_told_but_takes_nothing_away():
    ago = clock.now() - dt.timedelta(hours=1)
    models.Heartbeat.objects.create(name="beat", at=ago)

    assert ready()[0] == 200
    assert ready()[1]["status"] == "degraded"
    assert ready("?strict")[0] == 503
    assert ready()[1]["parts"]["background"] == "late: beat"


def test_without_redis_the_service_is_not_ready(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    status, body = ready()

    assert (status, body["parts"]["redis"]) == (503, "ConnectionError")
    assert "127.0.0.1" not in str(body)


def test_a_part_that_hangs_does_not_hold_up_the_answer(monkeypatch):
    import time

    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(health, "_redis", lambda: time.sleep(1.5) or "ok")
    begun = time.monotonic()

    status, body = ready()

    assert (status, body["parts"]["redis"]) == (503, "timeout")
    assert time.monotonic() - begun < 1.2


def test_a_failing_database_is_named_by_kind_only(monkeypatch):
    def down():
        raise ConnectionRefusedError("postgres://user:secret@host")

    monkeypatch.setattr(health, "_database", down)

    status, body = ready()

    assert status == 503
    assert body["parts"] == {"database": "ConnectionRefusedError", "redis": "ok"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"SECRET_KEY": "short"}, "infusion.E001"),
        ({"DEBUG": True, "PUBLIC_URL": "https://a.example"}, "infusion.E002"),
        ({"CLOCK_FILE": "/x", "DEMO_MODE": False}, "infusion.E003"),
        ({"DEMO_MODE": True, "PUBLIC_URL": "https://a.example"}, "infusion.E004"),
        ({"PUBLIC_URL": "http://a.example"}, "infusion.E005"),
        ({"EMAIL_BACKEND": "x.Dummy"}, "infusion.E006"),
        ({"SMS_ROUTES": "/nowhere/routes.toml"}, "infusion.E007"),
        ({"ALLOWED_HOSTS": ["*"]}, "infusion.W001"),
        (
            {"PUBLIC_URL": "https://a.example", "ALLAUTH_TRUSTED_PROXY_COUNT": 0},
            "infusion.W002",
        ),
    ],
)
def test_bad_settings_are_found(settings, changed, code):
    for name, value in changed.items():
        setattr(settings, name, value)

    found = checks.run_checks(include_deployment_checks=True)

    assert code in {each.id for each in found}


def test_good_settings_pass(settings):
    settings.SECRET_KEY = "x" * 50
    settings.DEBUG = settings.DEMO_MODE = False
    settings.CLOCK_FILE = ""
    settings.PUBLIC_URL = "https://a.example"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

    found = checks.run_checks(include_deployment_checks=True)

    assert not [each for each in found if each.id.startswith("infusion.")]


def test_a_demo_may_move_its_clock(settings):
    settings.CLOCK_FILE, settings.DEMO_MODE = "/x", True

    assert "infusion.E003" not in {each.id for each in checks.run_checks()}
