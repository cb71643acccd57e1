"""Structured logs: JSON lines, no local variables, no query strings."""

from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer


class _WhereOnly(ExceptionDictTransformer):
    """Says which error happened where, and nothing it carried.

    The text of an error may be patient data: a database names the value of a row.
    """

    def __call__(self, exc_info: Any) -> list[dict[str, Any]]:
        """Return the frames and kinds of an error without its texts."""
        return [_without_texts(each) for each in super().__call__(exc_info)]


def _without_texts(stack: dict[str, Any]) -> dict[str, Any]:
    inner = [list(map(_without_texts, group)) for group in stack.get("exceptions", [])]
    return {**stack, "exc_value": "", "exc_notes": [], "exceptions": inner}


# Without locals either, for the same reason.
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    _WhereOnly(show_locals=False, max_frames=20),
)

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _TRACEBACKS,
]


def configuration(level: str) -> dict[str, Any]:
    """Return Django's LOGGING value and configure structlog alike."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
        "foreign_pre_chain": _SHARED,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "json"}
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["console"], "propagate": False},
            # It names whole addresses, with the tokens of providers in them.
            "urllib3": {"level": "ERROR"},
        },
    }
