"""How far a run of the simulation is: a bar on a terminal, some lines in a log."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

_Told = TypeVar("_Told")
_WIDTH = 40
_STEP = 10
_MINUTE = 60


class Out(Protocol):
    """Where it is written to."""

    def write(self, msg: str = ..., style_func: None = ..., ending: str = ...) -> None:
        """Write a line."""

    def isatty(self) -> bool:
        """Say whether a person watches."""


class Progress:
    """Counts what is done and says how long the rest takes, if it goes on like this.

    ``had`` of them were done before and say nothing about how long one takes.
    """

    def __init__(
        self,
        total: int,
        out: Out,
        clock: Callable[[], float] = time.monotonic,
        had: int = 0,
    ) -> None:
        self._total, self._out, self._clock = total, out, clock
        self._begun = clock()
        self._had = self._done = had
        self._said = 0

    def over(self, found: Iterable[_Told]) -> Iterator[_Told]:
        """Yield what is found, and say how far it is."""
        for one in found:
            self._done += 1
            self._say()
            yield one

    def _say(self) -> None:
        percent = 100 * self._done // self._total
        if self._out.isatty():
            filled = "#" * (_WIDTH * self._done // self._total)
            ending = "\n" if self._done == self._total else ""
            line = f"\r[{filled:<{_WIDTH}}] {self._line(percent)}"
            self._out.write(line, ending=ending)
        elif percent >= self._said + _STEP or self._done == self._total:
            self._said = percent - percent % _STEP
            self._out.write(self._line(percent))

    def _line(self, percent: int) -> str:
        spent = self._clock() - self._begun
        left = spent / (self._done - self._had) * (self._total - self._done)
        return f"{percent:3} % {self._done}/{self._total}, {_span(left)} left "


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes}:{rest:02}"
