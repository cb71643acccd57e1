"""The base of every refusal: a stable code, the field, and values safe to show."""


class Refusal(Exception):
    """A request that is refused, with a stable code and the field it is about.

    The text a person reads is made at the edge from ``code`` and ``params``, so that it
    can be translated; ``params`` never holds anything about a patient.
    """

    code = "refused"

    def __init__(self, *, field: str | None = None, **params: object) -> None:
        super().__init__(self.code)
        self.field = field
        self.params = params


class NotFound(Refusal):
    """There is no such record, or the one who asks may not know of it."""

    code = "not_found"


class VersionOutdated(Refusal):
    """Somebody else has changed the record since it was read."""

    code = "version_stale"
