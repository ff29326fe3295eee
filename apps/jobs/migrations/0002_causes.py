
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from apps.jobs.causes import cause_of

BATCH = 2_000


def fill_causes(apps, schema_editor):
    """Give the failures of earlier releases their cause."""
    items = apps.get_model("jobs", "JobItem").objects.filter(state__in=("failed", "unknown"), cause="")
    while batch := list(items.only("pk", "error_code", "error_text")[:BATCH]):
        for item in batch:
            item.cause = cause_of(item.error_code, item.error_text)
        items.model.objects.bulk_update(batch, ["cause"])


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='job',
            name='retry_unknown_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='jobitem',
            name='cause',
            field=models.CharField(blank=True, default='', max_length=16),
        ),
        migrations.RunPython(fill_causes, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='jobitem',
            index=models.Index(condition=models.Q(('state__in', ('failed', 'unknown'))), fields=['job', 'state', 'cause'], name='item_cause'),
        ),
    ]
