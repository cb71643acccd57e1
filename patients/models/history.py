"""What the append-only history of a row keeps: every insert, update and delete."""

import pghistory


def trackers() -> tuple[pghistory.Tracker, ...]:
    """Return new trackers: pghistory writes the model's fields into each of them."""
    return (
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
    )
