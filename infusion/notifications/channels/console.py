"""A channel that writes one line to the log and reaches nobody."""

import structlog

from infusion.notifications.channels import Outgoing, Receipt

log = structlog.get_logger(__name__)


class ConsoleChannel:
    """Says that a message left; never to whom, never what it said."""

    def send(self, outgoing: Outgoing) -> Receipt:
        """Write the log line."""
        mark = str(outgoing.message_id)
        log.info("message_shown", message_id=mark, language=outgoing.language)
        return Receipt(provider_id=mark)

    def close(self) -> None:
        """Hold nothing open."""
