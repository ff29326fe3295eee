"""All rows of a statement as CSV: streamed to the browser, or written by a job."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_POST

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.exports import csv_response
from apps.data.queries import history
from apps.data.queries.jobs import QueryDownloadKind, file_of, start_download
from apps.data.queries.models import QueryRun, RunState
from apps.data.queries.results import streamed
from apps.data.queries.running import failure_of_reading
from apps.data.queries.sql import NotReadable, reading_statement
from apps.data.queries.views import ConsoleDataset, console_page, known_name, read_dataset, row_cap
from apps.jobs.access import may_see
from apps.jobs.models import Job
from apps.staging import service as staging
from domoadmin.services.errors import BadRequest, Unprocessable, UpstreamError
from domoadmin.services.roles import Role


@require_POST
@connection_view(Role.STEWARD)
def result_csv(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponseBase:
    """Stream every row of a statement as CSV, in bounded memory."""
    try:
        statement = reading_statement(request.POST.get("sql", ""))
    except NotReadable as refusal:
        return _refused(request, connection, dataset_id, {"refusal": str(refusal)}, 422)
    name = known_name(request, connection, dataset_id)
    run = history.begin(request.user, connection, dataset_id, statement, name=name, download=True)
    lines = _recorded(run, streamed(connection.client(), dataset_id, statement))
    try:
        header = next(lines)
        return csv_response(f"{_file_name(name, dataset_id)}.csv", [str(column) for column in header], lines)
    except UpstreamError as error:
        rejected = isinstance(error, BadRequest | Unprocessable)
        failure = failure_of_reading(error)
        context = {"failure": failure, "rejected": rejected}
        return _refused(request, connection, dataset_id, context, 422 if rejected else failure.status)


@require_POST
@connection_view(Role.STEWARD)
def result_job(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Write every row of a statement to a file by a job, which goes on when the page is closed."""
    try:
        statement = reading_statement(request.POST.get("sql", ""))
    except NotReadable as refusal:
        return _refused(request, connection, dataset_id, {"refusal": str(refusal)}, 422)
    name = known_name(request, connection, dataset_id)
    job = start_download(request.user, connection, dataset_id, name, statement, _file_name(name, dataset_id))
    return HttpResponseRedirect(job.get_absolute_url())


@require_GET
@connection_view(Role.STEWARD)
def job_file(request: ConnectionRequest, connection: Connection, job_id: UUID) -> StreamingHttpResponse:
    """Hand out the file that a job wrote."""
    job = get_object_or_404(Job, pk=job_id, kind=QueryDownloadKind.name, connection=connection)
    file = file_of(job) if may_see(job, request.user) else None
    if file is None:
        raise Http404("This job has written no file, or its time is over.")
    response = StreamingHttpResponse(staging.StagedSource(file).open(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=job.params["file_name"] + ".csv") or ""
    )
    response.headers["Content-Length"] = str(file.size)
    response.headers["Cache-Control"] = "no-store"
    return response


def _file_name(name: str, dataset_id: str) -> str:
    return f"query-{slugify(name)[:60] or dataset_id[:8]}"


def _recorded(run: QueryRun, lines: Iterator[list[Any]]) -> Iterator[list[Any]]:
    """Hand the header and the rows on; write down in the history how many there were, and how it ended."""
    began, count = time.monotonic(), -1

    def ended(state: RunState, error: str = "", request_id: str | None = None) -> None:
        seconds = time.monotonic() - began
        history.end(run, state, seconds=seconds, rows=max(count, 0), error=error, request_id=request_id)

    try:
        for line in lines:
            count += 1
            yield line
    except UpstreamError as error:
        ended(RunState.FAILED, str(error), error.request_id)
        raise
    except GeneratorExit:
        ended(RunState.CANCELLED)
        raise
    ended(RunState.SUCCEEDED)


def _refused(
    request: ConnectionRequest, connection: Connection, dataset_id: str, context: dict[str, Any], status: int
) -> HttpResponse:
    """Show the console again with what was typed and why there is no file."""
    try:
        dataset = read_dataset(request, connection, dataset_id)
    except UpstreamError:
        dataset = ConsoleDataset(known_name(request, connection, dataset_id))
    return console_page(
        request,
        connection,
        dataset_id,
        dataset,
        request.POST.get("sql", ""),
        extra=context,
        rows=row_cap(request.POST.get("rows", "")),
        status=status,
    )
