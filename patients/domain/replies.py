"""An answer that can be given again, word for word."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a client was told: the status, the JSON text and the ETag."""

    status: int
    body: str
    etag: str = ""
    is_replayed: bool = False
