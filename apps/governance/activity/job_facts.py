"""What the job's page, and `jobs show --json`, say of reading a range."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Sum
from django.urls import reverse

from apps.core.addresses import with_parameters
from apps.governance.activity.entries import EntryFilter
from apps.governance.activity.jobs import FILE, SUMMARY, WINDOW, export_file
from apps.governance.activity.periods import exact_range, moment
from apps.governance.activity.writing import FORMATS
from apps.jobs.models import Job
from apps.jobs.states import ItemState


def describe(job: Job) -> dict[str, Any]:
    """Return plain JSON: range, filters, entries, the file or the counts."""
    params, slug = job.params, job.connection_slug
    wanted = EntryFilter.of(params["filter"])
    done = job.items.filter(stage=FILE, state=ItemState.SUCCEEDED).first()
    result = dict(done.result) if done else {}
    is_summary = params["format"] == SUMMARY
    file = export_file(job) if result else None
    read = job.items.filter(stage=WINDOW).aggregate(rows=Sum("rows_done"))["rows"] or 0
    return {
        "since": moment(params["start"]).isoformat(),
        "until": moment(params["end"]).isoformat(),
        "filters": list(wanted.sentences),
        "format": "" if is_summary else FORMATS[params["format"]],
        "exact": params["exact"],
        "file_name": params["file_name"],
        "entries": result.get("entries"),
        "read": result.get("read", read),
        "size": result.get("size"),
        "tally": result.get("tally"),
        "file_url": reverse("governance:activity_file", args=[slug, job.pk]) if file else None,
        "kept_until": file.expires_at.isoformat() if file else None,
        "kept_hours": settings.UPLOAD_KEEP_HOURS,
        "is_gone": bool(result) and not is_summary and file is None,
        "list_url": list_url(job),
        "again_url": f"{reverse('governance:activity_export', args=[slug])}?{list_url(job).partition('?')[2]}",
    }


def list_url(job: Job) -> str:
    """Return the page of the log with the job's range and filters."""
    params, wanted = job.params, EntryFilter.of(job.params["filter"])
    path = reverse("governance:activity", args=[job.connection_slug])
    return with_parameters(
        path,
        {
            **exact_range(moment(params["start"]), moment(params["end"])),
            "user": wanted.user,
            "action": wanted.action,
            "object_type": list(wanted.object_types),
            "object_id": wanted.object_id,
            "q": wanted.words,
        },
    )
