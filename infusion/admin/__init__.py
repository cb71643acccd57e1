"""Back-office pages of infusions: to be read, never to be changed there."""

from infusion.admin import checkins, records

__all__ = ["checkins", "records"]
