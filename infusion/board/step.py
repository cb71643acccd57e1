"""What a step of a course is at the console."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from infusion.board.forms import courses as forms
from infusion.domain.courses import CourseState
from infusion.domain.states import CourseStatus


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: who may take it, when it is offered, and which service does it.

    ``of`` says what the step is taken on: the course, a bag, a visit or a hang check.
    """

    key: str
    action: str
    form: type[forms.StepForm]
    service: Callable[..., Any]
    title: str | Promise
    done: str | Promise
    is_open: Callable[[CourseState], bool]
    of: str = "course"
    fits: Callable[[Any], bool] = lambda _target: True
    template: str = "board/courses/step.html"
    is_main: bool = False
    is_grave: bool = False

    @property
    def target_name(self) -> str:
        """Return how the service calls what the step is taken on."""
        return f"{self.of}_id"


def is_running_course(state: CourseState) -> bool:
    """Say whether a course is ordered or runs."""
    return state.status in {CourseStatus.ORDERED, CourseStatus.ACTIVE}
