"""The access token of a WeChat account: one for all workers, asked for by one of them."""

import contextlib
import time

import requests
from django.core.cache import cache
from redis.exceptions import RedisError

from infusion.notifications.channels import ChannelError
from infusion.notifications.channels.http import Timeouts, post
from infusion.notifications.channels.wechat_account import Account

TOKEN_PATH = "/cgi-bin/stable_token"  # noqa: S105 - where one is asked for
# Given up so long before WeChat ends it, in seconds.
_MARGIN = 300
# Longer than asking for a token twice may take; then somebody else asks. Ended earlier,
# two workers would force a token each, and the later one would end the other's.
_LOCK_SECONDS = 60
_WAIT_SECONDS, _STEP_SECONDS = 5.0, 0.05


class Tokens:
    """Keeps the token in the cache that all workers share.

    One that asks holds a lock, the others wait for what it brings. Without the cache
    each batch asks for itself: WeChat gives the same token until it ends.
    """

    def __init__(
        self, account: Account, session: requests.Session, timeouts: Timeouts
    ) -> None:
        self._account, self._session, self._timeouts = account, session, timeouts
        self._key = f"wechat-token:{account.app_id}"
        self._own = ""

    def current(self) -> str:
        """Return the token that counts.

        :raises ChannelError: when there is none to be had now.
        """
        return self._shared() or self._own or self._renewed(bad="")

    def instead_of(self, bad: str) -> str:
        """Return another token than one that was refused.

        :raises ChannelError: when there is none to be had now.
        """
        shared = self._shared()
        return shared if shared not in {"", bad} else self._renewed(bad=bad)

    def _shared(self) -> str:
        try:
            return str(cache.get(self._key) or "")
        except RedisError:
            return ""

    def _renewed(self, *, bad: str) -> str:
        """Ask for a token, or wait for who does."""
        try:
            is_mine = cache.add(f"{self._key}:lock", 1, _LOCK_SECONDS)
        except RedisError:
            return self._ask(bad)
        if not is_mine:
            return self._awaited(bad) or self._ask(bad)
        try:
            return self._ask(bad)
        finally:
            # Not given back, it ends by itself.
            with contextlib.suppress(RedisError):
                cache.delete(f"{self._key}:lock")

    def _awaited(self, bad: str) -> str:
        end = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < end:
            time.sleep(_STEP_SECONDS)
            if (found := self._shared()) not in {"", bad}:
                return found
        return ""

    def _ask(self, bad: str) -> str:
        """Ask WeChat; only when it gives the refused one again is a new one forced."""
        token, seconds = self._fetch(is_forced=False)
        if token == bad:
            token, seconds = self._fetch(is_forced=True)
        self._own = token
        # Not kept, it is asked for again by the next batch.
        with contextlib.suppress(RedisError):
            cache.set(self._key, token, max(seconds - _MARGIN, 1))
        return token

    def _fetch(self, *, is_forced: bool) -> tuple[str, int]:
        asked = {
            "grant_type": "client_credential",
            "appid": self._account.app_id,
            "secret": self._account.app_secret,
            "force_refresh": is_forced,
        }
        try:
            answer = post(
                self._session,
                self._account.url + TOKEN_PATH,
                self._timeouts,
                has_key=True,
                json=asked,
            )
        except ChannelError as error:
            # Whatever was lost, no message has left yet.
            raise ChannelError("wechat_no_token", permanent=False) from error
        token, seconds = answer.at("access_token"), answer.at("expires_in")
        if not token or not seconds.isdecimal():
            code = answer.at("errcode") or answer.status
            raise ChannelError(f"wechat_token_{code}"[:60], permanent=False)
        return token, int(seconds)
