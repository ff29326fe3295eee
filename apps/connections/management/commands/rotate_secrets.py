"""manage.py rotate_secrets: encrypt everything that is sealed with the first key again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models

from apps.audit.recording import record
from apps.connections.sealing import Unsealable, reseal, sealed_with_first_key


def sealed_columns() -> Iterator[tuple[type[models.Model], str]]:
    """Yield (model, column) of every text column named "sealed" or "sealed_…", of whatever app.

    By name, because connections may not import the apps above that seal with its keys too.
    """
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.TextField) and (field.name == "sealed" or field.name.startswith("sealed_")):
                yield model, field.name


class Command(BaseCommand):
    """Re-seals connections' secrets and tokens, and the secrets of waiting jobs."""

    help = (
        "Encrypt all sealed values again with the first key of DOMOADMIN_ENCRYPTION_KEYS. Afterwards older keys "
        "may be removed. Safe to run while DomoAdmin runs, and again. Exit codes: 0 done, 1 something can't be read."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Go through every sealed column, and name the rows that none of the keys opens."""
        renewed, unreadable = 0, []
        for model, column in sealed_columns():
            rows = model._default_manager.exclude(**{column: ""}).values_list("pk", column)
            for key, sealed in rows.iterator():
                if sealed_with_first_key(sealed):
                    continue
                try:
                    fresh = reseal(sealed)
                except Unsealable:
                    unreadable.append(f"{model._meta.verbose_name} {key}")
                    continue
                # Only where the value is still the one that was read: a token renewed meanwhile is newer than ours.
                same = model._default_manager.filter(pk=key, **{column: sealed})
                renewed += same.update(**{column: fresh})
        if renewed:
            record(
                "connections.rotate_secrets",
                actor_name="Command line",
                source="command",
                target_kind="secrets",
                after={"sealed_again": renewed, "unreadable": len(unreadable)},
            )
        self.stdout.write(f"{renewed} sealed again.")
        if unreadable:
            raise CommandError(
                f"None of the keys in DOMOADMIN_ENCRYPTION_KEYS opens: {', '.join(unreadable)}. Add the key that "
                "sealed them behind the first one and run this again, or type those secrets anew."
            )
