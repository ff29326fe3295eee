"""What the slice adds to the area and the shell. Waves: run, report, history."""

from __future__ import annotations

from apps.core.home import HomePanel, register_panel
from apps.core.object_pages import register_object_page
from domoadmin.services.roles import Role


def register() -> None:
    """Register the slice; called once, when the area is ready."""
    register_panel(HomePanel("migrations", "Migrations", "migrations:home", "side", 40, Role.SUPPORT, rows=2))
    register_object_page("datasource_migrations", "migrations:datasource", "datasource_id")
