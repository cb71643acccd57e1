"""Ladders as a site writes them: "NURSE 15 SMS>EMAIL; PHYSICIAN 30 QUIET"."""

import datetime as dt
import re

from infusion.domain.ladders import Rung, Whom

# A ladder without a rung: the alert is shown, or goes to the administrators at once.
NONE = "NONE"
QUIET = "QUIET"

CHANNELS = ("EMAIL", "SMS", "PUSH", "IN_APP", "WECHAT", "CONSOLE")
_MINUTES = re.compile(r"[1-9][0-9]{0,3}")
# A day and a half is long enough for whoever plans a rota; a longer wait is a slip.
_LONGEST_WAIT = 2160
_MOST_RUNGS = 8


class LadderNotRead(Exception):
    """The text is no ladder."""


def read_ladder(text: str) -> tuple[Rung, ...]:
    """Return the rungs of a ladder, the first to be reached first.

    A rung is whom it reaches, the minutes it waits there, then the channels to be tried
    in order if not each person's own, then QUIET if it keeps quiet hours.

    :raises LadderNotRead: when a part is none of these, a rung comes twice, or there
        are too many.
    """
    if text == NONE:
        return ()
    rungs = tuple(_rung(part.split()) for part in text.split(";"))
    if len(rungs) > _MOST_RUNGS or len({one.whom for one in rungs}) != len(rungs):
        raise LadderNotRead
    return rungs


def _rung(words: list[str]) -> Rung:
    is_quiet = bool(words) and words[-1] == QUIET
    match words[:-1] if is_quiet else words:
        case [whom, minutes]:
            channels = ""
        case [whom, minutes, channels]:
            pass
        case _:
            raise LadderNotRead
    return Rung(
        whom=_whom(whom),
        wait=_wait(minutes),
        channels=_channels(channels),
        is_quiet_at_night=is_quiet,
    )


def _whom(text: str) -> Whom:
    try:
        return Whom(text)
    except ValueError:
        raise LadderNotRead from None


def _wait(text: str) -> dt.timedelta:
    if not _MINUTES.fullmatch(text) or int(text) > _LONGEST_WAIT:
        raise LadderNotRead
    return dt.timedelta(minutes=int(text))


def _channels(text: str) -> tuple[str, ...]:
    found = tuple(text.split(">")) if text else ()
    if set(found) - set(CHANNELS) or len(set(found)) != len(found):
        raise LadderNotRead
    return found
