"""What the slice adds to the area and the shell. Certification."""

from __future__ import annotations

from apps.core.home import HomePanel, register_panel
from apps.core.navigation import Area, NavigationPage, register_area
from apps.core.palette import PaletteAction, register_action
from apps.governance.certification.jobs import CertificationLookKind
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
                    "Certification",
                    "governance:certification_list",
                    keywords="certified coverage reviews queue requests approve decline expiring overdue",
                )
            ],
        )
    )
    register_kind(CertificationLookKind)
    register_panel(
        HomePanel("certification", "Certification", "governance:certification_home", place="side", order=35, rows=2)
    )
    register_action(
        PaletteAction(
            "Ask for a certification",
            "rosette-discount-check",
            "governance:certification_request",
            keywords="certify request review approve",
            order=55,
        )
    )
    register_action(
        PaletteAction(
            "Review certifications",
            "checklist",
            "governance:certification_reviews",
            keywords="queue approve decline overdue expiring",
            order=56,
        )
    )
