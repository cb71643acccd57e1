"""Clean the indexes of the messages each time their table is vacuumed, and in good time.

PostgreSQL leaves the indexes alone while less than 2 % of the pages of a table hold dead
rows: in a table of years, a million messages that have left. What is due is found by an
index of what waits, and every sweep would walk past all of them.
"""

from django.db import migrations

_TIDY = """
ALTER TABLE infusion_message SET (
    vacuum_index_cleanup = on,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 50000
)
"""
_AS_BEFORE = """
ALTER TABLE infusion_message RESET (
    vacuum_index_cleanup,
    autovacuum_vacuum_scale_factor,
    autovacuum_vacuum_threshold
)
"""


class Migration(migrations.Migration):
    """Sets how the table of messages is vacuumed."""

    dependencies = [("infusion", "0030_unread_answers")]

    operations = [migrations.RunSQL(_TIDY, _AS_BEFORE)]
