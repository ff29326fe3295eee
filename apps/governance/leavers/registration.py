"""What the slice adds to the area and the shell. When somebody leaves."""

from __future__ import annotations

from apps.core.navigation import Area, NavigationPage, register_area
from apps.core.palette import PaletteAction, register_action
from apps.governance.leavers import jobs
from apps.governance.users.page import UserMenuItem, register_user_menu_item
from domoadmin.services.roles import Role


def register() -> None:
    """Register the slice; called once, when the area is ready."""
    jobs.register()
    register_area(
        Area(
            key="governance",
            label="Governance",
            icon="shield-check",
            order=20,
            pages=[
                NavigationPage(
                    "When somebody leaves",
                    "governance:leavers",
                    least=Role.ADMIN,
                    keywords="leaver offboarding hand over owner transfer reassign delete user",
                    also=("governance:leaver_start", "governance:leaver_record"),
                )
            ],
        )
    )
    register_user_menu_item(
        UserMenuItem("When this person leaves", "user-off", "governance:leaver_start", order=90, destructive=True)
    )
    register_action(
        PaletteAction(
            "Hand over what somebody owns",
            "user-off",
            "governance:leavers",
            least=Role.ADMIN,
            keywords="leaver leaves offboarding transfer owner",
            order=15,
        )
    )
