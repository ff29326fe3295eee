"""The list of entries, and the figures beside it: both from one bounded read of the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.connections.access import ConnectionRequest
from apps.core.addresses import with_parameters
from apps.core.filters import Chip, set_filters
from apps.core.formats import format_clock
from apps.core.lists import RemoteList
from apps.core.optional_calls import if_told
from apps.core.remote import RemotePage, RemoteQuery
from apps.core.tables import KitTable, NameColumn, NumberColumn
from apps.core.templatetags.ui import badge, clock_time
from apps.governance.activity.entries import EntryFilter, key_of, object_name, page_of, type_words
from apps.governance.activity.figures import Figures
from apps.governance.activity.filters import ActivityFilters
from apps.governance.activity.periods import QUICK, USUAL, Period, exact_range
from apps.governance.activity.reading import DEPTHS, Reading, object_types_of, read
from apps.governance.activity.tally import tally_of
from domoadmin.services.errors import UpstreamError
from domoadmin.services.results.activity_log import ActivityEntry
from domoadmin.services.times import epoch_milliseconds


def looks_of(action: str) -> tuple[str, str]:
    """Return the class and the icon of an action: what takes away stands out, looking on does not."""
    word = action.upper()
    if any(part in word for part in ("DELETE", "REMOVE", "REVOKE", "FAIL", "DENIED")):
        return "is-bad", "trash"
    if any(part in word for part in ("EXPORT", "DOWNLOAD", "SHARE")):
        return "is-warn", "share"
    if "VIEW" in word:
        return "is-off", "eye"
    return "is-run", "pencil"


def action_badge(action: str) -> SafeString:
    """Draw an action."""
    css, name = looks_of(action)
    return badge(action.replace("_", " ").capitalize() or "not told", css, name)


class ActivityTable(KitTable):
    """One row for each entry; what was done opens it."""

    caption = "Activity"
    phone = ("event", "time", "user_name", "object")

    event = NameColumn(verbose_name="What", orderable=False)
    time = NumberColumn(verbose_name="When", default="")
    user_name = tables.Column(verbose_name="Person")
    object = tables.Column(accessor="object_type", empty_values=())
    action = tables.Column(attrs={"cell": {"class": "cell-state"}})
    comment = tables.Column(default="", orderable=False)
    object_id = tables.Column(verbose_name="Object id", default="", orderable=False)
    user_type = tables.Column(verbose_name="Kind of person", default="", orderable=False)

    def render_event(self, record: ActivityEntry) -> SafeString:
        """Write what was done as the link that opens the entry; its whole sentence is the title."""
        text = record.event or record.comment or record.action
        if record.time is None:
            # It is found again by its moment.
            return format_html("{}", text)
        url = self.listing.entry_url(record)
        return format_html(
            '<a class="text-body fw-medium" id="entry-{}" href="{}" hx-get="{}" hx-target="#drawer-content" '
            'hx-swap="innerHTML" title="{}">{}</a>',
            url.partition("?")[2].replace("&", "-").replace("=", "-"),
            url,
            url,
            record.comment,
            text,
        )

    def render_time(self, value: datetime) -> SafeString:
        """Write the clock time: in a log, entries are told apart by it."""
        return clock_time(value)

    def render_user_name(self, record: ActivityEntry) -> SafeString:
        """Write who it was, as the link that keeps only theirs."""
        name = record.user_name or record.user_id or "nobody"
        if not record.user_id:
            return format_html("{}", name)
        return format_html('<a href="{}">{}</a>', self.listing.with_filters(user=record.user_id), name)

    def render_object(self, record: ActivityEntry) -> SafeString:
        """Write what it was about, as the link to its page where there is one."""
        name = object_name(record) or record.object_id or type_words(record.object_type)
        url = page_of(self.listing.slug, record.object_type, record.object_id)
        return format_html('<a href="{}">{}</a>', url, name) if url else format_html("{}", name)

    def render_action(self, value: str) -> SafeString:
        """Draw the action."""
        return action_badge(value)


@dataclass(frozen=True)
class QuickRange:
    """A range to press."""

    label: str
    url: str
    chosen: bool


class ActivityList(RemoteList):
    """What people did in Domo in a range of time, as far as one bounded read goes."""

    key = "activity"
    table_class = ActivityTable
    noun = ("entry", "entries")
    search_label = "Words in what was done"
    orderings: ClassVar[dict[str, str]] = {
        "time": "time",
        "user_name": "user_name",
        "action": "action",
        "object": "object_type",
    }
    default_order = "-time"
    optional_columns: ClassVar[dict[str, bool]] = {
        "object": True,
        "action": True,
        "comment": False,
        "object_id": False,
        "user_type": False,
    }
    empty_icon = "activity"
    empty_title = "Nothing happened in this range"
    empty_text = "Domo's log has no entry in it that this token may see. Choose a longer range."
    views_template = "governance/activity/beside.html"
    summary_template = "governance/activity/read.html"

    def __init__(self, request: ConnectionRequest) -> None:
        super().__init__(request)
        self.connection = request.connection

    @property
    def slug(self) -> str:
        """Return the connection's slug."""
        return self.connection.slug

    # What is asked for

    @cached_property
    def form(self) -> ActivityFilters:
        """Return the filter form; it offers the actions that were met and the types that Domo enumerates."""
        return ActivityFilters(self.request.GET, actions=self._actions_met(), types=self._types_told())

    @cached_property
    def filters(self) -> dict[str, Any]:
        """Return the filters that are set and valid."""
        found = set_filters(self.form)
        left_out = ("since", "until") if self.period_problems else ()
        return {name: value for name, value in found.items() if name not in left_out}

    @cached_property
    def _asked(self) -> ActivityFilters:
        # What the read depends on must be known before the form can offer what was read.
        return ActivityFilters(self.request.GET)

    @cached_property
    def entry_filter(self) -> EntryFilter:
        """Return what entries must have."""
        return EntryFilter.of({**set_filters(self._asked), "words": self.search})

    @cached_property
    def depth(self) -> int:
        """Return how many entries are read at most."""
        asked = self.request.GET.get("depth", "")
        return int(asked) if asked in map(str, DEPTHS) else DEPTHS[0]

    @cached_property
    def period(self) -> Period:
        """Return the exact range of the address where it is valid, else the quick one."""
        values = set_filters(self._asked)
        now = timezone.now()
        if (since := values.get("since")) and not self.period_problems:
            return Period.between(since, values.get("until") or now, now)
        asked = self.request.GET.get("range", "")
        return Period.quick_range(asked if asked in QUICK else USUAL, now)

    @property
    def period_problems(self) -> Sequence[str]:
        """Return what is wrong with the exact range: it stands in a menu that may be closed."""
        fields = ("since", "until")
        return [f"{self._asked.fields[name].label}: {error}" for name in fields for error in self._asked[name].errors]

    @property
    def quick_ranges(self) -> list[QuickRange]:
        """Return the ranges to press."""
        left_out = dict.fromkeys(("since", "until", "page", "depth"))
        return [
            QuickRange(label, with_parameters(self.url, {**left_out, "range": name}), self.period.quick == name)
            for name, (label, _) in QUICK.items()
        ]

    @cached_property
    def chips(self) -> list[Chip]:
        """Return the filters as chips; times with their clock time."""
        found = []
        for chip in super().chips:
            # A range that can't be read filters nothing; its problem is told beside the quick ranges.
            name = next((name for name in ("since", "until") if chip.label == self.form.fields[name].label), "")
            if name and name not in self.filters:
                continue
            value = format_clock(self.filters[name]) if name else chip.value
            found.append(Chip(chip.label, value, chip.remove_url))
        return found

    # What was read

    @cached_property
    def reading(self) -> Reading:
        """Return the bounded read. Raises UpstreamError."""
        return read(self.connection, self.period, self.entry_filter.object_types, self.depth)

    @cached_property
    def matching(self) -> list[ActivityEntry]:
        """Return the entries of the read that pass."""
        return [entry for entry in self.reading.entries if self.entry_filter.passes(entry)]

    @cached_property
    def figures(self) -> Figures | None:
        """Return the counts of what matches; None when the log could not be read."""
        return None if self.failure or self.page is None else Figures(tally_of(self.matching), self)

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page of what matches."""
        if not self.reading.whole:
            self.count_suffix = "of those that were read"  # type: ignore[misc]
        name = query.order or "time"
        rows = self.matching
        # Domo's order stays among equals.
        if name == "time":
            rows = sorted(rows, key=lambda entry: epoch_milliseconds(entry.time) if entry.time else 0)
            rows = rows[::-1] if query.descending else rows
        else:
            rows = sorted(rows, key=lambda entry: getattr(entry, name).casefold(), reverse=query.descending)
        return RemotePage(rows[query.offset : query.offset + query.count], len(rows), as_of=self.reading.at)

    def every_row(self) -> Iterator[ActivityEntry]:
        """Yield all of the read that match."""
        yield from self.matching

    def _actions_met(self) -> list[str]:
        try:
            return sorted({entry.action for entry in self.reading.entries if entry.action})
        except UpstreamError:
            # The list says so; the form goes without suggestions.
            return []

    def _types_told(self) -> list[str]:
        try:
            return if_told(lambda: object_types_of(self.connection)) or []
        except UpstreamError:
            return []

    # Addresses

    def with_filters(self, **changes: Any) -> str:
        """Return this list with other filters, from its first page."""
        return with_parameters(self.url, {**changes, "page": None})

    def entry_url(self, entry: ActivityEntry) -> str:
        """Return the address of one entry: its moment, and what tells it from others of that moment."""
        at = epoch_milliseconds(entry.time) if entry.time else 0
        path = reverse("governance:activity_entry", args=[self.connection.slug])
        return with_parameters(path, {"at": at, "key": key_of(entry)})

    @property
    def exact_query(self) -> str:
        """Return search and filters with the range as it was read, for an export that means the same."""
        if self.failure is not None:
            return self.query_string
        exact = exact_range(self.reading.period.since, self.reading.period.until)
        left_out = dict.fromkeys(("range", "depth", "page", "per", "sort"))
        return with_parameters(self.url, {**left_out, **exact}).partition("?")[2]

    @property
    def job_url(self) -> str:
        """Return where an export or a count of the whole range begins."""
        return f"{reverse('governance:activity_export', args=[self.connection.slug])}?{self.exact_query}"

    @property
    def deeper_url(self) -> str:
        """Return this list, read deeper; "" where it can't be."""
        return self.with_filters(depth=self.reading.deeper) if self.reading.deeper else ""
