"""Remembers which outside ids one import has met, in the database and not in memory."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from django.db import connection

_CREATE = """
    CREATE TEMPORARY TABLE fhir_import_seen (
        kind text, source_id text, digest text, PRIMARY KEY (kind, source_id)
    )
"""
_CLAIM = """
    INSERT INTO fhir_import_seen (kind, source_id, digest)
    SELECT %s, claimed.source_id, claimed.digest
    FROM unnest(%s::text[], %s::text[]) AS claimed (source_id, digest)
    ON CONFLICT DO NOTHING
    RETURNING source_id, digest
"""
_LOOK_UP = "SELECT digest FROM fhir_import_seen WHERE kind = %s AND source_id = %s"


class Seen:
    """A temporary table of kind, id and digest; it lives as long as the import."""

    def __enter__(self) -> Self:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS fhir_import_seen")
            cursor.execute(_CREATE)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # After an error the transaction may be unusable; the session drops the table.
        if error is None:
            with connection.cursor() as cursor:
                cursor.execute("DROP TABLE IF EXISTS fhir_import_seen")

    def claim(self, kind: str, pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
        """Note ids with their digest; return those met for the first time."""
        ids, digests = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [kind, ids, digests])
            return dict(cursor.fetchall())

    def digest_of(self, kind: str, source_id: str) -> str:
        """Return the digest an id was first met with."""
        with connection.cursor() as cursor:
            cursor.execute(_LOOK_UP, [kind, source_id])
            found = cursor.fetchone()
        return found[0] if found else ""
