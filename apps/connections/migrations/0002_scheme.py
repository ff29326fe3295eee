from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forget_unused_schemes(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A Domain API's token has always been sent bare; the column held the default all the same."""
    apps.get_model("connections", "Connection").objects.exclude(kind="domoscio").update(scheme="")


class Migration(migrations.Migration):
    dependencies = [("connections", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="connection",
            name="scheme",
            field=models.CharField(
                blank=True,
                choices=[("Bearer", "Bearer <token>"), ("Token token=", "Token token=<token>")],
                default="",
                max_length=16,
                verbose_name="authorization scheme",
            ),
        ),
        migrations.RunPython(forget_unused_schemes, migrations.RunPython.noop),
    ]
