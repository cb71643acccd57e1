"""Take every mail sent to it, keep it as a file and send nothing on."""

import argparse
import asyncio
import itertools
import signal
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from ops.layout import private_folder
from ops.network import LOOPBACK
from ops.stopping import announce

BIGGEST = 10_000_000


class Keeper:
    """Writes each mail to a file of its own."""

    def __init__(self, folder: Path) -> None:
        """Keep mails in this folder."""
        self.folder = private_folder(folder)
        self.numbers = itertools.count(1)

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep one mail and print who it was for, never what it said."""
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        name = self.keep(raw)
        to = ", ".join(envelope.rcpt_tos)
        announce(f"mail to {printable(to)}: {printable(subject_of(raw))} [{name}]")
        return "250 Kept"

    def keep(self, raw: bytes) -> str:
        """Write one mail under a name that sorts by time and return the name."""
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        path = self.folder / f"{moment}-{next(self.numbers):05}.eml"
        partial = path.with_suffix(".part")
        partial.write_bytes(raw)
        partial.replace(path)
        return path.name


def subject_of(raw: bytes) -> str:
    """Return the decoded subject, or nothing for a mail that cannot be read."""
    message = message_from_bytes(raw, policy=policy.default)
    try:
        return str(message.get("Subject", ""))
    except ValueError:
        return ""


def printable(text: str) -> str:
    """Return text that cannot steer a terminal."""
    return "".join(char if char.isprintable() else "?" for char in text)[:120]


async def serve(port: int, folder: Path) -> None:
    """Listen on the loopback interface until asked to stop."""
    loop = asyncio.get_running_loop()
    keeper = Keeper(folder)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    server = await loop.create_server(
        lambda: SMTP(keeper, loop=loop, data_size_limit=BIGGEST, hostname=LOOPBACK),
        LOOPBACK,
        port,
    )
    async with server:
        await stopped.wait()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    given = parser.parse_args()
    asyncio.run(serve(given.port, given.folder))


if __name__ == "__main__":
    main()
