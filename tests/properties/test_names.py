"""Whatever a name is made of, it can be filed, found and masked."""

from hypothesis import given
from hypothesis import strategies as st

from patients.domain.names import PersonName, fold
from patients.services.naming import filing_keys

letters = st.text(
    st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"]), max_size=40
)
chinese = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=4)
names = st.builds(PersonName, family=letters | chinese, given=letters | chinese)


@given(names)
def test_filing_is_stable_and_fits(name):
    keys = filing_keys(name)

    assert keys == filing_keys(name)
    assert len(keys.sort_key) <= 400
    assert len(keys.initials) <= 40
    assert keys.sort_key == keys.sort_key.strip()


@given(letters)
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(names)
def test_a_masked_name_hides_the_given_name(name):
    if len(name.given) > 1 and name.is_chinese and name.family:
        assert name.given not in name.masked
