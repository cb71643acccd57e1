"""The length of a text message, by the tables of 3GPP TS 23.038 and 23.040."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusion.domain.sms import Alphabet, alphabet_of, length_of


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "parts"),
    [
        ("", Alphabet.GSM_7, 0, 1),
        ("a" * 160, Alphabet.GSM_7, 160, 1),
        ("a" * 161, Alphabet.GSM_7, 161, 2),
        ("a" * 306, Alphabet.GSM_7, 306, 2),
        ("a" * 307, Alphabet.GSM_7, 307, 3),
        ("您" * 70, Alphabet.UCS_2, 70, 1),
        ("您" * 71, Alphabet.UCS_2, 71, 2),
        ("您" * 134, Alphabet.UCS_2, 134, 2),
        ("您" * 135, Alphabet.UCS_2, 135, 3),
        # One character outside the alphabet makes all of them dear.
        ("a" * 69 + "您", Alphabet.UCS_2, 70, 1),
        ("a" * 70 + "您", Alphabet.UCS_2, 71, 2),
        # Each needs an escape before it.
        ("€" * 80, Alphabet.GSM_7, 160, 1),
        ("€" * 80 + "a", Alphabet.GSM_7, 161, 2),
        # Outside the basic plane: a pair of code units.
        ("😀" * 35, Alphabet.UCS_2, 70, 1),
        ("é", Alphabet.GSM_7, 1, 1),
        ("ê", Alphabet.UCS_2, 1, 1),
    ],
)
def test_a_text_is_as_long_as_the_standard_says(
    text: str, alphabet: Alphabet, units: int, parts: int
) -> None:
    found = length_of(text)

    assert (found.alphabet, found.units, found.parts) == (alphabet, units, parts)


def test_an_escape_is_not_torn_over_two_parts() -> None:
    # 306 septets, but the pair that would cross the border moves on as a whole.
    assert length_of("a" * 152 + "€" + "a" * 152).parts == 3


def test_a_surrogate_pair_is_not_torn_over_two_parts() -> None:
    assert length_of("您" * 66 + "😀" + "您" * 66).parts == 3


@given(st.text(max_size=700))
def test_a_longer_text_never_takes_fewer_parts(text: str) -> None:
    assert length_of(text + "a").parts >= length_of(text).parts


@given(st.text(max_size=700))
def test_no_part_holds_more_than_its_room(text: str) -> None:
    found = length_of(text)
    alone, each = {"GSM_7": (160, 153), "UCS_2": (70, 67)}[alphabet_of(text)]

    assert found.units <= (alone if found.parts == 1 else found.parts * each)
