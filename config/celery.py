"""The Celery application, its queues and the beat table.

Nothing clinical lives in the broker: no task has a time, a countdown or patient data.
Lose the broker and the next sweep finds everything in the database.
"""

import gc
import os
from typing import Any

from celery import Celery, signals
from django.conf import settings
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Whoever joins or leaves a patient is told, or told no more, within this time.
REFRESH_SECONDS = 300.0
# Oftener than daily: a beat that restarts begins to count anew.
PURGE_SECONDS = 21_600.0
QUEUES = ("default", "urgent", "messages")

app = Celery("home_infusion")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["infusion"])


def beat_table() -> dict[str, dict[str, Any]]:
    """Return what beat starts, and how often.

    A tick does not expire: an old one costs a sweep that finds nothing, and a worker
    whose clock is ahead would otherwise drop every one of them in silence.
    """
    return {
        "sweep-messages": {
            "task": "infusion.sweep_messages",
            "schedule": float(settings.BEAT_SECONDS),
            "kwargs": {"from_beat": True},
        },
        "sweep-readiness": {
            "task": "infusion.sweep_readiness",
            "schedule": float(settings.BEAT_SECONDS),
        },
        "sweep-alerts": {
            "task": "infusion.sweep_alerts",
            "schedule": float(settings.BEAT_SECONDS),
        },
        "plan-check-ins": {
            "task": "infusion.plan_check_ins",
            "schedule": float(settings.BEAT_SECONDS),
        },
        "miss-check-ins": {
            "task": "infusion.miss_check_ins",
            "schedule": float(settings.BEAT_SECONDS),
        },
        "end-mutes": {
            "task": "infusion.end_mutes",
            "schedule": float(settings.BEAT_SECONDS),
        },
        "refresh-recipients": {
            "task": "infusion.refresh_recipients",
            "schedule": REFRESH_SECONDS,
        },
        "forget-devices": {
            "task": "infusion.forget_devices",
            "schedule": PURGE_SECONDS,
        },
        "purge-replies": {"task": "infusion.purge_replies", "schedule": PURGE_SECONDS},
    }


@app.on_after_configure.connect
def complete(sender: Celery, **_: Any) -> None:
    """Add queues, beat table and limits; late, because settings load this module."""
    sender.conf.update(
        beat_schedule=beat_table(),
        task_queues=tuple(Queue(name) for name in QUEUES),
        task_create_missing_queues=False,
        task_serializer="json",
        accept_content=["json"],
        # A soft limit would break into a mail that is being sent; a task watches its
        # own time, and the hard limit ends one that hangs: the lease frees its rows.
        task_soft_time_limit=None,
        broker_connection_max_retries=None,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        # Well above the hard time limit: no task is handed out while it still runs.
        broker_transport_options={
            "visibility_timeout": 600,
            "socket_keepalive": True,
            "socket_timeout": 10,
            "socket_connect_timeout": 5,
            "health_check_interval": 25,
            "queue_order_strategy": "config.queues:UrgentFirst",
        },
        # A broker that is away must not hold up a request or a sweep for long.
        task_publish_retry_policy={"max_retries": 2, "interval_start": 0.1},
        worker_send_task_events=False,
        task_send_sent_event=False,
        worker_redirect_stdouts=False,
    )


@signals.celeryd_after_setup.connect
def share_memory(**_: Any) -> None:
    """Keep what a worker has loaded out of garbage collection, just before it forks.

    A collection writes to every object it looks at, and what a child process has written
    to it no longer shares: within hours each held a copy of the whole service.
    """
    gc.collect()
    gc.freeze()


@signals.setup_logging.connect
def keep_logs(**_: Any) -> None:
    """Leave logging as Django set it up: one JSON line an event."""
