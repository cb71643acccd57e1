"""The WeChat official account that sends: its id, its secret and its templates.

Read from a file of the operator. A template is approved by WeChat with named fields; the
file says what stands in each, and how much fits.
"""

import json
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from infusion.notifications.channels.secrets import (
    NEEDS_TLS,
    SecretMissing,
    SecretReader,
    is_kept_from_others,
    with_secrets,
)

_SCHEMA = Path(__file__).with_name("wechat_account.schema.json")
WECHAT_URL = "https://api.weixin.qq.com"
# What a field may be filled with.
VALUES = ("subject", "text")
CHINESE, ENGLISH = "zh-hans", "en"


class AccountRefused(Exception):
    """The file of the account is not sound; says where and why."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a template: what stands in it, and how many characters fit."""

    value: str
    longest: int | None = None


@dataclass(frozen=True, kw_only=True)
class Template:
    """A template that WeChat approved, and where a tap on it leads."""

    id: str
    url: str
    fields: Mapping[str, Field]


@dataclass(frozen=True, kw_only=True)
class Account:
    """The official account; templates by language."""

    app_id: str
    app_secret: str
    url: str
    templates: Mapping[str, Template]

    def template(self, language: str) -> Template | None:
        """Return the template in the language of a reader, None without one."""
        wanted = CHINESE if language.lower().startswith("zh") else ENGLISH
        return self.templates.get(wanted)


def read_account(path: Path, secret: SecretReader) -> Account:
    """Read the file; ``secret`` returns the value of a name in the environment.

    :raises AccountRefused: naming the place and the reason.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise AccountRefused(f"{path.name}: {error}") from error
    _check_shape(path, data)
    try:
        data = with_secrets(data, secret, but=("data",))
    except SecretMissing as error:
        raise AccountRefused(f"{path.name}: {error}") from error
    if not is_kept_from_others(data.get("url", WECHAT_URL)):
        raise AccountRefused(f"{path.name}: url: {NEEDS_TLS}")
    return Account(
        app_id=data["app_id"],
        app_secret=data["app_secret"],
        url=data.get("url", WECHAT_URL).rstrip("/"),
        templates={
            name: _template(path, name, one) for name, one in data["templates"].items()
        },
    )


@cache
def _schema() -> Any:
    return json.loads(_SCHEMA.read_text("utf-8"))


def _check_shape(path: Path, data: Mapping[str, Any]) -> None:
    validator = jsonschema.Draft202012Validator(_schema())
    error = next(iter(sorted(validator.iter_errors(data), key=str)), None)
    if error is not None:
        place = ".".join(map(str, error.absolute_path)) or "file"
        # The message would repeat the secret that stands there.
        said = "is not as it should be" if place == "app_secret" else error.message
        raise AccountRefused(f"{path.name}: {place}: {said}")


def _template(path: Path, name: str, one: Mapping[str, Any]) -> Template:
    """Build a template.

    :raises AccountRefused: when a field names what no message has, or none says it.
    """
    place = f"{path.name}: templates.{name}.data"
    named: set[str] = set()
    for key, each in one["data"].items():
        try:
            string.Template(each["value"]).substitute(dict.fromkeys(VALUES, "x"))
        except (KeyError, ValueError) as error:
            raise AccountRefused(f"{place}.{key}: {error}") from error
        named |= set(string.Template(each["value"]).get_identifiers())
    if not named:
        raise AccountRefused(f"{place}: ${{subject}} and ${{text}} are missing")
    fields = {key: Field(**each) for key, each in one["data"].items()}
    return Template(id=one["id"], url=one.get("url", ""), fields=fields)
