"""What the slice adds to the area and the shell. Domains."""

from __future__ import annotations

from apps.connections.models import Kind
from apps.core.home import HomePanel, register_panel
from apps.core.navigation import Area, NavigationPage, register_area
from apps.core.object_pages import register_object_page
from apps.core.palette import register_source
from apps.governance.domains.jobs import SetDomainLimits
from apps.governance.domains.palette import find_domains
from apps.jobs.bulk import register_bulk_action


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
                    "Domains",
                    "governance:domains_list",
                    kinds=(Kind.DOMAINS.value,),
                    keywords="domain tree subdomains limits custom data move",
                )
            ],
        )
    )
    register_object_page("domain", "governance:domain_show", "domain_id")
    register_source(find_domains)
    register_bulk_action(SetDomainLimits)
    register_panel(
        HomePanel(
            "domains-top",
            "Topmost domains",
            "governance:domains_topmost",
            kinds=(Kind.DOMAINS.value,),
            order=10,
            rows=4,
        )
    )
