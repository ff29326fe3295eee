"""Start-up of the notifications."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """What people are told."""

    name = "apps.notifications"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Notifications"

    def ready(self) -> None:
        """Listen to the ends of jobs."""
        from apps.jobs.signals import job_ended
        from apps.notifications.job_ends import tell_of_end

        job_ended.connect(tell_of_end, dispatch_uid="notifications.job_ends")
