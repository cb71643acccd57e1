"""The protocol every channel speaks, and what may go wrong on it."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A message ready to leave: to one address, in one language.

    ``short`` says the whole in a text message. ``lasts`` is how long it keeps its sense:
    a provider that holds it for a reader who is away forgets it then.
    """

    message_id: uuid.UUID
    address: str
    subject: str
    body: str
    short: str
    language: str
    lasts: dt.timedelta


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The provider took the message and knows it under this id.

    ``gone`` names the devices of the person that are none any more.
    """

    provider_id: str
    gone: tuple[str, ...] = ()


class ChannelError(Exception):
    """The message was not taken; the code names no person and no address.

    Permanent means that trying again on this channel cannot help. ``retry_after`` is how
    long the provider asks to be left alone. ``gone`` is as in a receipt.
    """

    def __init__(
        self,
        code: str,
        *,
        permanent: bool,
        retry_after: dt.timedelta | None = None,
        gone: tuple[str, ...] = (),
    ) -> None:
        super().__init__(code)
        self.code = code
        self.permanent = permanent
        self.retry_after = retry_after
        self.gone = gone


class AnswerLost(ChannelError):
    """The message was handed over whole and no answer came: it may have arrived.

    ``may_repeat`` says that the provider knows a message by its key, so that a second
    try cannot arrive twice.
    """

    def __init__(
        self,
        code: str = "answer_lost",
        *,
        may_repeat: bool = False,
        gone: tuple[str, ...] = (),
    ) -> None:
        super().__init__(code, permanent=False, gone=gone)
        self.may_repeat = may_repeat


class Channel(Protocol):
    """A way to a person.

    A message is known by its id: sent twice, it carries the same mark, so that a double
    can be recognised.
    """

    def send(self, outgoing: Outgoing) -> Receipt:
        """Hand one message to the provider.

        :raises ChannelError: when it was not taken.
        :raises AnswerLost: when nobody knows whether it was taken.
        """
        ...

    def close(self) -> None:
        """Give back what the channel holds open."""
        ...


@runtime_checkable
class WideChannel(Channel, Protocol):
    """A channel that carries several messages at the same time."""

    at_once: int

    def has_key(self, address: str) -> bool:
        """Say whether the provider for an address knows a message by its key."""
        ...
