"""Email through Django's mail framework, with an answer that can be trusted.

One connection serves a batch. The mark of a message is its Message-ID, made from the id
of the row alone: mail programs show a double once, and anybody can recognise it.
"""

import smtplib
import ssl
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

from infusion.notifications.channels import (
    AnswerLost,
    ChannelError,
    Outgoing,
    Receipt,
)

_DJANGO_SMTP = "django.core.mail.backends.smtp.EmailBackend"
_PERMANENT = range(500, 600)


class _Watched(smtplib.SMTP):
    """Notices when the whole content has left for the server."""

    content_left = False

    def send(self, s: Any) -> None:
        """Send a command (text) or the content of a mail (bytes)."""
        super().send(s)
        self.content_left = isinstance(s, bytes)


class _WatchedOverTLS(_Watched, smtplib.SMTP_SSL):
    """The same over a connection that is encrypted from its first byte."""


class WatchedBackend(EmailBackend):
    """Django's SMTP backend over connections that notice how far a mail got."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """Return the connection to use."""
        return _WatchedOverTLS if self.use_ssl else _Watched


def open_backend() -> BaseEmailBackend:
    """Return the configured mail backend, watched when it speaks SMTP."""
    if settings.EMAIL_BACKEND == _DJANGO_SMTP:
        return WatchedBackend()
    return get_connection()


class EmailChannel:
    """Sends mails one by one over one connection."""

    def __init__(self, backend: BaseEmailBackend | None = None) -> None:
        self._backend = backend or open_backend()

    def send(self, outgoing: Outgoing) -> Receipt:
        """Send one mail.

        :raises ChannelError: when the server did not take it.
        :raises AnswerLost: when the connection broke before the server's answer.
        """
        if not outgoing.address.strip():
            # The mail library would say that all went well, and send to nobody.
            raise ChannelError("bad_address", permanent=True)
        mail = _compose(outgoing)
        try:
            self._backend.open()
            self._backend.send_messages([mail])
        except (OSError, ValueError) as error:
            found = self._read(error)
            self._drop()
            raise found from None
        return Receipt(provider_id=mail.extra_headers["Message-ID"])

    def close(self) -> None:
        """Say goodbye to the server."""
        self._drop()

    def _read(self, error: Exception) -> ChannelError:
        """Translate an error; the original is dropped because it names addresses."""
        connection = getattr(self._backend, "connection", None)
        answered = isinstance(error, smtplib.SMTPResponseException)
        if getattr(connection, "content_left", False) and not answered:
            return AnswerLost()
        return _translate(error)

    def _drop(self) -> None:
        try:
            self._backend.close()
        except (OSError, ssl.SSLError):
            # The server is gone: there is nobody to say goodbye to.
            self._backend.connection = None  # type: ignore[attr-defined]


def _compose(outgoing: Outgoing) -> EmailMessage:
    return EmailMessage(
        subject=outgoing.subject,
        body=outgoing.body,
        to=[outgoing.address],
        headers={
            "Message-ID": message_id_header(outgoing),
            "Content-Language": outgoing.language,
            "Auto-Submitted": "auto-generated",
        },
    )


def message_id_header(outgoing: Outgoing) -> str:
    """Return the mark of a message: the same however often it is sent."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{outgoing.message_id}@{domain or 'localhost'}>"


def _translate(error: Exception) -> ChannelError:
    """Return what an error means.

    Only a refusal of this recipient or this content is permanent. A login or a sender
    that is refused is our own fault, and somebody can mend it before the expiry.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        number = next(iter(error.recipients.values()))[0]
        return ChannelError(f"smtp_{number}", permanent=number in _PERMANENT)
    if isinstance(error, smtplib.SMTPDataError):
        number = error.smtp_code
        return ChannelError(f"smtp_{number}", permanent=number in _PERMANENT)
    if isinstance(error, smtplib.SMTPResponseException):
        return ChannelError(f"smtp_{error.smtp_code}", permanent=False)
    if isinstance(error, ValueError):
        return ChannelError("bad_address", permanent=True)
    return ChannelError("no_connection", permanent=False)
