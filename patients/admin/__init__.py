"""Back-office pages: records of the sites an administrator works for."""

from patients.admin import devices, history, people, setup

__all__ = ["devices", "history", "people", "setup"]
