"""What the activity log adds to the area and the shell: its page, the kind of its exports, the ways that lead there."""

from __future__ import annotations

from apps.core.navigation import Area, NavigationPage, register_area
from apps.core.palette import PaletteAction, register_action
from apps.governance.activity.jobs import ActivityExportKind
from apps.jobs.kinds import register_kind


def register() -> None:
    """Register the slice; called once, when the area is ready."""
    register_kind(ActivityExportKind)
    register_area(
        Area(
            key="governance",
            label="Governance",
            icon="shield-check",
            order=20,
            pages=[NavigationPage("Activity", "governance:activity", keywords="log audit who did what history events")],
        )
    )
    register_action(
        PaletteAction(
            "Export the activity log",
            "file-export",
            "governance:activity_export",
            least=ActivityExportKind.role,
            keywords="audit log csv jsonl parquet download who did what",
            order=40,
        )
    )
