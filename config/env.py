"""Typed readers of the environment; ``NAME_FILE`` names a file that holds the value."""

import os
from pathlib import Path

import environ


def text(name: str, default: str = "") -> str:
    """Return the value of ``name``, or the content of the file in ``name_FILE``."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        return Path(path).read_text().strip()
    return os.environ.get(name, default)


def flag(name: str, *, default: bool = False) -> bool:
    """Return true for 1, true, yes, on.

    :raises ValueError: when the value is something else.
    """
    value = text(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    message = f"{name} must be one of 1, true, yes, on, 0, false, no, off"
    raise ValueError(message)


def number(name: str, default: int) -> int:
    """Return a whole number.

    :raises ValueError: when the value is not a whole number.
    """
    return int(text(name, str(default)))


def words(name: str, default: str = "") -> list[str]:
    """Return the comma-separated words of ``name``."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database(default: str) -> dict[str, object]:
    """Return Django's database settings for ``DATABASE_URL``."""
    settings = environ.Env.db_url_config(text("DATABASE_URL", default))
    return {
        **settings,
        "CONN_MAX_AGE": number("DB_CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **settings.get("OPTIONS", {}),
            "connect_timeout": 5,
            "keepalives_idle": 30,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "options": "-c statement_timeout=30000 -c lock_timeout=10000",
        },
    }


def email(default: str) -> dict[str, object]:
    """Return Django's email settings for ``EMAIL_URL``."""
    found = environ.Env.email_url_config(text("EMAIL_URL", default))
    return {key: value for key, value in found.items() if key.startswith("EMAIL_")}
