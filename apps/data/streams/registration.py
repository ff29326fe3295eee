"""What the slice adds to the area and the shell. Streams and connectors."""

from __future__ import annotations

from apps.core.home import HomePanel, register_panel
from apps.core.navigation import Area, NavigationPage, register_area
from apps.core.palette import register_source
from apps.data.datasets.page import DatasetPanel, register_dataset_panel
from apps.data.streams.jobs import LookKind, RunListed
from apps.data.streams.palette import find_streams
from apps.jobs.bulk import register_bulk_action
from apps.jobs.kinds import register_kind


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
                    "Streams", "data:streams_list", keywords="connectors executions failing late schedules run"
                )
            ],
        )
    )
    register_kind(LookKind)
    register_source(find_streams)
    register_bulk_action(RunListed)
    register_dataset_panel(DatasetPanel("stream", "Stream", "data:dataset_stream", "wide", 5, rows=6, columns=4))
    register_panel(HomePanel("streams", "Streams", "data:streams_home", place="main", order=30, rows=2))
