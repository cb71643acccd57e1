"""Is the process alive, and are the parts it needs ready."""

import datetime as dt
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from typing import Any

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from config.celery import QUEUES
from infusion.domain import pulse
from infusion.domain.pulse import Pulse
from infusion.selectors import heartbeats
from patients import clock

# A probe that answers later than this is as good as none.
PATIENCE_SECONDS = 2.0

# Few: a part that hangs must not take the web process with it.
_probes = ThreadPoolExecutor(max_workers=4, thread_name_prefix="probe")


def livez(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process can serve at all."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 503 while a part is missing without which no request can be served.

    A late scheduler, a waiting message or failing providers are told as ``degraded``
    with status 200: the console must stay reachable then. ``?strict`` makes these 503
    too, for monitors. ``facts`` are numbers about the background, never about people.
    """
    parts, facts = _look(clock.now())
    down = [parts.get(name, "ok") for name in ("database", "redis", "migrations")]
    is_ready = all(state == "ok" for state in down)
    is_well = is_ready and parts.get("background") == "ok"
    word = "ok" if is_well else ("degraded" if is_ready else "unavailable")
    wanted = is_well if "strict" in request.GET else is_ready
    body = {"status": word, "parts": parts, "facts": facts}
    return JsonResponse(body, status=200 if wanted else 503)


def _look(now: dt.datetime) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the state of every part, and the numbers behind the background's."""
    parts = ask_all({"database": _database, "redis": _redis})
    asked: dict[str, Callable[[], Any]] = {}
    if parts["database"] == "ok":
        asked |= {
            "migrations": _migrations,
            "background": lambda: heartbeats.read_pulse(now),
        }
    if parts["redis"] == "ok":
        asked["queues"] = queue_depths
    found = ask_all(asked)
    seen, queues = found.get("background"), found.pop("queues", None)
    facts: dict[str, Any] = _facts(seen) if isinstance(seen, Pulse) else {}
    if isinstance(queues, Mapping):
        facts["queue_depth"] = queues
    if isinstance(seen, Pulse):
        found["background"] = pulse.in_words(pulse.findings(seen, tick()))
    return parts | found, facts


def tick() -> dt.timedelta:
    """Return how often the beat ticks."""
    return dt.timedelta(seconds=settings.BEAT_SECONDS)


def _facts(seen: Pulse) -> dict[str, Any]:
    """Return the numbers of the background; ages in seconds."""
    ages = {name: round(age.total_seconds()) for name, age in seen.ages.items()}
    owed = seen.owed_for
    return {
        "age_seconds": ages,
        "oldest_due_seconds": round(owed.total_seconds()) if owed else None,
        "due_messages": seen.due,
        "provider_tries": seen.tries,
        "provider_failure_rate": round(seen.failure_rate, 3),
    }


def ask_all(checks: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
    """Ask every part at once, and wait for none longer than the patience lasts.

    A part that fails or is too slow answers with the name of that.
    """
    asked = {name: _probes.submit(_ask, check) for name, check in checks.items()}
    found = {}
    for name, future in asked.items():
        try:
            found[name] = future.result(timeout=PATIENCE_SECONDS)
        except TooSlow:
            future.cancel()
            found[name] = "timeout"
    return found


def _ask(check: Callable[[], Any]) -> Any:
    # The kind of failure is told, its text is not: it may name hosts and users.
    try:
        return check()
    except Exception as error:  # noqa: BLE001
        return type(error).__name__
    finally:
        connection.close()


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _redis() -> str:
    with _store() as client:
        client.ping()
    return "ok"


def queue_depths() -> dict[str, int]:
    """Return how many tasks wait in each queue of the broker."""
    with _store() as client:
        return {name: int(client.llen(name)) for name in QUEUES}


def _store() -> redis.Redis:
    limit = PATIENCE_SECONDS / 2
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=limit, socket_timeout=limit
    )


def _migrations() -> str:
    return "ok" if _is_migrated() else "pending"


_done: set[str] = set()


def _is_migrated() -> bool:
    # Once all are applied they stay so for the life of this process.
    if "migrated" not in _done:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _done.add("migrated")
    return True
