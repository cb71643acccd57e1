"""Which version of a row somebody had before them when they sent a form."""

from typing import Final

from django.http import HttpRequest

# No row was ever changed this often; Python refuses to read numbers of thousands of digits.
_DIGITS: Final = 12


def seen_version(request: HttpRequest) -> int:
    """Return the version the person saw; 0, which no row has, when the form has none."""
    text = request.POST.get("version", "")
    is_number = text.isascii() and text.isdigit() and len(text) < _DIGITS
    return int(text) if is_number else 0
