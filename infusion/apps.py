"""The infusion application."""

from django.apps import AppConfig


class InfusionConfig(AppConfig):
    """What is infused, when, from which bag."""

    name = "infusion"
