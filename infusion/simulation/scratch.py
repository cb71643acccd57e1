"""Databases of the simulation's own, beside the configured one, and gone afterwards.

Nothing of the configured database is read or written: it is only where the server is.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from django.db import connection
from psycopg import sql

PREFIX = "simulation_"


class ScratchRefused(Exception):
    """No database for the simulation can be made; the reason is a sentence."""


@contextmanager
def scratch_databases(count: int) -> Iterator["Scratch"]:
    """Yield databases that are made when asked for, and drop them all.

    :raises ScratchRefused: when the server can't be reached or lets nobody make one.
    """
    made = Scratch(count)
    try:
        yield made
    finally:
        made.drop()


class Scratch:
    """Empty databases of one run: the first is filled, the others are its copies."""

    def __init__(self, count: int) -> None:
        run = secrets.token_hex(4)
        self.names: Sequence[str] = [f"{PREFIX}{run}_{n}" for n in range(count)]

    @property
    def first(self) -> str:
        """Return the database that the others are copied from."""
        return self.names[0]

    def make_first(self) -> None:
        """Make the first one, empty.

        :raises ScratchRefused: when that is not possible.
        """
        wanted = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'")
        self._run(wanted.format(sql.Identifier(self.first)))

    def copy(self) -> None:
        """Copy the first one to all others; nobody may be connected to it.

        :raises ScratchRefused: when that is not possible.
        """
        wanted = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        first = sql.Identifier(self.first)
        for name in self.names[1:]:
            self._run(wanted.format(sql.Identifier(name), first))

    def drop(self) -> None:
        """Drop all of them, whoever is connected."""
        wanted = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        for name in self.names:
            self._run(wanted.format(sql.Identifier(name)))

    def _run(self, command: sql.Composed) -> None:
        try:
            with self._server() as server:
                server.execute(command)
        except psycopg.errors.InsufficientPrivilege:
            message = (
                "The simulation needs a database of its own, and this account may not "
                "make one. Give it the right (ALTER ROLE ... CREATEDB) or name another "
                "account in DATABASE_URL; it never uses the configured database."
            )
            raise ScratchRefused(message) from None
        except psycopg.OperationalError as error:
            kind = type(error).__name__
            message = f"The simulation can't reach the database server ({kind})."
            raise ScratchRefused(message) from None

    def _server(self) -> psycopg.Connection:
        parts = connection.get_connection_params()
        given = {
            key: parts[key]
            for key in ("dbname", "user", "password", "host", "port")
            if key in parts
        }
        return psycopg.connect(**given, autocommit=True, connect_timeout=5)
