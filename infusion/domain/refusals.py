"""The base of every refusal: a stable code, a field, and safe parameters."""

from typing import ClassVar


class Refusal(Exception):
    """A request that is refused and changes nothing.

    ``code`` is stable and machine-readable; the texts live at the edge, by code. The
    parameters never hold patient data, and ``str()`` gives the code alone.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, *, field: str | None = None, **params: object) -> None:
        super().__init__(self.code)
        self.field = field
        self.params = params
