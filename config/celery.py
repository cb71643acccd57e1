"""The Celery application, its queues and the beat table."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("home_infusion")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["infusion"])
