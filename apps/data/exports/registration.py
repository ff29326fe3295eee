"""What exports add to the area and the shell: their kinds of jobs, their page, the ways that lead to a new one."""

from __future__ import annotations

from apps.core.navigation import Area, NavigationPage, register_area
from apps.core.palette import PaletteAction, register_action
from apps.data.datasets.page import DatasetMenuItem, register_dataset_menu_item
from apps.data.datasets.selection import DATASETS
from apps.data.exports.file_jobs import FileExportKind
from apps.data.exports.s3_jobs import S3ExportKind
from apps.data.exports.s3_views import begin_selection
from apps.jobs.bulk.selection_pages import SelectionPage, register_selection_page
from apps.jobs.kinds import register_kind
from domoadmin.services.roles import Role


def register() -> None:
    """Register the slice; called once, when the area is ready."""
    register_kind(S3ExportKind)
    register_kind(FileExportKind)
    register_area(
        Area(
            key="data",
            label="Data",
            icon="database",
            order=10,
            pages=[NavigationPage("Exports", "data:exports", keywords="s3 bucket csv parquet file download aws")],
        )
    )
    register_dataset_menu_item(DatasetMenuItem("Export to a file", "file-export", "data:export_file", 60))
    register_dataset_menu_item(DatasetMenuItem("Export to S3", "cloud-upload", "data:export_s3", 61))
    register_selection_page(
        SelectionPage("export-s3", "Export to S3", "cloud-upload", "dataset", DATASETS, Role.STEWARD, begin_selection)
    )
    register_action(
        PaletteAction(
            "Export a dataset",
            "file-export",
            "data:exports_new",
            least=Role.STEWARD,
            keywords="s3 bucket csv parquet file download aws",
            order=30,
        )
    )
