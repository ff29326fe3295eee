from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The UI kit: page types, remote tables, panels and forms; no models of its own."""

    name = "apps.core"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Kit"
