"""When a message was kept back, by the clock of the service."""

import datetime as dt

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the instant; what was kept back before has the day it came."""

    dependencies = [
        ("infusion", "0020_muting"),
    ]

    operations = [
        migrations.AddField(
            model_name="keptback",
            name="at",
            field=models.DateTimeField(
                default=dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
            ),
            preserve_default=False,
        ),
    ]
