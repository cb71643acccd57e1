"""Settings that must stop a start, or at least a deploy."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

from infusion.notifications.channels.push import PushKeyRefused, signer_of
from infusion.notifications.channels.sms import routes_of
from infusion.notifications.channels.sms_routes import RoutesRefused
from infusion.notifications.channels.wechat import account_of
from infusion.notifications.channels.wechat_account import AccountRefused
from patients.domain.push import is_own_machine

SHORTEST_KEY = 50
_LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1", "testserver"}
# A name with a dot and a letter at its end: no address in numbers, no bare name.
_HOST = re.compile(r"(\*\.)?([a-z0-9-]+\.)+[a-z]{2,}")
_SMTP = "django.core.mail.backends.smtp.EmailBackend"
_Apps = Sequence[AppConfig] | None


def _is_local() -> bool:
    return urlsplit(settings.PUBLIC_URL).hostname in _LOCAL_HOSTS


@register(Tags.security)
def check_secret(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a key that can be guessed."""
    if len(settings.SECRET_KEY) >= SHORTEST_KEY:
        return []
    hint = f"Set SECRET_KEY or SECRET_KEY_FILE to at least {SHORTEST_KEY} characters."
    return [Error("The secret key is too short.", hint=hint, id="infusion.E001")]


@register(Tags.security)
def check_debug(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """Refuse debug pages, which show patient data, outside this machine."""
    if not settings.DEBUG or _is_local():
        return []
    hint = "Unset DEBUG, or set PUBLIC_URL to a local address."
    return [Error("DEBUG is on at a public address.", hint=hint, id="infusion.E002")]


@register(Tags.compatibility)
def check_clock(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a moved clock where real patients are."""
    if not settings.CLOCK_FILE or settings.DEMO_MODE:
        return []
    hint = "Unset CLOCK_FILE; only a demo may move its clock."
    return [Error("The clock is moved.", hint=hint, id="infusion.E003")]


@register(Tags.security, deploy=True)
def check_demo(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """Refuse demo people in production."""
    if not settings.DEMO_MODE or _is_local():
        return []
    return [Error("DEMO_MODE is on at a public address.", id="infusion.E004")]


@register(Tags.security, deploy=True)
def check_https(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to be reached without TLS."""
    if settings.PUBLIC_URL.startswith("https://"):
        return []
    hint = "Set PUBLIC_URL to the https address of the service."
    return [Error("PUBLIC_URL is not https.", hint=hint, id="infusion.E005")]


@register(Tags.compatibility, deploy=True)
def check_email(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a mail backend that only pretends to send."""
    if settings.EMAIL_BACKEND == _SMTP:
        return []
    hint = "Set EMAIL_URL to smtp://, smtp+tls:// or smtp+ssl://."
    return [Error("Mail is not sent over SMTP.", hint=hint, id="infusion.E006")]


@register(Tags.compatibility)
def check_text_messages(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a file of text message routes that is not sound."""
    if not settings.SMS_ROUTES:
        return []
    try:
        routes_of(settings.SMS_ROUTES)
    except RoutesRefused as error:
        return [Error(f"SMS_ROUTES: {error}", id="infusion.E007")]
    return []


@register(Tags.security)
def check_push(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a key that signs nothing, and push services nobody could trust."""
    found: list[CheckMessage] = []
    try:
        if settings.VAPID_PRIVATE_KEY:
            signer_of(settings.VAPID_PRIVATE_KEY, settings.VAPID_SUBJECT)
    except PushKeyRefused as error:
        found.append(Error(f"VAPID_PRIVATE_KEY: {error}", id="infusion.E008"))
    for one in settings.PUSH_SERVICES:
        if not (_HOST.fullmatch(one) or (settings.DEMO_MODE and is_own_machine(one))):
            hint = "Name hosts, such as fcm.googleapis.com or *.push.apple.com."
            text = f"PUSH_SERVICES: {one} is not the name of a host."
            found.append(Error(text, hint=hint, id="infusion.E009"))
    return found


@register(Tags.compatibility)
def check_wechat(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a file of the WeChat account that is not sound."""
    if not settings.WECHAT_ACCOUNT:
        return []
    try:
        account_of(settings.WECHAT_ACCOUNT)
    except AccountRefused as error:
        return [Error(f"WECHAT_ACCOUNT: {error}", id="infusion.E010")]
    return []


@register(Tags.compatibility, deploy=True)
def check_hosts(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """Warn when any host name is accepted."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [checks.Warning("ALLOWED_HOSTS accepts every name.", id="infusion.W001")]


@register(Tags.compatibility, deploy=True)
def check_proxies(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """Warn when all clients would look like one address to the login limits."""
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT or _is_local():
        return []
    hint = "Set TRUSTED_PROXY_COUNT to the number of proxies in front."
    return [checks.Warning("No trusted proxy is set.", hint=hint, id="infusion.W002")]
