"""Who must sign what a site fills into a regimen: two persons with two roles."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol


class SignRole(StrEnum):
    """In which role a person signs."""

    PHARMACIST = "PHARMACIST"
    PHYSICIAN = "PHYSICIAN"


class Signature(Protocol):
    """What is known of a signature."""

    @property
    def role(self) -> str:
        """Return in which role it was given."""

    @property
    def signed_by_id(self) -> object:
        """Return who gave it."""


def is_signed(signatures: Iterable[Signature]) -> bool:
    """Say whether both roles have signed, by two different persons."""
    by_role = {one.role: one.signed_by_id for one in signatures}
    people = set(by_role.values())
    return set(by_role) == set(SignRole) and len(people) == len(SignRole)


def effective_version(version: str, number: int | None) -> str:
    """Return the version of a file with the number of the site's overlay."""
    return version if number is None else f"{version}+site.{number}"
