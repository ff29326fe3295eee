from django.apps import AppConfig


class MigrationsConfig(AppConfig):
    """Federated datasources to V2 and to Cloud Amplifier, there and back."""

    name = "apps.migrations"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Migrations"

    def ready(self) -> None:
        """Let each slice add its pages, palette entries, panels and kinds of jobs."""
        from apps.migrations.candidates import registration as candidates
        from apps.migrations.federated import registration as federated
        from apps.migrations.waves import registration as waves

        # The sidebar shows their pages in this order.
        for each in (
            federated,
            candidates,
            waves,
        ):
            each.register()
