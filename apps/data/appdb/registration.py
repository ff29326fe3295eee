"""What the slice adds to the area and the shell. AppDB collections and documents."""

from __future__ import annotations

from apps.core.navigation import Area, NavigationPage, register_area
from apps.core.palette import PaletteAction, register_action
from apps.data.appdb.deleting import DeleteDocuments
from apps.data.appdb.importing import ImportDocuments
from apps.jobs.kinds import register_kind


def register() -> None:
    """Register the slice; called once, when the area is ready."""
    page = NavigationPage("Collections", "data:appdb_collections", keywords="appdb app db documents json apps")
    register_area(Area(key="data", label="Data", icon="database", order=10, pages=[page]))
    register_action(
        PaletteAction(
            "Open an AppDB collection", "stack-2", "data:appdb_collections", keywords="app db documents json", order=45
        )
    )
    register_kind(DeleteDocuments)
    register_kind(ImportDocuments)
