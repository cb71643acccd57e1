"""A channel of template messages that keeps what it was given."""

from tests.fakes.console import ConsoleChannel as WeChatChannel

__all__ = ["WeChatChannel"]
