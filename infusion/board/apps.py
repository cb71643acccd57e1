"""The console as an application of its own, so that Django finds its templates."""

from django.apps import AppConfig


class BoardConfig(AppConfig):
    """The nurse console."""

    name = "infusion.board"
    label = "board"
