"""Reads whether the background parts are alive and keep up."""

import datetime as dt

from django.db import connection

from infusion import models
from infusion.domain.delivery import Outcome
from infusion.domain.pulse import Pulse

# More are not counted: that many say enough.
MOST_COUNTED = 10_000
# The last tries with any provider, of this span only.
LAST_TRIES = 200
TRIES_WITHIN = dt.timedelta(minutes=15)
_FAILED = {Outcome.RETRY, Outcome.REFUSED, Outcome.UNKNOWN}

# A walk over the index of what is owed, site by site: what is due later is not read.
# What waits for a retry or for the end of quiet hours is not late.
_DUE = """
WITH RECURSIVE site (id) AS (
    (SELECT site_id FROM infusion_message WHERE status = 'PENDING'
     ORDER BY site_id LIMIT 1)
    UNION ALL
    SELECT (SELECT site_id FROM infusion_message
            WHERE status = 'PENDING' AND site_id > site.id
            ORDER BY site_id LIMIT 1)
    FROM site WHERE site.id IS NOT NULL
)
SELECT min(owed.at), count(owed.at)
FROM site, LATERAL (
    SELECT coalesce(not_before, due_at) AS at FROM infusion_message
    WHERE status = 'PENDING' AND site_id = site.id
      AND coalesce(not_before, due_at) <= %(now)s
    ORDER BY coalesce(not_before, due_at) LIMIT %(most)s
) AS owed
WHERE site.id IS NOT NULL
"""


def read_pulse(now: dt.datetime) -> Pulse:
    """Return what is seen of the background at an instant; three bounded queries."""
    beats = models.Heartbeat.objects.values_list("name", "at")
    oldest, due = _due(now)
    outcomes = _outcomes(now)
    return Pulse(
        ages={name: now - at for name, at in beats},
        owed_for=now - oldest if oldest else None,
        due=due,
        tries=len(outcomes),
        failed=sum(outcome in _FAILED for outcome in outcomes),
    )


def _due(now: dt.datetime) -> tuple[dt.datetime | None, int]:
    """Return since when the oldest due message waits, and how many are due."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"now": now, "most": MOST_COUNTED})
        oldest, number = cursor.fetchone()
    return oldest, number


def _outcomes(now: dt.datetime) -> list[str]:
    # Ids follow the order in which rows are made, so no index by time is needed.
    rows = models.MessageAttempt.objects.order_by("-id")
    last = rows.values_list("at", "outcome")[:LAST_TRIES]
    return [outcome for at, outcome in last if now - at <= TRIES_WITHIN]
