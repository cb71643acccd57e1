"""Finds characters that a document of a site can't hold: neither stored nor sent."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

# Control signs but tab and line breaks, and halves of a pair.
_STRANGE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def strange_in(body: Mapping[str, Any]) -> str:
    """Return the first such character as "U+0000"; empty when there is none."""
    found = _STRANGE.search("".join(_texts_in(body)))
    return f"U+{ord(found.group()):04X}" if found else ""


def _texts_in(value: Any) -> Iterator[str]:
    """Yield every text of a document, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from (str(name), *_texts_in(each))
    elif isinstance(value, list):
        for each in value:
            yield from _texts_in(each)
