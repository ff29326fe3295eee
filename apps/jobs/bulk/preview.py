"""The figures of a preview page, so that its template computes and decides nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings as project
from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone

from apps.core.addresses import with_parameters
from apps.jobs.bulk import command_lines, overlaps, validity
from apps.jobs.bulk.actions import Badge, BulkAction
from apps.jobs.bulk.selection import MOST_RECORDS, Selection
from apps.jobs.models import JobItem
from apps.jobs.states import ItemState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apps.jobs.presentation import JobPage

# Where the plan made no call that could be timed.
_USUAL_CALL_SECONDS = 0.3
_REASONS = 50
NOT_ALLOWED = "forbidden"


@dataclass(frozen=True)
class Reason:
    """Why objects are left out, and how many."""

    text: str
    not_allowed: bool
    count: int
    url: str


@dataclass(frozen=True)
class Row:
    """One object of the plan."""

    item: JobItem
    url: str
    before: list[Badge]
    after: list[Badge]


class BulkPreview:
    """What the preview of a bulk job shows; `parameters` are those of the address."""

    def __init__(self, page: JobPage, action: BulkAction, parameters: Mapping[str, str]) -> None:
        self.page = page
        self.job = page.job
        self.action = action
        self.settings: dict[str, Any] = page.job.params["settings"]
        self.shows = parameters.get("show", "") if parameters.get("show") == "skipped" else "changes"
        self.why = parameters.get("why", "") if self.shows == "skipped" else ""
        self.number = parameters.get("page", "1")

    # Figures

    @property
    def to_do(self) -> int:
        """Return how many objects will change."""
        return self.job.count_of(ItemState.PENDING)

    @cached_property
    def not_allowed(self) -> int:
        """Return how many the token may not touch."""
        return sum(reason.count for reason in self.reasons if reason.not_allowed)

    @property
    def skipped(self) -> int:
        """Return for how many there is nothing to do."""
        return self.job.count_of(ItemState.SKIPPED) - self.not_allowed

    @property
    def left_out(self) -> int:
        """Return for how many nothing is sent."""
        return self.job.count_of(ItemState.SKIPPED)

    @property
    def duplicates(self) -> int:
        """Return how often an object was selected once more."""
        return int(self.job.preview.get("duplicates") or 0)

    @property
    def unread(self) -> int:
        """Return how many could not be read for the preview."""
        return int(self.job.preview.get("unread") or 0)

    @property
    def share(self) -> int:
        """Return the whole percent of the selection that will change."""
        return round(100 * self.to_do / self.job.total) if self.job.total else 0

    @property
    def parts(self) -> list[tuple[str, int]]:
        """Return the parts of the stacked bar."""
        return [("is-ok", self.to_do), ("is-off", self.skipped), ("is-bad", self.not_allowed)]

    @property
    def parts_label(self) -> str:
        """Return the stacked bar in words."""
        return f"{self.to_do:,} will change, {self.skipped:,} are skipped, {self.not_allowed:,} are not allowed"

    @property
    def noun(self) -> str:
        """Return what is changed, in the right number."""
        return self.action.source.noun[0 if self.to_do == 1 else 1]

    @property
    def selection(self) -> str:
        """Return in words what was selected."""
        return Selection.from_params(self.job.params["selection"]).describe(self.action.source)

    @property
    def button(self) -> str:
        """Return what the button says: verb and number."""
        undoes = "Undo: " if self.job.undo_of_id else ""
        return undoes + self.action.sentence(f"{self.to_do:,}")

    # Calls and time

    @property
    def changing_calls(self) -> int:
        """Return how many calls change something."""
        return self.action.changing_calls(self.job, self.to_do)

    @property
    def reading_calls(self) -> int:
        """Return how many calls look at the objects right before, as a rule."""
        if self.action.reads_records and not self.action.merges:
            return math.ceil(self.to_do / MOST_RECORDS)
        return self.to_do * self.action.reads

    @cached_property
    def per_minute(self) -> int | None:
        """Return the rate limit of these calls; None when only the number at once binds."""
        return project.UPSTREAM_SEARCH_PER_MINUTE if self.action.declared(self.settings).limit == "search" else None

    @property
    def seconds(self) -> float:
        """Return how long the run will take, by the pace of the plan's own calls."""
        call = float(self.job.preview.get("call_seconds") or _USUAL_CALL_SECONDS)
        seconds = math.ceil((self.changing_calls + self.reading_calls) * call / self.action.concurrency)
        limited = self.changing_calls * 60 / self.per_minute if self.per_minute else 0
        return max(1.0, seconds, limited)

    @property
    def ends_near(self) -> datetime:
        """Return when it would end, started now."""
        return timezone.now() + timedelta(seconds=self.seconds)

    # What to know before

    @property
    def cautions(self) -> list[tuple[int, str]]:
        """Return how many objects that will change are such that one looks twice."""
        return [(count, text) for text, count in (self.job.preview.get("cautions") or {}).items()]

    @property
    def may_leave_out(self) -> bool:
        """Say whether this person may take objects out of the plan."""
        return self.page.can_confirm and not self.too_old and self.to_do > 0

    @property
    def notes(self) -> list[str]:
        """Return what else to know."""
        warning = str(self.job.preview.get("warning") or "")
        return [*([warning] if warning else []), *self.action.notes(self.settings)]

    @property
    def irreversible(self) -> list[str]:
        """Return what can't be undone."""
        return self.action.irreversible(self.settings)

    @property
    def undo_note(self) -> str:
        """Return what undoing does."""
        return self.action.undo_note(self.settings)

    @property
    def mails(self) -> bool:
        """Say whether mails go out."""
        return self.action.mails(self.settings)

    @property
    def valid_until(self) -> datetime | None:
        """Return when the preview runs out."""
        return validity.valid_until(self.job)

    @property
    def too_old(self) -> str:
        """Return why it can't be run any more, or ""."""
        return validity.why_not_confirm(self.job, timezone.now())

    @cached_property
    def confirm_word(self) -> str:
        """Return what is typed before it runs, or ""."""
        return validity.confirm_word(self.action, self.job)

    @cached_property
    def overlaps(self) -> list[overlaps.Overlap]:
        """Return the other jobs on these objects."""
        return overlaps.overlaps_of(self.action, self.job)

    @property
    def command_line(self) -> str:
        """Return the command that does the same."""
        return command_lines.command_line_of(self.job)

    @property
    def ids_file(self) -> str:
        """Return the name of the file of ids that the command reads; empty when it reads none."""
        return command_lines.ids_file_name(self.job) if command_lines.reads_ids(self.job) else ""

    # Lists

    @property
    def url(self) -> str:
        """Return the address of the preview."""
        return reverse("jobs:show", args=[self.job.pk])

    @cached_property
    def reasons(self) -> list[Reason]:
        """Return why objects are left out, the most frequent first."""
        groups = (
            self.job.items.filter(state=ItemState.SKIPPED)
            .order_by()
            .values("error_text", "error_code")
            .annotate(count=Count("pk"))
            .order_by("-count", "error_text")
        )
        return [
            Reason(
                group["error_text"],
                group["error_code"] == NOT_ALLOWED,
                group["count"],
                with_parameters(self.url, {"show": "skipped", "why": group["error_text"]}) + "#plan",
            )
            for group in groups[:_REASONS]
        ]

    @property
    def items(self) -> QuerySet[JobItem]:
        """Return the objects that the table lists."""
        items = self.job.items.order_by("stage", "position")
        if self.shows == "changes":
            return items.filter(state=ItemState.PENDING)
        items = items.filter(state=ItemState.SKIPPED)
        return items.filter(error_text=self.why) if self.why else items

    @cached_property
    def rows(self) -> Page[JobItem]:
        """Return the page of objects asked for, or the nearest there is."""
        return Paginator(self.items, self.page.user.page_size).get_page(self.number)

    @property
    def table(self) -> list[Row]:
        """Return the rows with their states drawn."""
        slug = self.job.connection_slug
        return [
            Row(
                item,
                self.action.source.url(slug, item.key),
                self.action.shown(item.before) if item.before is not None else [],
                self.action.shown(item.after) if item.after is not None else [],
            )
            for item in self.rows
        ]

    @property
    def previous_url(self) -> str:
        """Return the address of the page before; empty on the first."""
        return self._page_url(self.rows.previous_page_number()) if self.rows.has_previous() else ""

    @property
    def next_url(self) -> str:
        """Return the address of the page after; empty on the last."""
        return self._page_url(self.rows.next_page_number()) if self.rows.has_next() else ""

    def _page_url(self, number: int) -> str:
        return with_parameters(self.url, {"show": self.shows, "why": self.why, "page": number}) + "#plan"
