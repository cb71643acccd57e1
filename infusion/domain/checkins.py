"""What a check-in is in the record: why it was asked, how it was answered, who looked."""

from enum import StrEnum


class CheckInKind(StrEnum):
    """Why it is there."""

    # The cadence asks for it.
    PLANNED = "PLANNED"
    # Asked again, because an answer gave a reason.
    FOLLOW_UP = "FOLLOW_UP"
    # Somebody answered although nothing was due.
    UNPLANNED = "UNPLANNED"
    # Somebody can't or won't answer and wants to be rung: nothing is known of them.
    CALL_WANTED = "CALL_WANTED"
    # Answers came that no rule can read: to another version of a form.
    UNREAD = "UNREAD"


class Way(StrEnum):
    """How the answers came; they are equal in the record."""

    # By the person themselves, on a phone or in a browser.
    SELF = "SELF"
    # A nurse typed what was said on the telephone.
    TELEPHONE = "TELEPHONE"
    # A nurse typed what stood on the printed form.
    PAPER = "PAPER"
    # A nurse answered with the patient before them.
    BEDSIDE = "BEDSIDE"


class Look(StrEnum):
    """What came of it when a person looked at a check-in."""

    NOTHING_NEEDED = "NOTHING_NEEDED"
    WATCHED = "WATCHED"
    VISIT_MADE = "VISIT_MADE"
    PHYSICIAN_TOLD = "PHYSICIAN_TOLD"
    SENT_TO_HOSPITAL = "SENT_TO_HOSPITAL"
    # The silence, or the colour, goes on: nobody has been reached.
    NOT_REACHED = "NOT_REACHED"


class AdviceKind(StrEnum):
    """What the site tells whoever has answered, by the colour of it."""

    GREEN = "GREEN"
    AMBER = "AMBER"
    RED = "RED"
