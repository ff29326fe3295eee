"""What the slice adds to the area and the shell. Waves: run, report, history."""

from __future__ import annotations

from apps.core.object_pages import register_object_page


def register() -> None:
    """Register the slice; called once, when the area is ready."""
    register_object_page("datasource_migrations", "migrations:datasource", "datasource_id")
