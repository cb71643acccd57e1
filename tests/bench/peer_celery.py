"""One Celery task a row: the usual way to send something later."""

import os

import django
from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.peer_settings")
app = Celery("peers", broker=os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"))
app.conf.update(task_default_queue="peers", task_ignore_result=True)
django.setup()


@app.task(name="peers.mark")
def mark(message_id: str) -> None:
    """Mark a row as sent."""
    from django.db.models.functions import Now

    from infusion import models

    rows = models.Message.objects.filter(id=message_id, status="SENDING")
    rows.update(status="SENT", lease_until=None, sent_at=Now())
