"""The figures of a job, computed in one place: counts, bytes, rows, rate, time left.

Each runner stores the bytes of its items in flight on the items, so one query merges all processes.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, Sum

from apps.jobs.kinds import kind_of
from apps.jobs.models import Job, JobItem
from apps.jobs.states import ITEM_ENDS, ITEM_OPEN, ItemState

FLUSH_SECONDS = 0.5
# The rate looks back about this long, so that it is calm but still follows.
RATE_MEMORY_SECONDS = 5.0


@dataclass(frozen=True)
class Figures:
    """What one GROUP BY state tells. Bytes count what was sent for items that are done or in flight."""

    counts: dict[str, int] = field(default_factory=dict)
    bytes_done: int = 0
    bytes_total: int = 0
    rows: int = 0

    @property
    def total(self) -> int:
        """Return how many items there are."""
        return sum(self.counts.values())

    @property
    def settled(self) -> int:
        """Return how many items have ended."""
        return sum(self.counts.get(state, 0) for state in ITEM_ENDS)


def figures_of(job: Job) -> Figures:
    """Read the figures of a job from its items: one query."""
    rows = (
        JobItem.objects.filter(job_id=job.pk)
        .order_by()
        .values("state")
        .annotate(items=Count("pk"), sent=Sum("bytes_done"), size=Sum("size"), rows=Sum("rows_done"))
    )
    counts: dict[str, int] = {}
    done = total = records = 0
    for row in rows:
        counts[row["state"]] = row["items"]
        if row["state"] != ItemState.SKIPPED:
            total += row["size"] or 0
        if row["state"] in (ItemState.SUCCEEDED, ItemState.IN_FLIGHT, ItemState.PENDING):
            done += row["sent"] or 0
            records += row["rows"] or 0
    return Figures(counts, done, total, records)


def rate_of(previous: dict[str, Any], done: int, now: datetime) -> tuple[float, dict[str, Any]]:
    """Return the smoothed rate per second and the sample to keep. `previous` is the sample kept last."""
    if not previous:
        return 0.0, {"at": now.timestamp(), "done": done, "rate": None}
    seconds = now.timestamp() - float(previous["at"])
    if seconds <= 0:
        return float(previous["rate"] or 0.0), previous
    fresh = max(0.0, (done - int(previous["done"])) / seconds)
    old = previous["rate"]
    weight = min(1.0, seconds / RATE_MEMORY_SECONDS)
    rate = fresh if old is None else float(old) * (1 - weight) + fresh * weight
    return rate, {"at": now.timestamp(), "done": done, "rate": rate}


def flush(job_id: uuid.UUID, now: datetime, facts: dict[str, Any], *, at_once: bool = False) -> Job | None:
    """Write the job's figures, at most every FLUSH_SECONDS among all processes; return the job when it was written."""
    # A selection of ten thousand ids is not worth reading twice a second.
    job = Job.objects.filter(pk=job_id).defer("params", "preview", "sealed").first()
    if job is None or job.has_ended:
        return None
    figures = figures_of(job)
    changes = _changes(job, figures, now, facts)
    due = Q(progress_at__isnull=True) | Q(progress_at__lte=now - timedelta(seconds=FLUSH_SECONDS * 0.9))
    rows = Job.objects.filter(pk=job_id, finished_at__isnull=True)
    if not (rows if at_once else rows.filter(due)).update(runner_seen_at=now, **changes):
        return None
    for name, value in changes.items():
        setattr(job, name, value)
    return job


def final_changes(job: Job, figures: Figures, now: datetime) -> dict[str, Any]:
    """Return what is written with the end of a job: the mean rate, and nothing left."""
    changes = _changes(job, figures, now, {})
    shown = changes["progress"]
    seconds = (now - (job.started_at or now)).total_seconds()
    shown |= {"seconds_left": None, "seconds": round(seconds, 3), "rate": shown["done"] / seconds if seconds > 0 else 0}
    shown.pop("sample", None)
    return changes


def _changes(job: Job, figures: Figures, now: datetime, facts: dict[str, Any]) -> dict[str, Any]:
    in_bytes = figures.bytes_total > 0
    done = figures.bytes_done if in_bytes else figures.settled
    total = figures.bytes_total if in_bytes else figures.total
    rate, sample = rate_of(job.progress.get("sample") or {}, done, now)
    left = (total - done) / rate if rate > 0 and total > done else None
    shown: dict[str, Any] = {
        "phase": _phase(job),
        "done": done,
        "total": total,
        "unit": "bytes" if in_bytes else "items",
        "bytes": figures.bytes_done,
        "bytes_total": figures.bytes_total,
        "rows": figures.rows,
        "rate": round(rate, 3),
        "seconds_left": None if left is None else round(left, 1),
        "facts": {**job.progress.get("facts", {}), **facts},
        "sample": sample,
    }
    return {
        "progress": shown,
        "progress_at": now,
        "counts": figures.counts,
        "bytes_done": figures.bytes_done,
        "bytes_total": figures.bytes_total,
        "total": figures.total,
    }


def _phase(job: Job) -> str:
    stages = kind_of(job).stages
    if not stages:
        return ""
    stage = job.items.filter(state__in=ITEM_OPEN).order_by("stage").values_list("stage", flat=True).first()
    return stages.get(stage, "") if stage is not None else ""
