"""To whom a message goes, and over which of their addresses, as things stand now."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infusion.domain.delivery import Outcome, Step, Ways
from infusion.domain.states import MessageStatus
from infusion.notifications.channels.registry import Channels
from infusion.selectors.deliveries import Delivery
from infusion.services.recipients import in_order
from patients.domain.contacts import PATIENT, STAFF, Address, Recipient
from patients.selectors import people

# Those who are told about each patient.
Known = Mapping[uuid.UUID, tuple[Recipient, ...]]


@dataclass(frozen=True, kw_only=True)
class Route:
    """To whom a message goes, where, and what other ways there are."""

    recipient: Recipient
    address: Address
    ways: Ways

    def turns_to_other(self, outcome: Outcome) -> bool:
        """Say whether the next try after such an outcome goes over another channel."""
        after = self.ways.after(self.address.channel, outcome).best()
        return after not in {None, self.address.channel}


class Undeliverable(Exception):
    """There is no way to the person; the step says what that makes of the message."""

    def __init__(self, status: MessageStatus, code: str) -> None:
        super().__init__(code)
        self.step = Step(status=status, reason=code)


def find_route(
    found: Delivery, now: dt.datetime, channels: Channels, known: Known | None
) -> Route:
    """Look the person up afresh and choose the address.

    :raises Undeliverable: when there is nobody, or no way to them.
    """
    recipient = find_recipient(found, now, known)
    if not recipient.addresses:
        raise Undeliverable(MessageStatus.FAILED, "no_address")
    usable = usable_addresses(found, recipient.addresses, channels)
    ways = Ways(tuple(one.channel for one in usable), found.past)
    best = ways.best()
    if best is None:
        code = "no_way_left" if usable else "no_adapter"
        raise Undeliverable(MessageStatus.FAILED, code)
    address = next(one for one in usable if one.channel == best)
    return Route(recipient=recipient, address=address, ways=ways)


def find_recipient(
    found: Delivery, now: dt.datetime, known: Known | None = None
) -> Recipient:
    """Return the person as they stand now; ``known`` are people just looked up.

    :raises Undeliverable: when they are no recipient any more, or nothing is to be said
        to them.
    """
    staff = [found.user_id] if found.user_id and found.person_kind == STAFF else []
    if not found.patient_id:
        told = people.get_staff(found.site_id, staff)
    elif known is None:
        told = people.get_recipients(found.patient_id, now, staff)
    else:
        told = known[found.patient_id]
    for person in told:
        if person.kind == found.person_kind and (
            person.kind == PATIENT or person.user_id == found.user_id
        ):
            return _spoken_to(person)
    # A link or an account that has ended: nobody is owed this any more.
    raise Undeliverable(MessageStatus.CANCELLED, "no_recipient")


def _spoken_to(person: Recipient) -> Recipient:
    # Nothing has failed: whoever wants no reminders is owed none.
    if person.silence:
        raise Undeliverable(MessageStatus.CANCELLED, person.silence)
    return person


def usable_addresses(
    found: Delivery, addresses: Sequence[Address], channels: Channels
) -> list[Address]:
    """Return the addresses that can be served: the message's own channel first.

    A channel over which the person is owed the same news anyway is left to that row. A
    rule that names channels is sent over those, in its order, and over no others.
    """
    usable = [
        each
        for each in in_order(addresses, found.owed.rule)
        if each.channel in channels and each.channel not in found.other_channels
    ]
    return sorted(usable, key=lambda each: each.channel != found.channel)
