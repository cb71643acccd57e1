"""Which provider carries text messages to which country, and under which sender.

Read from a file of the operator; what is not sound is refused with the place and the
reason. Secrets stand in it as ``${NAME}`` and come from the environment.
"""

import json
import string
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import phonenumbers

_SCHEMA = Path(__file__).with_name("sms_routes.schema.json")
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


def country_of(number: str) -> str:
    """Return the two-letter country of a number in E.164, empty when it has none."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return phonenumbers.region_code_for_number(parsed) or ""


def read_routes(path: Path, secret: Callable[[str], str]) -> Routes:
    """Read the file; ``secret`` returns the value of a name in the environment.

    :raises RoutesRefused: naming the place and the reason.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise RoutesRefused(f"{path.name}: {error}") from error
    _check_shape(path, data)
    providers = {
        name: _with_secrets(path, name, one, secret)
        for name, one in data["providers"].items()
    }
    for name, one in providers.items():
        _check_template(path, name, one)
    return Routes(providers=providers, senders=_senders(path, data))


@cache
def _schema() -> Any:
    return json.loads(_SCHEMA.read_text("utf-8"))


def _check_shape(path: Path, data: Mapping[str, Any]) -> None:
    validator = jsonschema.Draft202012Validator(_schema())
    error = next(iter(sorted(validator.iter_errors(data), key=str)), None)
    if error is not None:
        place = ".".join(map(str, error.absolute_path)) or "file"
        raise RoutesRefused(f"{path.name}: {place}: {error.message}")


def _with_secrets(
    path: Path, provider: str, value: Any, secret: Callable[[str], str]
) -> Any:
    """Fill in ``${NAME}`` wherever it stands, but not in what describes a message."""
    if isinstance(value, dict):
        return {
            key: each
            if key == "body"
            else _with_secrets(path, f"{provider}.{key}", each, secret)
            for key, each in value.items()
        }
    if not isinstance(value, str):
        return value
    names = string.Template(value).get_identifiers()
    found = {name: secret(name) for name in names}
    if missing := [name for name, text in found.items() if not text]:
        raise RoutesRefused(
            f"{path.name}: providers.{provider}: {missing[0]} is not in the environment"
        )
    return string.Template(value).substitute(found)


def _check_template(path: Path, name: str, provider: Mapping[str, Any]) -> None:
    """Refuse a body that names what no message has, or leaves out the text."""
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
