"""What the slice adds to the area and the shell. Beast Modes."""

from __future__ import annotations

from apps.core.navigation import Area, NavigationPage, register_area
from apps.core.object_pages import register_object_page
from apps.core.palette import PaletteAction, register_action, register_source
from apps.governance.beast_modes.jobs import FormulasKind, LockBeastModes, UnlockBeastModes
from apps.governance.beast_modes.palette import find_beast_modes
from apps.jobs.bulk import register_bulk_action
from apps.jobs.kinds import register_kind


def register() -> None:
    """Register the slice; called once, when the area is ready."""
    register_area(
        Area(
            key="governance",
            label="Governance",
            icon="shield-check",
            order=20,
            pages=[
                NavigationPage(
                    "Beast Modes",
                    "governance:beast_modes_list",
                    keywords="formulas calculations functions lock duplicates statistics",
                )
            ],
        )
    )
    for action in (LockBeastModes, UnlockBeastModes):
        register_bulk_action(action)
    register_kind(FormulasKind)
    register_object_page("beast_mode", "governance:beast_mode_show", "beast_mode_id")
    register_source(find_beast_modes)
    register_action(
        PaletteAction(
            "Find duplicate formulas",
            "copy",
            "governance:beast_modes_duplicates",
            keywords="beast modes same formula twice",
            order=70,
        )
    )
