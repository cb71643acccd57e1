"""Messages that wait in the app until their reader looks there."""

from infusion.notifications.channels import ChannelError, Outgoing, Receipt


class InAppChannel:
    """Takes every message: the row itself is what the app lists.

    It wakes nobody, so it is a way only for who has chosen it.
    """

    def send(self, outgoing: Outgoing) -> Receipt:
        """Say that the message may be listed.

        :raises ChannelError: when the reader has no account to look with.
        """
        if not outgoing.address:
            raise ChannelError("bad_address", permanent=True)
        return Receipt(provider_id=str(outgoing.message_id))

    def close(self) -> None:
        """Hold nothing open."""
