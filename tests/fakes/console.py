"""A console that counts instead of printing."""

from dataclasses import dataclass, field

from infusion.notifications.channels import Outgoing, Receipt


@dataclass
class ConsoleChannel:
    shown: list[Outgoing] = field(default_factory=list)

    def send(self, outgoing: Outgoing) -> Receipt:
        self.shown.append(outgoing)
        return Receipt(provider_id=str(outgoing.message_id))

    def close(self) -> None:
        pass
