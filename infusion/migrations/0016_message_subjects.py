"""Let a message be about anything: name its event and its subject, with or without a bag."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

# What is stored speaks of bags, or is the notice of a sign-off or of an alert.
_FILL = """
UPDATE infusion_message SET
    event = CASE kind WHEN 'infusion_end_24h' THEN 'INFUSION_END'
                      WHEN 'readiness_voided' THEN 'SIGNATURES_VOID'
                      WHEN 'alert_raised' THEN 'ALERT'
                      ELSE 'BAG_CHANGE' END,
    subject_kind = CASE kind WHEN 'readiness_voided' THEN 'SIGN_OFF'
                             WHEN 'alert_raised' THEN 'ALERT'
                             ELSE 'BAG' END,
    subject_id = coalesce(
        CASE kind
            WHEN 'readiness_voided' THEN (
                SELECT id FROM infusion_signoff
                WHERE course_id = infusion_message.course_id
                  AND voided_at = infusion_message.event_at LIMIT 1)
            WHEN 'alert_raised' THEN (
                SELECT infusion_alert.id FROM infusion_alert
                JOIN infusion_alertstep ON infusion_alertstep.alert_id = infusion_alert.id
                WHERE infusion_alert.course_id = infusion_message.course_id
                  AND infusion_alertstep.at = infusion_message.event_at LIMIT 1)
        END, bag_id),
    is_urgent = kind IN (
        'bag_change_2h', 'bag_change_overdue', 'readiness_voided', 'alert_raised')
"""


class Migration(migrations.Migration):
    dependencies = [("infusion", "0015_alert_ladders")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="event",
            field=models.CharField(max_length=24, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="message",
            name="subject_kind",
            field=models.CharField(max_length=10, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="message",
            name="subject_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="is_urgent",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="message",
            name="subject_id",
            field=models.UUIDField(),
        ),
        migrations.AlterField(
            model_name="message",
            name="bag",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="infusion.bag",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="course",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="infusion.course",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="plan_version",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="infusion.planversion",
            ),
        ),
        migrations.RemoveConstraint(model_name="message", name="message_once"),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "CANCELLED"), _negated=True),
                fields=(
                    "subject_id",
                    "kind",
                    "event_at",
                    "patient",
                    "user",
                    "channel",
                ),
                name="message_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                models.F("site"),
                django.db.models.functions.comparison.Coalesce("not_before", "due_at"),
                condition=models.Q(("is_urgent", True), ("status", "PENDING")),
                name="message_urgent",
            ),
        ),
    ]
