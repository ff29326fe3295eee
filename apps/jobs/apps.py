"""Start-up of the jobs."""

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings


class JobsConfig(AppConfig):
    """Durable work: jobs, their items and events."""

    name = "apps.jobs"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Jobs"

    def ready(self) -> None:
        """Load the wiring of the broker, so that web processes and commands send to the same one as workers read."""
        import_module(settings.JOB_MESSAGES)
