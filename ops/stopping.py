"""Turn signals into a flag that is looked at where stopping is safe."""

import signal
import time
from collections.abc import Callable
from types import FrameType

from ops.report import say

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TICK = 0.05


class Stopped(Exception):
    """Somebody asked the whole thing to stop."""


class Stop:
    """A request to stop, seen by polling so that no child is lost half-way."""

    def __init__(self) -> None:
        """Start with nothing requested."""
        self.requested = False

    def listen(self) -> None:
        """Take over Ctrl-C, termination and a closed terminal."""
        for number in SIGNALS:
            signal.signal(number, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.requested = True

    def check(self) -> None:
        """Raise when stopping was asked for."""
        if self.requested:
            raise Stopped

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Poll a condition until it holds, time is up or stopping is asked for."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.check()
            if condition():
                return True
            time.sleep(TICK)
        return False


def announce(text: str) -> None:
    """Print while stopping, also when the terminal is already gone."""
    try:
        say(text)
    except OSError:
        return
