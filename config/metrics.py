"""Numbers of the background for Prometheus, for whoever holds the token.

They are read when they are asked for, from what all processes share: one web process
answers for the whole service, and nothing is counted twice.
"""

import hmac
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from config import health
from infusion.domain import pulse
from infusion.domain.pulse import Pulse
from infusion.selectors import heartbeats
from patients import clock

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_PREFIX = "home_infusion"


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer whoever brings ``METRICS_TOKEN``; for everybody else there is no page.

    :raises Http404: without the right token, and always while none is set.
    """
    if not _may_read(request):
        raise Http404
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Background())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE)


def _may_read(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    # Compared as bytes: a header may hold any letter.
    return bool(token) and hmac.compare_digest(
        given.encode(), f"Bearer {token}".encode()
    )


class _Background(Collector):
    """Asks database and broker once for each page."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return every gauge that can be known now."""
        now = clock.now()
        found = health.ask_all(
            {
                "pulse": lambda: heartbeats.read_pulse(now),
                "queues": health.queue_depths,
            }
        )
        seen, queues = found["pulse"], found["queues"]
        yield _gauge("database_up", "The database answers.", isinstance(seen, Pulse))
        yield _gauge("broker_up", "The broker answers.", isinstance(queues, Mapping))
        if isinstance(seen, Pulse):
            yield from _of_pulse(seen)
        if isinstance(queues, Mapping):
            yield _by_name("queue_depth", "Tasks that wait in a queue.", queues)


def _of_pulse(seen: Pulse) -> Iterator[GaugeMetricFamily]:
    ages = {name: age.total_seconds() for name, age in seen.ages.items()}
    owed = seen.owed_for.total_seconds() if seen.owed_for else 0.0
    found = pulse.findings(seen, health.tick())
    yield _by_name("heartbeat_age_seconds", "Since a part showed itself.", ages)
    yield _gauge("oldest_due_seconds", "How long the oldest due message waits.", owed)
    yield _gauge("due_messages", "Messages that are due.", seen.due)
    yield _gauge("provider_tries", "Last tries with providers.", seen.tries)
    yield _gauge("provider_failures", "Failed ones among them.", seen.failed)
    yield _gauge("scheduler_stopped", "Due work is not done.", pulse.is_stopped(found))


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{_PREFIX}_{name}", text, value=float(value))


def _by_name(name: str, text: str, values: Mapping[str, Any]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"{_PREFIX}_{name}", text, labels=["name"])
    for label, value in sorted(values.items()):
        family.add_metric([label], float(value))
    return family
