"""Alive, ready, late, and down."""

import datetime as dt

import pytest
from django.core import checks
from django.test import Client

from config import health
from infusion import models
from patients import clock
from tests.factories.messages import Scene, in_hours

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
    models.Heartbeat.objects.create(name="sweep", at=clock.now())

    assert ready()[0] == 200
    assert ready()[1]["status"] == "degraded"
    assert ready("?strict")[0] == 503
    assert ready()[1]["parts"]["background"] == "late: beat"


@pytest.mark.usefixtures("beating")
def test_the_numbers_behind_the_background_are_told():
    scene = Scene()
    message = scene.owe(due_at=in_hours(-1))
    scene.owe(kind="bag_change_24h", due_at=in_hours(1), expires_at=in_hours(2))
    for outcome in ("ACCEPTED", "RETRY"):
        tried(message, outcome)

    facts = ready()[1]["facts"]

    assert set(facts["age_seconds"]) == {"beat", "sweep"}
    assert 3600 <= facts["oldest_due_seconds"] < 3700
    assert facts["due_messages"] == 1
    assert (facts["provider_tries"], facts["provider_failure_rate"]) == (2, 0.5)
    assert set(facts["queue_depth"]) == {"default", "urgent", "messages"}


def test_tries_of_yesterday_say_nothing_about_today():
    tried(Scene().owe(), "REFUSED", ago=dt.timedelta(hours=24))

    assert ready()[1]["facts"]["provider_tries"] == 0


def tried(message, outcome, ago=dt.timedelta(0)):
    models.MessageAttempt.objects.create(
        message=message, at=clock.now() - ago, channel="EMAIL", outcome=outcome
    )


@pytest.mark.usefixtures("beating")
def test_metrics_are_for_who_holds_the_token(settings):
    settings.METRICS_TOKEN = "a-token-of-the-monitor"
    Scene().owe()

    answer = read_metrics("Bearer a-token-of-the-monitor")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "home_infusion_due_messages 1.0" in page
    assert 'home_infusion_heartbeat_age_seconds{name="beat"}' in page
    assert 'home_infusion_queue_depth{name="messages"}' in page
    assert "home_infusion_scheduler_stopped 0.0" in page


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", "Bearer \xe9"])
@pytest.mark.parametrize("token", ["", "right"])
def test_without_the_token_there_is_no_page_of_metrics(settings, given, token):
    settings.METRICS_TOKEN = token

    assert read_metrics(given).status_code == 404


def test_metrics_say_that_the_broker_is_away(settings):
    settings.METRICS_TOKEN = "right"
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    page = read_metrics("Bearer right").content.decode()

    assert "home_infusion_broker_up 0.0" in page
    assert "home_infusion_database_up 1.0" in page
    assert "queue_depth" not in page


def read_metrics(authorization):
    return Client().get("/metrics", headers={"Authorization": authorization})


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
        ({"VAPID_PRIVATE_KEY": "no key"}, "infusion.E008"),
        ({"PUSH_SERVICES": ["127.0.0.1"]}, "infusion.E009"),
        ({"PUSH_SERVICES": ["localhost"]}, "infusion.E009"),
        ({"PUSH_SERVICES": ["*.com"]}, "infusion.E009"),
        ({"PUSH_SERVICES": ["http://127.0.0.1:99"]}, "infusion.E009"),
        ({"WECHAT_ACCOUNT": "/nowhere/wechat.toml"}, "infusion.E010"),
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
