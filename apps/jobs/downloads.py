"""The results of a job as CSV and JSON, streamed: the file may be of any size."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from apps.core.exports import csv_response
from apps.jobs.item_list import ItemList
from apps.jobs.models import Job, JobItem
from apps.jobs.reporting import summary_of
from apps.jobs.views import visible_job

HEADER = (
    "Position", "Key", "Name", "Outcome", "Tries", "Code", "Message", "Request id", "Before", "After", "Started",
    "Finished",
)  # fmt: skip


@require_GET
def results_csv(request: HttpRequest, pk: uuid.UUID) -> StreamingHttpResponse:
    """Stream the items of the outcome and cause asked for as CSV that a spreadsheet may open."""
    job = visible_job(request, pk)
    items = ItemList(job, request.GET.dict())
    return csv_response(_name(job, items, "csv"), HEADER, map(_row, items.every_item()))


@require_GET
def results_json(request: HttpRequest, pk: uuid.UUID) -> StreamingHttpResponse:
    """Stream the job and the items of the outcome and cause asked for as one JSON object, an item on each line."""
    job = visible_job(request, pk)
    items = ItemList(job, request.GET.dict())
    response = StreamingHttpResponse(_json_lines(job, items), content_type="application/json")
    name = content_disposition_header(as_attachment=True, filename=_name(job, items, "json"))
    response.headers["Content-Disposition"] = name or ""
    response.headers["Cache-Control"] = "no-store"
    return response


def _name(job: Job, items: ItemList, ending: str) -> str:
    return "-".join(["job", job.short_id, *([items.outcome] if items.outcome else [])]) + f".{ending}"


def _row(item: JobItem) -> tuple[object, ...]:
    return (
        item.position + 1,
        item.key,
        item.label,
        item.state,
        item.attempts,
        item.error_code,
        item.error_text,
        item.request_id,
        _compact(item.before),
        _compact(item.after),
        item.started_at,
        item.finished_at,
    )


def _compact(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _json_lines(job: Job, items: ItemList) -> Iterator[str]:
    yield f'{{"job": {_json(summary_of(job))},\n"items": ['
    separator = "\n"
    for item in items.every_item():
        yield f"{separator}{_json(facts_of_item(item))}"
        separator = ",\n"
    yield "\n]}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)


def facts_of_item(item: JobItem) -> dict[str, Any]:
    """Return all that is known of an item's outcome, as plain values."""
    return {
        "position": item.position + 1,
        "key": item.key,
        "name": item.label,
        "state": item.state,
        "attempts": item.attempts,
        "code": item.error_code,
        "message": item.error_text,
        "request_id": item.request_id,
        "before": item.before,
        "after": item.after,
        "result": item.result,
        "started_at": item.started_at,
        "finished_at": item.finished_at,
    }
