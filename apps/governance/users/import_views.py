"""Where a CSV of people is chosen: the columns described, a sample, and what can't be read said at once."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.exports import csv_response
from apps.governance.users.csv_columns import COLUMNS, READ_PAST, SAMPLE
from apps.governance.users.csv_file import MOST_BYTES, MOST_ROWS, FileRefused
from apps.governance.users.import_plan import read_staged
from apps.governance.users.importing import create_import_job, plan_url
from apps.jobs import service as jobs
from apps.staging import service as staging
from apps.staging.models import StagedFile
from domoadmin.services.roles import Role


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN)
def choose(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Take a file and let its rows be checked; a file that can't be read at all is refused here."""
    if request.method == "GET":
        return _form(request, connection)
    try:
        file = _file(request)
    except staging.StagingRefused as refusal:
        return _form(request, connection, str(refusal), refusal.status)
    try:
        read_staged(file)
    except FileRefused as refusal:
        staging.remove(file)
        return _form(request, connection, str(refusal), 422)
    job = create_import_job(connection, request.user, file)
    if not jobs.start_planning(job):
        messages.warning(request, "The message broker can't be reached. The check is made once it can.")
    return HttpResponseRedirect(plan_url(job))


def _form(request: ConnectionRequest, connection: Connection, problem: str = "", status: int = 200) -> HttpResponse:
    context = {
        "connection": connection,
        "columns": [column for column in COLUMNS if column.name not in READ_PAST],
        "most_rows": MOST_ROWS,
        "most_megabytes": MOST_BYTES // 1024**2,
        "sample": SAMPLE,
        "problem": problem,
    }
    return render(request, "governance/users/import.html", context, status=status)


def _file(request: ConnectionRequest) -> StagedFile:
    staged_id = request.POST.get("staged_file", "")
    if not staged_id:
        sent = request.FILES.get("file")
        if sent is None:
            raise staging.StagingRefused("Choose a file first.", status=422)
        if (sent.size or 0) > MOST_BYTES:
            raise staging.StagingRefused(f"The file is over the limit of {MOST_BYTES // 1024**2} MB. Split it.", 413)
        return staging.stage_stream(sent.file, sent.name or "people.csv", sent.size or 0, request.user)  # type: ignore[arg-type]
    try:
        file = StagedFile.objects.filter(pk=UUID(staged_id), owner=request.user).first()
    except ValueError:
        file = None
    if file is None:
        raise staging.StagingRefused("The staged file is gone: choose it again.", status=422)
    if file.size > MOST_BYTES:
        staging.remove(file)
        raise staging.StagingRefused(f"The file is over the limit of {MOST_BYTES // 1024**2} MB. Split it.", 413)
    if not file.is_complete:
        staging.complete(file)
    return file


@require_GET
@connection_view(Role.ADMIN)
def sample(request: ConnectionRequest, connection: Connection) -> HttpResponseBase:
    """Hand out a file that shows the columns."""
    return csv_response("people-sample.csv", SAMPLE[0], SAMPLE[1:])
