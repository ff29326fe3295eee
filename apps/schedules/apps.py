"""Start-up of the schedules."""

from django.apps import AppConfig


class SchedulesConfig(AppConfig):
    """Work that runs again and again."""

    name = "apps.schedules"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Schedules"
