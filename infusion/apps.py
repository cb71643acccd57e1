"""The infusion application."""

from django.apps import AppConfig


class InfusionConfig(AppConfig):
    """What is infused, when, from which bag."""

    name = "infusion"

    def ready(self) -> None:
        """Say what the values of a site may be."""
        from infusion.services.site_values import refuse_values
        from patients.services.site_values import check_values_by

        check_values_by(refuse_values)
