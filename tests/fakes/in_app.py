"""A channel of in-app messages that keeps what it was given."""

from tests.fakes.console import ConsoleChannel as InAppChannel

__all__ = ["InAppChannel"]
