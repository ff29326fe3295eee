"""Start-up of the audit trail."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    """The append-only record of every change made through DomoAdmin."""

    name = "apps.audit"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Audit trail"

    def ready(self) -> None:
        """Listen to what happens to people; give an empty trail its head, also after a database was emptied."""
        from apps.accounts.signals import person_changed
        from apps.audit.people import record_person

        person_changed.connect(record_person, dispatch_uid="audit.people")
        post_migrate.connect(_start_chain, sender=self, dispatch_uid="audit.chain")


def _start_chain(using: str = "default", plan: object = None, **details: Any) -> None:
    from django.db import connections

    from apps.audit import chain
    from apps.audit.models import AuditHead

    # Not when the migration that makes the head was undone.
    if AuditHead._meta.db_table in connections[using].introspection.table_names():
        chain.start_chain()
