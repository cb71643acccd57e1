"""One procrastinate job a row; ``python -m tests.bench.peer_procrastinate JOBS`` works."""

import asyncio
import os
import sys
from collections.abc import Sequence

import procrastinate
import psycopg

_MARK = """
UPDATE infusion_message SET status = 'SENT', lease_until = NULL, sent_at = now()
WHERE id = %s AND status = 'SENDING'
"""


def make_app(url: str) -> procrastinate.App:
    """Return the app of the peer over a database."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))

    @app.task(name="peers.mark")
    async def mark(message_id: str) -> None:
        connector = app.connector
        assert isinstance(connector, procrastinate.PsycopgConnector)
        async with connector.pool.connection() as session:
            await session.execute(_MARK, [message_id])

    return app


def prepare(url: str, ids: Sequence[str]) -> None:
    """Make the tables of the peer when they are missing, and defer a job a row."""
    with psycopg.connect(url) as session:
        found = session.execute("SELECT to_regclass('procrastinate_jobs')").fetchone()
    asyncio.run(_prepare(url, ids, is_new=found is None or found[0] is None))


async def _prepare(url: str, ids: Sequence[str], *, is_new: bool) -> None:
    app = make_app(url)
    async with app.open_async():
        if is_new:
            await app.schema_manager.apply_schema_async()
        await app.tasks["peers.mark"].batch_defer_async(
            *({"message_id": one} for one in ids)
        )


async def _work(jobs: int) -> None:
    app = make_app(os.environ["DATABASE_URL"])
    async with app.open_async():
        await app.run_worker_async(concurrency=jobs, wait=True)


if __name__ == "__main__":
    asyncio.run(_work(int(sys.argv[1])))
