"""Wiring: settings, URLs, Celery. No rules live here."""

from config import checks
from config.celery import app as celery_app

__all__ = ["celery_app", "checks"]
