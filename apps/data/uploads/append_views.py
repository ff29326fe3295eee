"""Append single rows: typed into a grid that knows the schema, sent by the same upload as a file."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.data.datasets.side_by_side import answer_of, side_by_side
from apps.data.uploads.grid import Grid
from apps.data.uploads.jobs import create_upload_job
from apps.data.uploads.planning import schema_columns
from apps.jobs import service as jobs
from apps.staging import service as staging
from domoadmin.services.results import Dataset
from domoadmin.services.roles import Role

SECONDS = 30.0
# What Grid.csv() writes; two columns may have the same name, so they are matched by their places.
READING = {"encoding": "utf-8", "delimiter": ",", "quote": '"', "header": True}
BY_POSITION = {"by_position": True}


@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def append(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Show the grid; on POST check every cell, stage the rows and let them be checked as an upload."""
    client = connection.client()
    calls = [lambda: client.datasets.get_metadata(dataset_id), lambda: schema_columns(client, dataset_id)]
    dataset, columns = (answer_of(each) for each in side_by_side(client, SECONDS, calls))
    grid = Grid.posted(columns, request.POST) if request.method == "POST" else Grid(columns)
    if request.method == "GET":
        return _page(request, connection, dataset, grid)
    if dataset.writable is False:
        return _page(request, connection, dataset, grid, "This token may not write to the dataset.", 422)
    if grid.problem:
        return _page(request, connection, dataset, grid, grid.problem, 422)
    count = len(grid.filled)
    name = f"{count} typed {'row' if count == 1 else 'rows'}.csv"
    try:
        file = staging.stage_pieces([grid.csv()], name, request.user)
    except staging.StagingRefused as refusal:
        return _page(request, connection, dataset, grid, str(refusal), refusal.status)
    job = create_upload_job(
        file=file,
        dataset=dataset,
        connection=connection,
        actor=request.user,
        source="page",
        params={"action": "APPEND", "dialect": READING, "mapping": BY_POSITION},
    )
    jobs.start_planning(job)
    return redirect(reverse("data:upload_check", args=[connection.slug, job.pk]))


def _page(
    request: ConnectionRequest,
    connection: Connection,
    dataset: Dataset,
    grid: Grid,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {"connection": connection, "dataset": dataset, "grid": grid, "problem": problem}
    return render(request, "data/uploads/append.html", context, status=status)
