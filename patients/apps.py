"""The patients application."""

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    """Who the patient is, where, and who may care for them."""

    name = "patients"
