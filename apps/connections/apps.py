from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    """Upstream connections with their sealed secrets."""

    name = "apps.connections"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Connections"

    def ready(self) -> None:
        """Register the system checks."""
        from apps.connections import checks  # noqa: F401 - registers by being imported
