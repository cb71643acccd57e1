"""The settings of the bench, with the tables of a peer beside ours."""

from importlib.util import find_spec

from tests import settings as _tests
from tests.settings import *  # noqa: F403

if find_spec("django_celery_beat"):
    INSTALLED_APPS = [*_tests.INSTALLED_APPS, "django_celery_beat"]
