"""One-time tokens: a form sent twice does its work once."""

import hashlib
import secrets

from django.core.cache import cache

from patients.policy import Actor

_SECONDS = 24 * 3600


def new_token() -> str:
    """Return a token for a fresh form."""
    return secrets.token_urlsafe(16)


def claim(actor: Actor, token: str) -> bool:
    """Take the token; False when this form was sent before."""
    return cache.add(_key(actor, token), 1, _SECONDS)


def is_used(actor: Actor, token: str) -> bool:
    """Say whether a form with this token was sent before."""
    return cache.get(_key(actor, token)) is not None


def give_back(actor: Actor, token: str) -> None:
    """Free the token of a form that did nothing."""
    cache.delete(_key(actor, token))


def _key(actor: Actor, token: str) -> str:
    # What comes back may be anything; a cache key may not.
    digest = hashlib.sha256(token.encode()).hexdigest()
    return f"board:form:{actor.user_id}:{digest}"
