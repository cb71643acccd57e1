"""Text messages: the sender registered for the reader's country, over its provider.

Two kinds of provider: any with an HTTP interface, described in the file of routes, and
one whose format is built in. Either says of itself whether it knows a repeated message by
its key; one that does not is asked again only where "maybe twice" is the lesser harm.
"""

import uuid
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import requests
from django.conf import settings

from infusion.notifications.channels import (
    AnswerLost,
    ChannelError,
    Outgoing,
    Receipt,
)
from infusion.notifications.channels.http import (
    Answer,
    Timeouts,
    new_session,
    post,
)
from infusion.notifications.channels.reports import KEY
from infusion.notifications.channels.sms_routes import (
    Routes,
    Sender,
    country_of,
    fill,
    read_routes,
)

# So many requests at once to a provider that knows messages by their key.
AT_ONCE = 25
TWILIO_URL = "https://api.twilio.com"
# Answers of that provider that no second try can change: its documented numbers for a
# recipient that is no telephone number, takes no text messages, or does not want any.
_TWILIO_PERMANENT = frozenset(
    {"21211", "21217", "21407", "21610", "21612", "21614", "21635"}
)


class Provider(Protocol):
    """Carries a text message."""

    def carry(self, outgoing: Outgoing, sender: Sender) -> Receipt:
        """Hand one message over.

        :raises ChannelError: when it was not taken, or nobody knows.
        """
        ...


class HttpProvider:
    """Any provider with an HTTP interface, as the file of routes describes it."""

    def __init__(
        self,
        config: Mapping[str, Any],
        session: requests.Session,
        timeouts: Timeouts,
    ) -> None:
        self._config, self._session, self._timeouts = config, session, timeouts

    def carry(self, outgoing: Outgoing, sender: Sender) -> Receipt:
        """Fill the body of the routes and post it."""
        key = str(outgoing.message_id)
        header = self._config.get("key_header", "")
        values = {
            "to": outgoing.address,
            "text": outgoing.short,
            "sender": sender.name,
            "key": key,
        }
        name = "json" if self._config["encoding"] == "json" else "data"
        headers = dict(self._config.get("headers", {}))
        if header:
            headers[header] = key
        answer = post(
            self._session,
            self._config["url"],
            self._timeouts,
            has_key=bool(header),
            headers=headers,
            **{name: fill(self._config["body"], values)},
        )
        code = answer.at(self._config.get("error_path", ""))
        is_final = code in self._config.get("permanent_errors", ())
        try:
            return _receipt(
                answer, answer.at(self._config["id_path"]), code, is_final=is_final
            )
        except AnswerLost as error:
            error.may_repeat = bool(header)
            raise


class TwilioProvider:
    """A provider's own format; it has no keys, so a lost answer stays unknown."""

    def __init__(
        self,
        config: Mapping[str, Any],
        session: requests.Session,
        timeouts: Timeouts,
    ) -> None:
        self._config, self._session, self._timeouts = config, session, timeouts

    def carry(self, outgoing: Outgoing, sender: Sender) -> Receipt:
        """Post a form to the Messages resource of the account."""
        account = self._config["account_sid"]
        base = self._config.get("url", TWILIO_URL).rstrip("/")
        form = {
            "To": outgoing.address,
            "From": sender.name,
            "Body": outgoing.short,
            "StatusCallback": report_url(sender.provider, outgoing.message_id),
        }
        answer = post(
            self._session,
            f"{base}/2010-04-01/Accounts/{account}/Messages.json",
            self._timeouts,
            has_key=False,
            auth=(account, self._config["auth_token"]),
            data=form,
        )
        code = "" if answer.is_taken else answer.at("code")
        return _receipt(
            answer, answer.at("sid"), code, is_final=code in _TWILIO_PERMANENT
        )


def report_url(provider: str, message_id: uuid.UUID) -> str:
    """Return where a provider reports what became of a message.

    It names our own id, so that a report finds its message before we know the
    provider's, and when its answer was lost.
    """
    base = settings.PUBLIC_URL.rstrip("/")
    return f"{base}/api/v1/delivery-reports/{provider}?{KEY}={message_id}"


def _receipt(answer: Answer, found: str, code: str, *, is_final: bool) -> Receipt:
    """Return the receipt of an answer.

    :raises ChannelError: when the provider refused; permanent only for what it says of
        this message or its reader: a wrong password is our own fault.
    :raises AnswerLost: when it took something and did not say what.
    """
    if answer.is_taken and not code:
        if not found:
            raise AnswerLost("no_id")
        return Receipt(provider_id=found)
    raise ChannelError(f"sms_{code or answer.status}"[:60], permanent=is_final)


PROVIDERS: Mapping[str, type[HttpProvider] | type[TwilioProvider]] = {
    "http": HttpProvider,
    "twilio": TwilioProvider,
}


class SmsChannel:
    """Sends text messages over one session a batch."""

    def __init__(self, routes: Routes, timeouts: Timeouts | None = None) -> None:
        self._session = new_session(AT_ONCE)
        self._routes = routes
        limits = timeouts or Timeouts()
        self._providers: dict[str, Provider] = {
            name: PROVIDERS[one["kind"]](one, self._session, limits)
            for name, one in routes.providers.items()
        }
        self._keyed = {
            name for name, one in routes.providers.items() if one.get("key_header")
        }
        self.at_once = AT_ONCE if self._keyed else 1

    def has_key(self, address: str) -> bool:
        """Say whether the provider for a number knows a repeated message by its key."""
        sender = self._routes.sender(address)
        return sender is not None and sender.provider in self._keyed

    def send(self, outgoing: Outgoing) -> Receipt:
        """Send one text message.

        :raises ChannelError: when it was not taken, or nobody may send to that country.
        :raises AnswerLost: when nobody knows whether it was taken.
        """
        if not country_of(outgoing.address):
            raise ChannelError("bad_address", permanent=True)
        sender = self._routes.sender(outgoing.address)
        if sender is None:
            raise ChannelError("no_sender", permanent=True)
        return self._providers[sender.provider].carry(outgoing, sender)

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()


@cache
def routes_of(path: str) -> Routes:
    """Return the routes of this installation, read once a process.

    :raises RoutesRefused: when the file is not sound.
    """
    return read_routes(Path(path), settings.SECRET_READER)


def open_sms() -> SmsChannel:
    """Return the channel with the routes of this installation."""
    return SmsChannel(routes_of(settings.SMS_ROUTES))
