"""Back-office pages: records of the sites an administrator works for."""

from patients.admin import history, people, setup

__all__ = ["history", "people", "setup"]
