"""Versions as ETags, and the keys that make a repeated request harmless."""

import hashlib
import json
import re

from rest_framework.request import Request

from patients.domain.refusals import Refusal

# A version, and counts of what belongs to the record and leaves its version as it is.
TAG_PATTERN = '"[0-9]{1,9}(-[0-9]{1,9})*"'
_STRONG_TAG = re.compile(TAG_PATTERN)
# Visible ASCII: nothing that could break a log line or a header.
_KEY = re.compile(r"[!-~]{1,128}")


class PreconditionRequired(Refusal):
    """The request does not say which version it changes."""

    code = "precondition_required"


class PreconditionMalformed(Refusal):
    """``If-Match`` is not exactly one version of this service."""

    code = "precondition_malformed"


class KeyMissing(Refusal):
    """A request that changes something carries no idempotency key."""

    code = "idempotency_key_missing"


class KeyInvalid(Refusal):
    """The idempotency key is too long or holds more than visible ASCII."""

    code = "idempotency_key_invalid"


def etag_of(version: int, *counted: int) -> str:
    """Return the ETag of a version, and of how much has come to it since.

    What is counted is shown, but asks nobody to decide again: only the version is what
    ``If-Match`` holds somebody to.
    """
    return f'"{"-".join(map(str, (version, *counted)))}"'


def expected_version(request: Request) -> int:
    """Return the version the client has seen.

    :raises PreconditionRequired: when ``If-Match`` is absent.
    :raises PreconditionMalformed: when it is weak, a list, ``*`` or no version.
    """
    header = request.headers.get("If-Match")
    if header is None:
        raise PreconditionRequired
    tag = header.strip()
    if not _STRONG_TAG.fullmatch(tag):
        raise PreconditionMalformed
    return int(tag.strip('"').partition("-")[0])


def is_unchanged(request: Request, etag: str) -> bool:
    """Say whether the client already holds this version (weak comparison)."""
    header = request.headers.get("If-None-Match", "")
    known = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return etag in known or known == {"*"}


def idempotency_key(request: Request) -> str:
    """Return the key that makes a repeat of this request harmless.

    :raises KeyMissing: when there is none.
    :raises KeyInvalid: when it is too long or not visible ASCII.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        raise KeyMissing
    if not _KEY.fullmatch(key):
        raise KeyInvalid
    return key


def fingerprint(request: Request) -> str:
    """Return a digest of what is asked: method, path and body.

    ``If-Match`` is left out: who repeats a request after looking again still means it.
    """
    asked = [request.method, request.get_full_path(), request.data]
    text = json.dumps(asked, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
