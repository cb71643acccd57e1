"""Which adapter serves which channel."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from django.conf import settings

from infusion.notifications.channels import Channel, ChannelError, WideChannel
from infusion.notifications.channels.console import ConsoleChannel
from infusion.notifications.channels.email import EmailChannel
from infusion.notifications.channels.in_app import InAppChannel
from infusion.notifications.channels.push import PushKeyRefused, open_push
from infusion.notifications.channels.sms import open_sms
from infusion.notifications.channels.sms_routes import RoutesRefused
from infusion.notifications.channels.wechat import open_wechat
from infusion.notifications.channels.wechat_account import AccountRefused
from patients.domain.contacts import Address

ADAPTERS: Mapping[str, Callable[[], Channel]] = MappingProxyType(
    {
        "EMAIL": EmailChannel,
        "CONSOLE": ConsoleChannel,
        "IN_APP": InAppChannel,
        "PUSH": open_push,
        "SMS": open_sms,
        "WECHAT": open_wechat,
    }
)
# What an installation must have set before it can use a channel.
NEEDS: Mapping[str, str] = MappingProxyType(
    {
        "PUSH": "VAPID_PRIVATE_KEY",
        "SMS": "SMS_ROUTES",
        "WECHAT": "WECHAT_ACCOUNT",
    }
)
_UNSOUND = (PushKeyRefused, RoutesRefused, AccountRefused)


def configured() -> Mapping[str, Callable[[], Channel]]:
    """Return the adapters this installation can use: some need a file or a key."""
    missing = {name for name, needed in NEEDS.items() if not getattr(settings, needed)}
    return {name: one for name, one in ADAPTERS.items() if name not in missing}


class Channels:
    """The adapters of one batch: each is made when first used and closed at the end."""

    def __init__(self, adapters: Mapping[str, Callable[[], Channel]]) -> None:
        self._adapters = adapters
        self._open: dict[str, Channel] = {}

    def __contains__(self, name: object) -> bool:
        """Say whether a message can leave over this channel at all."""
        return name in self._adapters

    def get(self, name: str) -> Channel:
        """Return the adapter of a channel.

        :raises ChannelError: when it is not set up soundly: somebody can mend it, and
            until then the next channel is taken.
        """
        if name not in self._open:
            try:
                self._open[name] = self._adapters[name]()
            except _UNSOUND as error:
                raise ChannelError("no_adapter", permanent=False) from error
        return self._open[name]

    def side_by_side(self) -> dict[str, int]:
        """Return the channels that carry several messages at once, and how many."""
        wide = {name: self._wide(name) for name in self._adapters}
        return {name: one.at_once for name, one in wide.items() if one}

    def has_key(self, address: Address) -> bool:
        """Say whether the provider behind an address knows a message by its key.

        Only those may leave side by side: they are asked for again when a worker dies
        among them, and must not arrive twice.
        """
        wide = self._wide(address.channel)
        return wide is not None and wide.has_key(address.value)

    def _wide(self, name: str) -> WideChannel | None:
        try:
            channel = self.get(name)
        except Exception:  # noqa: BLE001 - its own messages tell, and stop no others
            return None
        if isinstance(channel, WideChannel) and channel.at_once > 1:
            return channel
        return None

    def close(self) -> None:
        """Close every adapter that was used."""
        for channel in self._open.values():
            channel.close()
        self._open.clear()


@contextmanager
def open_channels(
    adapters: Mapping[str, Callable[[], Channel]] | None = None,
) -> Iterator[Channels]:
    """Lend the adapters and close them afterwards."""
    channels = Channels(configured() if adapters is None else adapters)
    try:
        yield channels
    finally:
        channels.close()
