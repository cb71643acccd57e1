"""Is the process alive, and are the parts it needs ready."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from infusion.selectors import heartbeats
from patients import clock

# A probe that answers later than this is as good as none.
PATIENCE_SECONDS = 2.0
# Missed ticks before the scheduler counts as late.
TICKS = 4
MESSAGE_LATE = dt.timedelta(minutes=5)

# Few: a part that hangs must not take the web process with it.
_probes = ThreadPoolExecutor(max_workers=4, thread_name_prefix="probe")


def livez(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process can serve at all."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 503 while a part is missing without which no request can be served.

    A late scheduler or a waiting message is told as ``degraded`` with status 200: the
    console must stay reachable then. ``?strict`` makes these 503 too, for monitors.
    """
    now = clock.now()
    parts = _all({"database": _database, "redis": _redis})
    if parts["database"] == "ok":
        parts |= _all({"migrations": _migrations, "background": lambda: _late(now)})
    down = [parts.get(name, "ok") for name in ("database", "redis", "migrations")]
    is_ready = all(state == "ok" for state in down)
    is_well = is_ready and parts.get("background") == "ok"
    word = "ok" if is_well else ("degraded" if is_ready else "unavailable")
    wanted = is_well if "strict" in request.GET else is_ready
    return JsonResponse({"status": word, "parts": parts}, status=200 if wanted else 503)


def _all(checks: dict[str, Callable[[], str]]) -> dict[str, str]:
    """Ask every part at once, and wait for none longer than the patience lasts."""
    asked = {name: _probes.submit(_ask, check) for name, check in checks.items()}
    found = {}
    for name, future in asked.items():
        try:
            found[name] = future.result(timeout=PATIENCE_SECONDS)
        except TooSlow:
            future.cancel()
            found[name] = "timeout"
    return found


def _ask(check: Callable[[], str]) -> str:
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
    limit = PATIENCE_SECONDS / 2
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=limit, socket_timeout=limit
    )
    with client:
        client.ping()
    return "ok"


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


def _late(now: dt.datetime) -> str:
    """Name the first background part that is late."""
    limit = dt.timedelta(seconds=settings.BEAT_SECONDS * TICKS)
    seen = heartbeats.last_heartbeats()
    if not seen:
        return "no heartbeat yet"
    late = sorted(name for name, at in seen.items() if now - at > limit)
    if late:
        return f"late: {', '.join(late)}"
    due = heartbeats.oldest_due(now)
    return "late: messages" if due and now - due > MESSAGE_LATE else "ok"
