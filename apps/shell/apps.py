from django.apps import AppConfig


class ShellConfig(AppConfig):
    """Navigation, home and the command palette."""

    name = "apps.shell"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Shell"

    def ready(self) -> None:
        """Add the pages that are the same for every connection, and the home page's own panels."""
        from apps.shell.registration import register

        register()
