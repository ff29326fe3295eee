from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, roles, sign-in and preferences."""

    name = "apps.accounts"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Accounts"
