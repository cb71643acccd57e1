"""Which provider carries text messages to which country, and under which sender.

Read from a file of the operator; what is not sound is refused with the place and the
reason. Secrets stand in it as ``${NAME}`` and come from the environment.
"""

import json
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import phonenumbers

from infusion.notifications.channels.secrets import (
    NEEDS_TLS,
    SecretMissing,
    SecretReader,
    is_kept_from_others,
    with_secrets,
)

_SCHEMA = Path(__file__).with_name("sms_routes.schema.json")
# What of a schema, when it is broken, is told by the names of keys alone.
_SAYS_NAMES_ONLY = frozenset({"required", "additionalProperties"})
# The simplest text a provider could be asked to carry, to try a template.
_TRIED = {"to": "+10000000000", "text": "x", "sender": "x", "key": "x"}


class RoutesRefused(Exception):
    """The file of text message routes is not sound; says where and why."""


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who a text message to a country comes from, and who carries it."""

    country: str
    provider: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Routes:
    """The providers by name, with secrets filled in, and a sender for each country."""

    providers: Mapping[str, Mapping[str, Any]]
    senders: Mapping[str, Sender]

    def sender(self, number: str) -> Sender | None:
        """Return the sender for a telephone number in E.164, None without one."""
        return self.senders.get(country_of(number))


# One message asks several times; a wave asks for all of its own before it leaves.
@lru_cache(maxsize=256)
def country_of(number: str) -> str:
    """Return the two-letter country of a number in E.164, empty when it has none."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return phonenumbers.region_code_for_number(parsed) or ""


def read_routes(path: Path, secret: SecretReader) -> Routes:
    """Read the file; ``secret`` returns the value of a name in the environment.

    :raises RoutesRefused: naming the place and the reason.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise RoutesRefused(f"{path.name}: {error}") from error
    _check_shape(path, data)
    providers = _filled(path, data, secret)
    for name, one in providers.items():
        _check_provider(path, name, one)
    return Routes(providers=providers, senders=_senders(path, data))


@cache
def _schema() -> Any:
    return json.loads(_SCHEMA.read_text("utf-8"))


def _check_shape(path: Path, data: Mapping[str, Any]) -> None:
    validator = jsonschema.Draft202012Validator(_schema())
    error = next(iter(sorted(validator.iter_errors(data), key=str)), None)
    if error is not None:
        place = ".".join(map(str, error.absolute_path)) or "file"
        # The message repeats what stands there; at a provider that may be its secret.
        is_open = error.validator in _SAYS_NAMES_ONLY or not place.startswith(
            "providers"
        )
        said = error.message if is_open else "is not as it should be"
        raise RoutesRefused(f"{path.name}: {place}: {said}")


def _filled(path: Path, data: Mapping[str, Any], secret: SecretReader) -> Any:
    try:
        # What describes a message has names of its own.
        return with_secrets(data["providers"], secret, but=("body",), at="providers")
    except SecretMissing as error:
        raise RoutesRefused(f"{path.name}: {error}") from error


def _check_provider(path: Path, name: str, provider: Mapping[str, Any]) -> None:
    """Refuse an address in the open, and a body that leaves out what it must say."""
    if not is_kept_from_others(provider.get("url", "https://")):
        raise RoutesRefused(f"{path.name}: providers.{name}.url: {NEEDS_TLS}")
    body = provider.get("body")
    if body is None:
        return
    try:
        filled = fill(body, _TRIED)
    except (KeyError, ValueError) as error:
        raise RoutesRefused(f"{path.name}: providers.{name}.body: {error}") from error
    for needed in ("${text}", "${to}"):
        if needed not in json.dumps(body):
            raise RoutesRefused(
                f"{path.name}: providers.{name}.body: {needed} is missing"
            )
    if provider["encoding"] == "form" and not all(
        isinstance(one, str) for one in filled.values()
    ):
        raise RoutesRefused(f"{path.name}: providers.{name}.body: a form is flat")


def fill(body: Any, values: Mapping[str, str]) -> Any:
    """Return a template with its values, whatever its shape.

    :raises KeyError: when it names a value that does not exist.
    """
    if isinstance(body, dict):
        return {key: fill(each, values) for key, each in body.items()}
    if isinstance(body, list):
        return [fill(each, values) for each in body]
    return string.Template(body).substitute(values) if isinstance(body, str) else body


def _senders(path: Path, data: Mapping[str, Any]) -> dict[str, Sender]:
    found: dict[str, Sender] = {}
    for number, row in enumerate(data["senders"]):
        place = f"{path.name}: senders.{number}"
        if row["provider"] not in data["providers"]:
            raise RoutesRefused(f"{place}.provider: no provider {row['provider']}")
        if row["country"] not in phonenumbers.SUPPORTED_REGIONS:
            raise RoutesRefused(f"{place}.country: no country {row['country']}")
        if row["country"] in found:
            raise RoutesRefused(f"{place}.country: {row['country']} stands twice")
        found[row["country"]] = Sender(
            country=row["country"], provider=row["provider"], name=row["sender"]
        )
    return found
