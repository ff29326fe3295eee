import django.db.models.fields.json
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0001_initial'),
        ('jobs', '0003_undo_source'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='job',
            name='job_newest',
        ),
        migrations.AddField(
            model_name='job',
            name='failed_items',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('failed', 'counts'), models.IntegerField()), models.Value(0)), output_field=models.IntegerField()),
        ),
        migrations.AddField(
            model_name='job',
            name='unknown_items',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('unknown', 'counts'), models.IntegerField()), models.Value(0)), output_field=models.IntegerField()),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(fields=['-created_at', '-id', 'state', 'kind', 'connection', 'connection_slug', 'actor', 'actor_name', 'title', 'total', 'failed_items', 'unknown_items'], name='job_history'),
        ),
    ]
