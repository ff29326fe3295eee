"""Pages of the trail; admins only."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.audit.differences import differences
from apps.audit.exporting import COLUMNS, csv_rows, json_lines
from apps.audit.filters import source_word
from apps.audit.models import AuditRecord
from apps.audit.tables import AuditList
from apps.core.access import role_required
from apps.core.exports import csv_response, lines_response
from domoadmin.services.roles import Role


@require_GET
@role_required(Role.ADMIN, "read the audit trail")
def list_records(request: HttpRequest) -> HttpResponse:
    """Show the trail, newest first."""
    return AuditList(request).respond("audit/list.html")


@require_GET
@role_required(Role.ADMIN, "read the audit trail")
def export(request: HttpRequest, format: str) -> HttpResponseBase:
    """Stream all that match, oldest first, as CSV or JSON lines."""
    records = AuditList(request).every_record()
    name = f"audit-{timezone.localdate().isoformat()}"
    if format == "csv":
        return csv_response(f"{name}.csv", COLUMNS, csv_rows(records))
    if format == "jsonl":
        return lines_response(f"{name}.jsonl", json_lines(records))
    raise Http404("The trail is exported as csv or jsonl.")


@require_GET
@role_required(Role.ADMIN, "read the audit trail")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one record with the others of the same act."""
    record = AuditRecord.objects.filter(pk=pk).first()
    if record is None:
        raise Http404("There is no such audit record.")
    context = {
        "record": record,
        "before": _readable(record.before),
        "after": _readable(record.after),
        "changes": differences(record.before, record.after),
        "source": source_word(record.source),
        "same_act": AuditRecord.objects.filter(correlation=record.correlation).order_by("at", "pk"),
    }
    return render(request, "audit/show.html", context)


def _readable(value: Any) -> str:
    return "" if value is None else json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)
