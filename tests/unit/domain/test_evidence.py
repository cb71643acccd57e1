import pytest

from infusion.domain.courses import Text
from infusion.domain.evidence import NEEDS_SIGN_OFF, Fact, Mark, unverified


def fact(mark: Mark, *, recheck: bool = False, unit: str = "h") -> Fact:
    return Fact(
        path=f"a: {mark.value}",
        value="48",
        unit=unit,
        mark=mark,
        sources=(),
        note=Text(en="why", zh="原因"),
        recheck=recheck,
    )


@pytest.mark.parametrize("mark", list(Mark))
def test_what_was_not_seen_needs_a_signature(mark):
    assert fact(mark).needs_sign_off is (mark in NEEDS_SIGN_OFF)


def test_what_asks_to_be_checked_again_needs_a_signature():
    assert fact(Mark.B, recheck=True).needs_sign_off


def test_the_unverified_facts_keep_the_order_of_the_file():
    facts = (fact(Mark.U), fact(Mark.A), fact(Mark.NF, unit=""))

    found = unverified(facts)

    assert [(one.path, one.value, one.mark) for one in found] == [
        ("a: U", "48 h", "U"),
        ("a: NF", "48", "NF"),
    ]
