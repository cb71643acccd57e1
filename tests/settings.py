"""Test overrides: data structures only; everything else is the real settings file."""

import os

os.environ.setdefault(
    "SECRET_KEY", "only-for-tests-and-long-enough-to-be-accepted-here"
)

from config.settings import *
from tests.fakes.stores import own_database

# Each process of a test run counts logins and queues tasks for itself.
REDIS_URL = own_database(REDIS_URL, os.environ.get("PYTEST_XDIST_WORKER", ""))
CACHES = {"default": {**CACHES["default"], "LOCATION": REDIS_URL}}
CELERY_BROKER_URL = REDIS_URL
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
REST_FRAMEWORK = {**REST_FRAMEWORK, "DEFAULT_THROTTLE_CLASSES": []}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Stays empty: a demo that collects its files meanwhile must not be scanned half-way.
STATIC_ROOT = BASE_DIR / ".local" / "test-static"
