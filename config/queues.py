"""In which order a worker looks into its queues."""

from kombu.utils.scheduling import round_robin_cycle

URGENT = "urgent"


class UrgentFirst(round_robin_cycle):  # type: ignore[type-arg]
    """What is urgent first, then all other queues in turn.

    On a machine that is too slow for it all, or after workers were away for an hour, the
    ticks that have piled up would otherwise leave no time for a single message.
    """

    # The transport goes over it more than once, whatever the type of the library says.
    def consume(self, n: int) -> list[str]:  # type: ignore[override]
        """Return the queues in the order in which they are looked into now."""
        return sorted((self.items or [])[:n], key=lambda name: name != URGENT)
