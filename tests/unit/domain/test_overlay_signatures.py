"""Who must sign what a site fills in."""

from dataclasses import dataclass

import pytest

from infusion.domain.overlays import effective_version, is_signed


@dataclass(frozen=True)
class Signed:
    role: str
    signed_by_id: str


@pytest.mark.parametrize(
    ("signatures", "counts"),
    [
        ([], False),
        ([Signed("PHARMACIST", "ann")], False),
        ([Signed("PHYSICIAN", "bo")], False),
        ([Signed("PHARMACIST", "ann"), Signed("PHYSICIAN", "bo")], True),
        # One person with both roles is still one person.
        ([Signed("PHARMACIST", "ann"), Signed("PHYSICIAN", "ann")], False),
        ([Signed("PHARMACIST", "ann"), Signed("PHARMACIST", "bo")], False),
    ],
)
def test_two_persons_with_two_roles(signatures, counts):
    assert is_signed(signatures) is counts


def test_the_version_names_the_overlay():
    assert effective_version("1.2.0", 3) == "1.2.0+site.3"
    assert effective_version("1.2.0", None) == "1.2.0"
