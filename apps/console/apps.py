from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Single calls to the upstream: the API console and `manage.py call`."""

    name = "apps.console"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "API console"

    def ready(self) -> None:
        """Add the console to navigation and palette."""
        from apps.console.registration import register

        register()
