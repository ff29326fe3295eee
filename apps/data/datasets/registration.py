"""What datasets add to the shell: the pages of the area, the palette, the home page."""

from __future__ import annotations

from apps.core.home import HomePanel, register_panel
from apps.core.navigation import Area, NavigationPage, register_area
from apps.core.object_pages import register_object_page
from apps.core.palette import PaletteAction, register_action, register_source
from apps.data.datasets import job_access, jobs
from apps.data.datasets.page import (
    DatasetMenuItem,
    DatasetPanel,
    register_dataset_menu_item,
    register_dataset_panel,
)
from apps.data.datasets.palette import find_datasets
from apps.jobs.bulk import register_bulk_action
from domoadmin.services.roles import Role

BULK_ACTIONS = (
    jobs.Certify,
    job_access.Share,
    jobs.Tag,
    jobs.Decertify,
    job_access.Revoke,
    jobs.Untag,
    jobs.Reindex,
    jobs.RunStream,
)

PANELS = (
    DatasetPanel("preview", "Preview", "data:dataset_preview", "wide", 10, rows=8, columns=4),
    DatasetPanel("schema", "Schema", "data:dataset_schema", "wide", 20, rows=8),
    DatasetPanel("access", "Access", "data:dataset_access", "narrow", 10, rows=5),
    DatasetPanel("versions", "Data versions", "data:dataset_versions", "narrow", 20, rows=5, columns=3),
    DatasetPanel("cards", "Cards", "data:dataset_cards", "wide", 25, columns=3),
    DatasetPanel("index", "Index", "data:dataset_index", "narrow", 28, rows=1),
    DatasetPanel("beast-modes", "Beast Modes", "data:dataset_beast_modes", "wide", 50, rows=4, columns=1),
    DatasetPanel("activity", "Activity", "data:dataset_activity", "wide", 60, rows=5),
    DatasetPanel("jobs", "Jobs", "data:dataset_jobs", "narrow", 90, rows=2, columns=3, local=True),
    DatasetPanel(
        "records",
        "Audit records",
        "data:dataset_records",
        "narrow",
        95,
        rows=3,
        columns=3,
        least=Role.ADMIN,
        local=True,
    ),
)

MENU = (
    DatasetMenuItem("Share", "share", "data:dataset_share", 5, in_dialog=True),
    DatasetMenuItem(
        "Certify",
        "rosette-discount-check",
        "data:dataset_certify",
        10,
        in_dialog=True,
        applies=lambda facts: facts.certification != "certified",
    ),
    DatasetMenuItem(
        "Remove certification",
        "circle-minus",
        "data:dataset_decertify",
        10,
        in_dialog=True,
        applies=lambda facts: facts.certification != "",
    ),
    DatasetMenuItem("Index now", "refresh", "data:dataset_index_now", 15, in_dialog=True),
    DatasetMenuItem("What depends on it", "network", "data:dataset_dependents", 90, Role.VIEWER, in_dialog=True),
)


def register() -> None:
    """Register the slice; called once, when the area is ready."""
    register_area(
        Area(
            key="data",
            label="Data",
            icon="database",
            order=10,
            pages=[
                NavigationPage("Datasets", "data:datasets_list", keywords="tables sources upload csv", shortcut="d"),
            ],
        )
    )
    for panel in PANELS:
        register_dataset_panel(panel)
    for item in MENU:
        register_dataset_menu_item(item)
    for action in BULK_ACTIONS:
        register_bulk_action(action)
    register_source(find_datasets)
    register_object_page("dataset", "data:dataset_show", "dataset_id")
    register_action(
        PaletteAction(
            "Find a dataset to upload to",
            "upload",
            "data:datasets_list",
            least=Role.STEWARD,
            keywords="csv file append replace upload",
            order=10,
        )
    )
    register_panel(HomePanel("datasets", "Datasets", "data:datasets_health", place="top", order=10, rows=1))
