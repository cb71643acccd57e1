"""A channel of text messages that keeps what it was given."""

from tests.fakes.console import ConsoleChannel as SmsChannel

__all__ = ["SmsChannel"]
