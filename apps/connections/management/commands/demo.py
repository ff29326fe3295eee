"""manage.py demo: the demo accounts and connections of the embedded default."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.accounts.demo import load_demo_people
from apps.connections.demo import load_demo_connections


class Command(BaseCommand):
    """Makes what is missing; what people have changed since stays, but for the sandbox's address and token."""

    help = "Make the demo accounts and, where the embedded sandbox runs, the demo connections. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the demo, or refuse outside the embedded default."""
        if not settings.EMBEDDED:
            raise CommandError(
                "The demo accounts have public passwords: they exist in the embedded default only "
                "(DOMOADMIN_ENVIRONMENT=embedded)."
            )
        made = [*load_demo_people(), *load_demo_connections(settings.SERVICES)]
        if options["verbosity"] > 0:
            self.stdout.write(f"Made or updated: {', '.join(made)}." if made else "The demo is already there.")
