"""Template messages of a WeChat official account.

WeChat knows a repeated message by its key for ten minutes: three times a lost answer is
asked for again within that, and what comes later may arrive twice. What it reports of delivery is not signed over its content, so
nothing is believed of it: what it took is the last that is known.
"""

import datetime as dt
import string
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings

from infusion.notifications.channels import (
    AnswerLost,
    ChannelError,
    Outgoing,
    Receipt,
)
from infusion.notifications.channels.http import Answer, Timeouts, new_session, post
from infusion.notifications.channels.wechat_account import (
    Account,
    Template,
    read_account,
)
from infusion.notifications.channels.wechat_tokens import Tokens

SEND_PATH = "/cgi-bin/message/template/send"
# The token is wrong or too old.
_BAD_TOKEN = frozenset({"40001", "40014", "42001"})
# Of this reader no second try changes anything: no such user, does not follow the
# account, is on its blacklist, refuses its messages.
_PERMANENT = frozenset({"40003", "43004", "43019", "43101"})
# The account has said too much: more tries make it worse.
_TOO_MUCH = frozenset({"45009", "45011"})
_QUOTA_WAIT = dt.timedelta(minutes=10)


class WeChatChannel:
    """Sends template messages one by one over one session a batch."""

    def __init__(self, account: Account, timeouts: Timeouts | None = None) -> None:
        self._account = account
        self._timeouts = timeouts or Timeouts()
        self._session = new_session()
        self._tokens = Tokens(account, self._session, self._timeouts)

    def send(self, outgoing: Outgoing) -> Receipt:
        """Send one message; a token that WeChat refuses is renewed once.

        :raises ChannelError: when it was not taken, or does not fit the template.
        :raises AnswerLost: when nobody knows whether it was taken.
        """
        body = self._body(outgoing)
        token = self._tokens.current()
        answer = self._post(token, body)
        if answer.at("errcode") in _BAD_TOKEN:
            answer = self._post(self._tokens.instead_of(token), body)
        return _receipt(answer)

    def _post(self, token: str, body: Mapping[str, object]) -> Answer:
        return post(
            self._session,
            self._account.url + SEND_PATH,
            self._timeouts,
            has_key=True,
            params={"access_token": token},
            json=body,
        )

    def _body(self, outgoing: Outgoing) -> dict[str, object]:
        if not outgoing.address.isprintable() or not outgoing.address:
            raise ChannelError("bad_address", permanent=True)
        template = self._account.template(outgoing.language)
        if template is None:
            raise ChannelError("no_template", permanent=True)
        body: dict[str, object] = {
            "touser": outgoing.address,
            "template_id": template.id,
            "client_msg_id": outgoing.message_id.hex,
            "data": _data(template, outgoing),
        }
        return {**body, "url": template.url} if template.url else body

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()


def _data(template: Template, outgoing: Outgoing) -> dict[str, dict[str, str]]:
    """Fill the fields; nothing is cut.

    :raises ChannelError: when a text does not fit.
    """
    values = {"subject": outgoing.subject, "text": outgoing.short}
    found = {}
    for name, field in template.fields.items():
        text = string.Template(field.value).substitute(values)
        if field.longest is not None and len(text) > field.longest:
            raise ChannelError("wechat_too_long", permanent=True)
        found[name] = {"value": text}
    return found


def _receipt(answer: Answer) -> Receipt:
    code = answer.at("errcode")
    if not answer.is_taken:
        raise ChannelError(f"wechat_{answer.status}", permanent=False)
    if code == "0":
        return Receipt(provider_id=answer.at("msgid"))
    if not code:
        raise AnswerLost("no_id", may_repeat=True)
    wait = _QUOTA_WAIT if code in _TOO_MUCH else None
    raise ChannelError(
        f"wechat_{code}"[:60], permanent=code in _PERMANENT, retry_after=wait
    )


@cache
def account_of(path: str) -> Account:
    """Return the account of this installation, read once a process.

    :raises AccountRefused: when the file is not sound.
    """
    return read_account(Path(path), settings.SECRET_READER)


def open_wechat() -> WeChatChannel:
    """Return the channel with the account of this installation."""
    return WeChatChannel(account_of(settings.WECHAT_ACCOUNT))
