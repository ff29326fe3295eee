"""What the job's page of the activity log needs to draw plain JSON: times, and figures of counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template

from apps.core.addresses import with_parameters
from apps.governance.activity.figures import Figures
from apps.governance.activity.tally import Tally

register = template.Library()


@dataclass(frozen=True)
class JobPlace:
    """Where counts of a job lead: to the list with the job's range and filters."""

    slug: str
    list_url: str

    def with_filters(self, **changes: object) -> str:
        """Return the list with further filters."""
        return with_parameters(self.list_url, changes)


@register.filter
def as_time(text: str) -> datetime:
    """Read a time of the facts."""
    return datetime.fromisoformat(text)


@register.simple_tag
def figures_of(facts: Mapping[str, Any], slug: str) -> Figures:
    """Return the figures of a count."""
    return Figures(Tally.from_json(facts["tally"]), JobPlace(slug, facts["list_url"]))
