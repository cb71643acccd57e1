"""How a caregiver link moves from the invitation to its end."""

from collections.abc import Mapping

from patients.domain.refusals import Refusal

# From -> to; the trigger on the table holds the same moves.
MOVES: Mapping[str, frozenset[str]] = {
    "PENDING": frozenset({"CONFIRMED", "DENIED", "EXPIRED", "REVOKED"}),
    "CONFIRMED": frozenset({"EXPIRED", "REVOKED"}),
    "DENIED": frozenset(),
    "EXPIRED": frozenset(),
    "REVOKED": frozenset(),
}


class MoveRefused(Refusal):
    """The link can't go from where it stands to where it was asked to."""

    code = "link_move_refused"


def check_move(state: str, wanted: str) -> None:
    """Refuse a move that is not in the table.

    :raises MoveRefused: when it is not.
    """
    if wanted not in MOVES[state]:
        raise MoveRefused(state=state, wanted=wanted)
