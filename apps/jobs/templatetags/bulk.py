"""Template tags of bulk jobs: what one item changes."""

from __future__ import annotations

from typing import Any

from django import template

from apps.jobs.bulk.kind import BulkKind
from apps.jobs.kinds import kind_of
from apps.jobs.models import JobItem

register = template.Library()


@register.inclusion_tag("jobs/bulk_change.html")
def plan_of(item: JobItem) -> dict[str, Any]:
    """Draw what an item had before and has after; nothing where neither is known."""
    kind = kind_of(item.job)
    if not isinstance(kind, BulkKind):
        return {"before": [], "after": []}
    shown = kind.action.shown
    return {
        "before": shown(item.before) if item.before is not None else [],
        "after": shown(item.after) if item.after is not None else [],
    }
