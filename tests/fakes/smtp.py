"""A real SMTP server on the loopback that does what a test asks of it."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP

logging.getLogger("mail.log").setLevel(logging.WARNING)

TAKE = "take"
REFUSE = "refuse"
BUSY = "busy"
REFUSE_RECIPIENT = "refuse_recipient"
HANG = "hang"
DROP_AFTER_CONTENT = "drop_after_content"


@dataclass
class MailServer:
    """Keeps what it took; behaves by the recipient's address, else as always."""

    always: str = TAKE
    by_address: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    mails: list[EmailMessage] = field(default_factory=list)
    port: int = 0

    def behaviour(self, address: str) -> str:
        return self.by_address.get(address, self.always)

    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails]

    def addresses(self) -> list[str]:
        return [str(mail["To"]) for mail in self.mails]

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.behaviour(address) == REFUSE_RECIPIENT:
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        does = self.behaviour(envelope.rcpt_tos[0])
        if does == BUSY:
            return "451 4.7.1 Try again later"
        if does == REFUSE:
            return "554 5.6.0 Not wanted"
        if does == HANG:
            await asyncio.sleep(60)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        # Taken when the content is here: what follows is about the answer only.
        self.mails.append(mail)  # type: ignore[arg-type]
        await asyncio.sleep(self.seconds)
        if does == DROP_AFTER_CONTENT:
            server.transport.abort()
        return "250 OK"


@contextmanager
def mail_server(**options: Any) -> Iterator[MailServer]:
    """Run a server in a thread of its own and say which port it took."""
    keeper = MailServer(**options)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    # In its own thread from the start: a test run that holds a browser has a loop
    # running in this one already.
    listening = asyncio.run_coroutine_threadsafe(_begin(keeper), loop).result(5)
    keeper.port = listening.sockets[0].getsockname()[1]
    try:
        yield keeper
    finally:
        asyncio.run_coroutine_threadsafe(_end(listening), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _begin(keeper: MailServer) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: SMTP(keeper, loop=loop), "127.0.0.1", 0)


async def _end(listening: asyncio.Server) -> None:
    listening.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
