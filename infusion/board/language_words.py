"""The languages in which a family may have spoken, by their names."""

from collections.abc import Sequence

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.translation import get_language_info

# Those without a name of their own are other ways to write one that has.
_KNOWN = frozenset(code for code, one in LANG_INFO.items() if "name" in one)


def is_language(code: str) -> bool:
    """Say whether a code names a language that can be chosen."""
    return code in _KNOWN


def language_name(code: str) -> str:
    """Return a language by its name in that of the reader; an unknown one as it is."""
    return (
        str(get_language_info(code)["name_translated"]) if is_language(code) else code
    )


def languages() -> Sequence[tuple[str, str]]:
    """Return the languages to choose from: those of the service, then all others."""
    own = [code for code, _name in settings.LANGUAGES]
    others = [(code, language_name(code)) for code in _KNOWN if code not in own]
    return [
        *((code, language_name(code)) for code in own),
        *sorted(others, key=lambda row: row[1]),
    ]
