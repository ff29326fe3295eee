from django.apps import AppConfig


class StagingConfig(AppConfig):
    """Files that wait between a person and an upstream, kept in chunks on the staging storage."""

    name = "apps.staging"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Staged files"
