from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0004_history_index'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='jobitem',
            name='item_next',
        ),
        migrations.RemoveIndex(
            model_name='jobitem',
            name='item_order',
        ),
        migrations.RemoveIndex(
            model_name='jobitem',
            name='item_cause',
        ),
        migrations.AddIndex(
            model_name='jobitem',
            index=models.Index(fields=['job', 'state', 'stage', 'position', 'id'], name='item_next'),
        ),
        migrations.AddIndex(
            model_name='jobitem',
            index=models.Index(fields=['job', 'stage', 'position', 'id'], name='item_order'),
        ),
        migrations.AddIndex(
            model_name='jobitem',
            index=models.Index(condition=models.Q(('state__in', ('failed', 'unknown'))), fields=['job', 'state', 'cause', 'id'], name='item_cause'),
        ),
    ]
