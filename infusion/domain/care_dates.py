"""Days of a course that no plan knows of; somebody enters them, and ends them."""

from enum import StrEnum

from infusion.domain.refusals import Refusal


class CareDateKind(StrEnum):
    """What happens on the day; each is an event that reminders may speak of."""

    DRESSING_CHANGE = "DRESSING_CHANGE"
    LABORATORY_DRAW = "LABORATORY_DRAW"
    INTRATHECAL_DAY = "INTRATHECAL_DAY"
    # Until when somebody pays; on the day itself the authorisation is over.
    AUTHORISATION = "AUTHORISATION"


class CareDatePast(Refusal):
    """A day that is entered is still to come."""

    code = "care_date_past"


class CareDateTwice(Refusal):
    """The same thing is entered for the same instant already."""

    code = "care_date_twice"


class CareDateClosed(Refusal):
    """The day is done or was called off before."""

    code = "care_date_closed"
