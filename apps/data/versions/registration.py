"""What versions and partitions add: a panel and menu entries of a dataset's page, and their bulk actions."""

from __future__ import annotations

from apps.data.datasets.page import DatasetMenuItem, DatasetPanel, register_dataset_menu_item, register_dataset_panel
from apps.data.versions import jobs
from apps.jobs.bulk import register_bulk_action
from domoadmin.services.roles import Role


def register() -> None:
    """Register the slice; called once, when the area is ready."""
    register_dataset_panel(
        DatasetPanel("partitions", "Partitions", "data:dataset_partitions", "narrow", 25, rows=2, columns=3)
    )
    register_dataset_menu_item(DatasetMenuItem("Data versions", "versions", "data:versions", 40, Role.VIEWER))
    register_dataset_menu_item(DatasetMenuItem("Partitions", "stack-2", "data:partitions", 41, Role.VIEWER))
    for action in (jobs.DeleteVersions, jobs.DeletePartitionData, jobs.DeletePartitionTags):
        register_bulk_action(action)
