"""Clean the indexes of what waits each time their tables are vacuumed, and in good time.

PostgreSQL leaves the indexes alone while less than 2 % of the pages of a table hold dead
rows: in a table of years, a million messages that have left. What is due is found by an
index of what waits, and every sweep would walk past all of them.
"""

from django.db import migrations

# Rows come in, wait, and are done with; the rest of the table is history.
TABLES = ("infusion_message", "infusion_checkin")
_TIDY = """
ALTER TABLE {} SET (
    vacuum_index_cleanup = on,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 50000
)
"""
_AS_BEFORE = """
ALTER TABLE {} RESET (
    vacuum_index_cleanup,
    autovacuum_vacuum_scale_factor,
    autovacuum_vacuum_threshold
)
"""


class Migration(migrations.Migration):
    """Sets how tables are vacuumed of which only a few rows wait."""

    dependencies = [("infusion", "0030_unread_answers")]

    operations = [
        migrations.RunSQL(_TIDY.format(table), _AS_BEFORE.format(table))
        for table in TABLES
    ]
