"""A channel that keeps what is sent and fails on request."""

from collections.abc import Callable
from dataclasses import dataclass, field

from infusion.notifications.channels import ChannelError, Outgoing, Receipt
from infusion.notifications.channels.email import message_id_header


@dataclass
class EmailChannel:
    """Takes every mail, but for the addresses it was told to fail on."""

    taken: list[Outgoing] = field(default_factory=list)
    failures: dict[str, ChannelError] = field(default_factory=dict)
    before_answer: Callable[[Outgoing], None] = lambda outgoing: None
    is_closed: bool = False

    def send(self, outgoing: Outgoing) -> Receipt:
        if any(char in outgoing.address for char in "\r\n"):
            raise ChannelError("bad_address", permanent=True)
        if error := self.failures.get(outgoing.address):
            raise error
        self.taken.append(outgoing)
        self.before_answer(outgoing)
        return Receipt(provider_id=message_id_header(outgoing))

    def close(self) -> None:
        self.is_closed = True
