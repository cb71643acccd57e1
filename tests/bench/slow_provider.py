"""A provider that takes as long as it is told and costs next to nothing itself.

``python -m tests.bench.slow_provider PORT SECONDS``; it answers every request with an id.
"""

import asyncio
import itertools
import sys

_NUMBERS = itertools.count(1)


async def serve(port: int, seconds: float) -> None:
    """Answer until the process is ended."""

    async def answer(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while await _request(reader):
                await asyncio.sleep(seconds)
                body = b'{"sid": "id-%d"}' % next(_NUMBERS)
                head = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
                length = b"Content-Length: %d\r\n\r\n" % len(body)
                writer.write(head + length + body)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port, backlog=500)
    await server.serve_forever()


async def _request(reader: asyncio.StreamReader) -> bool:
    """Read a request to its end, and say whether there was one."""
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            await reader.readexactly(int(line.partition(b":")[2]))
    return True


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
