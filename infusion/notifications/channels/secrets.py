"""Secrets in a file of the operator: written as ``${NAME}``, kept in the environment."""

import re
import string
from collections.abc import Callable, Collection
from typing import Any

NEEDS_TLS = "must be https; plain http is for a provider on this very machine"
_OWN_MACHINE = re.compile(r"http://(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]+)?(/|$)")

SecretReader = Callable[[str], str]


class SecretMissing(Exception):
    """A name in the file is not in the environment; says where, and which."""


def is_kept_from_others(address: str) -> bool:
    """Say whether nobody on the way can read what is sent to an address.

    Secrets, numbers and texts go there.
    """
    return address.startswith("https://") or bool(_OWN_MACHINE.match(address))


def with_secrets(
    value: Any, secret: SecretReader, *, but: Collection[str] = (), at: str = ""
) -> Any:
    """Fill in ``${NAME}`` wherever it stands, but not below the keys in ``but``.

    :raises SecretMissing: when a name has no value.
    """
    if isinstance(value, dict):
        return {
            key: each
            if key in but
            else with_secrets(each, secret, but=but, at=f"{at}.{key}".lstrip("."))
            for key, each in value.items()
        }
    if not isinstance(value, str):
        return value
    template = string.Template(value)
    found = {name: secret(name) for name in template.get_identifiers()}
    if missing := [name for name, text in found.items() if not text]:
        raise SecretMissing(f"{at}: {missing[0]} is not in the environment")
    return template.substitute(found)
