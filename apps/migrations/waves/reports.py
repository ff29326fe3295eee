"""The report of a wave: a page to print, a PDF, a CSV; for the customer and for Domo's support."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.exports import csv_response
from apps.migrations.federated.mapping_file import COLUMNS, mapping_rows
from apps.migrations.federated.outcomes import Attempt
from apps.migrations.federated.waves import mapped_of
from apps.migrations.waves.page import WavePage
from apps.migrations.waves.views import wave_of
from domoadmin.services.roles import Role

HEADER = (
    "Datasource id", "Name", "Outcome", "Message", "toe", "Start", "End", "Seconds", "Wave", "Catalog", "Schema",
    "Table", "Before", "After", "Settled by", "Cards", "Alerts", "Streams",
)  # fmt: skip


@connection_view(Role.VIEWER)
def report(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponse:
    """Show the report as a page that prints well."""
    page = WavePage(wave_of(connection, job_id), connection, request.user, {})
    context = {"page": page, "job": page.job, "connection": connection, "made_at": timezone.now()}
    return render(request, "migrations/waves/report.html", context)


@connection_view(Role.VIEWER)
def report_csv(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponseBase:
    """Give the report as CSV, one line for each datasource."""
    page = WavePage(wave_of(connection, job_id), connection, request.user, {})
    return csv_response(f"{_file_name(page)}.csv", HEADER, _rows(page))


@connection_view(Role.VIEWER)
def report_pdf(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponse:
    """Give the report as PDF."""
    # Drawn in only where one is made: every process would pay for the library at its start.
    from apps.migrations.waves.report_pdf import report_bytes

    page = WavePage(wave_of(connection, job_id), connection, request.user, {})
    response = HttpResponse(report_bytes(page, timezone.now()), content_type="application/pdf")
    name = content_disposition_header(as_attachment=True, filename=f"{_file_name(page)}.pdf")
    response.headers["Content-Disposition"] = name or ""
    response.headers["Cache-Control"] = "no-store"
    return response


@connection_view(Role.VIEWER)
def mapping_csv(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponseBase:
    """Give the mapping of what is still to do as the CSV that can be read back."""
    job = wave_of(connection, job_id)
    rows = mapping_rows((each.key, each.mapping) for each in mapped_of(job))
    return csv_response(f"mapping-{job.short_id}.csv", COLUMNS, rows)


def _rows(page: WavePage) -> Iterator[tuple[object, ...]]:
    for each in page.attempts:
        yield attempt_row(each)


def attempt_row(each: Attempt) -> tuple[object, ...]:
    """Return one attempt as a line of the CSV."""
    content = each.content
    return (
        each.key,
        each.name,
        each.look.word,
        each.message,
        each.toe,
        each.started,
        each.ended,
        each.seconds,
        each.wave,
        each.reference.catalog,
        each.reference.schema,
        each.reference.table,
        each.before,
        each.after,
        each.settled_by,
        content.get("cards"),
        content.get("alerts"),
        content.get("streams"),
    )


def _file_name(page: WavePage) -> str:
    return f"migration-{page.connection.slug}-wave-{page.wave.number}-{page.job.short_id}"
