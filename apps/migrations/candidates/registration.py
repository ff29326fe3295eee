"""What the slice adds to the area and the shell. What could be migrated, and the mapping of it."""

from __future__ import annotations

from apps.core.palette import PaletteAction, register_action
from domoadmin.services.roles import Role


def register() -> None:
    """Register the slice; called once, when the area is ready."""
    register_action(
        PaletteAction(
            "Migrate federated datasources",
            "arrows-exchange",
            "migrations:choose",
            least=Role.SUPPORT,
            keywords="wave federated v1 v2 amplifier reverse",
            order=25,
        )
    )
