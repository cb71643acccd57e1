from infusion.domain.refusals import Refusal


class TooLate(Refusal):
    """For this test."""

    code = "too_late"


def test_a_refusal_says_its_code_and_nothing_of_its_parameters():
    refusal = TooLate(field="at", secret="Ms Example")

    assert str(refusal) == "too_late"
    assert (refusal.field, refusal.params) == ("at", {"secret": "Ms Example"})


def test_a_refusal_needs_no_field():
    assert Refusal().field is None
    assert Refusal.code == "refused"
