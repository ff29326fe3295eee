"""What uploads add to the rest: their kind of job, and the grid in the menu of a dataset's page."""

from __future__ import annotations

from apps.data.datasets.page import DatasetMenuItem, register_dataset_menu_item
from apps.data.uploads.jobs import UploadKind
from apps.jobs.kinds import register_kind


def register() -> None:
    """Register the slice; called once, when the area is ready."""
    register_kind(UploadKind)
    register_dataset_menu_item(
        DatasetMenuItem(
            "Append rows", "table", "data:rows_append", 5, applies=lambda facts: facts.writable is not False
        )
    )
