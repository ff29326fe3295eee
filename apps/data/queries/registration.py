"""What the slice adds to the area and the shell: the query console, its palette entries, its kind of job."""

from __future__ import annotations

from apps.core.navigation import Area, NavigationPage, register_area
from apps.core.palette import PaletteAction, register_action
from apps.data.queries.jobs import QueryDownloadKind
from apps.jobs.kinds import register_kind
from domoadmin.services.roles import Role


def register() -> None:
    """Register the slice; called once, when the area is ready."""
    register_area(
        Area(
            key="data",
            label="Data",
            icon="database",
            order=10,
            pages=[
                NavigationPage(
                    "Query",
                    "data:query",
                    least=Role.STEWARD,
                    keywords="sql select rows history named",
                    shortcut="q",
                    also=("data:dataset_query", "data:named_queries", "data:query_history"),
                ),
            ],
        )
    )
    for label, url_name, keywords, order in (
        ("Query a dataset with SQL", "data:query", "sql select rows", 20),
        ("Named queries", "data:named_queries", "sql saved shared", 80),
        ("History of my queries", "data:query_history", "sql runs again", 80),
    ):
        register_action(
            PaletteAction(label, "database-search", url_name, least=Role.STEWARD, keywords=keywords, order=order)
        )
    register_kind(QueryDownloadKind)
