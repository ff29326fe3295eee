"""The board: every stream that the last look found, what wants a person first. Nothing is asked of Domo for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

import django_tables2 as tables
from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.connections.access import ConnectionRequest
from apps.connections.models import Connection
from apps.core.addresses import with_parameters
from apps.core.lists import BulkAction, LocalList
from apps.core.remote import RemotePage, RemoteQuery
from apps.core.tables import BadgesColumn, KitTable, NameColumn, NumberColumn, TimeColumn
from apps.data.streams.filters import STANDINGS, StreamFilters, matching
from apps.data.streams.health import LOOKS
from apps.data.streams.jobs import RunListed, last_look
from apps.data.streams.models import StreamRecord
from apps.jobs.bulk.views import bulk_buttons
from apps.jobs.looks import is_at_work
from apps.jobs.models import Job

NONE = format_html('<span class="text-secondary">{}</span>', "never")
_FLAGS = {"failing": "is_failing", "late": "is_late", "never": "never_ran", "disabled": "is_disabled"}
ERROR_SHOWN = 160


@dataclass(frozen=True)
class Tile:
    """A count on top, as the link that filters by it."""

    label: str
    count: int
    css: str
    url: str
    chosen: bool


def badges_of(record: StreamRecord) -> list[tuple[str, str, str]]:
    """Return (word, css class, icon) of each thing that a stream is; "In order" for the others."""
    names = [name for name, flag in {**_FLAGS, "running": "is_running"}.items() if getattr(record, flag)]
    return [LOOKS[name] for name in names or ["fine"]]


def counts_of(connection: Connection) -> dict[str, int]:
    """Return how many streams there are ("all"), and how many of each standing, by one query."""
    names = {name: Count("pk", filter=condition) for name, (_, condition) in STANDINGS.items()}
    found: dict[str, int] = StreamRecord.objects.filter(connection=connection).aggregate(all=Count("pk"), **names)
    return found


def read_since(connection: Connection) -> datetime | None:
    """Return how old the oldest of what is known is; None when nothing is."""
    oldest: datetime | None = StreamRecord.objects.filter(connection=connection).aggregate(at=Min("read_at"))["at"]
    return oldest


class StreamTable(KitTable):
    """One row for each stream; the name opens it."""

    caption = "Streams"
    phone = ("name", "standing", "error", "success")

    name = NameColumn(linkify=True, verbose_name="Stream")
    standing = BadgesColumn(verbose_name="State", empty_values=(), orderable=True)
    error = tables.Column(accessor="error_text", verbose_name="Error", default="")
    failing_since = TimeColumn(verbose_name="Since", default="")
    provider = tables.Column(accessor="provider_name", default="")
    schedule = tables.Column(accessor="schedule_words", default="")
    success = TimeColumn(accessor="last_success_at", verbose_name="Last success", default=NONE)
    last_run = TimeColumn(accessor="last_run_at", verbose_name="Last run", default=NONE)
    rows = NumberColumn(accessor="rows_inserted", verbose_name="Rows", default="")
    owner = tables.Column(accessor="owner_name", default="")
    account = tables.Column(accessor="account_id", default="none")
    read = TimeColumn(accessor="read_at", verbose_name="Read")

    @property
    def key_column(self) -> str:
        """Streams are run by their dataset."""
        return "dataset_id"

    def render_standing(self, record: StreamRecord) -> SafeString:
        """Draw what it is."""
        return BadgesColumn().render(badges_of(record))

    def render_error(self, value: str, record: StreamRecord) -> SafeString:
        """Write the code and the beginning of the message."""
        message = value if len(value) <= ERROR_SHOWN else f"{value[:ERROR_SHOWN]}…"
        code = format_html("<code>{}</code> ", record.error_code) if record.error_code else ""
        return format_html("{}{}", code, message)


class StreamList(LocalList):
    """The streams of one connection, as they stood when they were read."""

    key = "streams"
    table_class = StreamTable
    noun = ("stream", "streams")
    search_label = "Name or id"
    filter_form = StreamFilters
    orderings: ClassVar[dict[str, str]] = {
        "standing": "urgency",
        "name": "name",
        "failing_since": "failing_since",
        "provider": "provider_name",
        "schedule": "schedule_words",
        "success": "last_success_at",
        "last_run": "last_run_at",
        "rows": "rows_inserted",
        "owner": "owner_name",
        "read": "read_at",
    }
    default_order = "-standing"
    optional_columns: ClassVar[dict[str, bool]] = {
        "error": True,
        "failing_since": True,
        "provider": False,
        "schedule": True,
        "success": True,
        "last_run": False,
        "rows": False,
        "owner": False,
        "account": False,
        "read": False,
    }
    empty_template = "data/streams/empty.html"
    summary_template = "data/streams/counts.html"

    def __init__(self, request: ConnectionRequest) -> None:
        super().__init__(request)
        self.connection = request.connection
        self.user = request.user
        self.export_url = reverse("data:streams_export", args=[self.connection.slug])
        self.selection_url = reverse("jobs:bulk_start", args=[self.connection.slug])

    @cached_property
    def look(self) -> Job | None:
        """Return the look that began last."""
        return last_look(self.connection)

    @cached_property
    def look_running(self) -> bool:
        """Say whether a look is at work."""
        return is_at_work(self.look)

    @cached_property
    def counts(self) -> dict[str, int]:
        """Return the counts of all streams."""
        return counts_of(self.connection)

    @property
    def tiles(self) -> list[Tile]:
        """Return the counts as links that filter."""
        here = with_parameters(self.url, {"page": None})
        chosen = self.filters.get("standing", "")
        tiles = [Tile("All", self.counts["all"], "", with_parameters(here, {"standing": None}), not chosen)]
        for name, (label, _) in STANDINGS.items():
            url = with_parameters(here, {"standing": name})
            tiles.append(Tile(label, self.counts[name], LOOKS[name][1], url, chosen == name))
        return tiles

    def bulk_actions(self) -> list[BulkAction]:
        """Return what this person may do with selected streams."""
        return bulk_buttons(RunListed.target_kind, self.user)

    def queryset(self, query: RemoteQuery) -> QuerySet[StreamRecord]:
        """Return the streams that match."""
        return (
            matching(self.connection, query.search, query.filters).select_related("connection").order_by("name", "pk")
        )

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page; it is as old as the oldest row that it was made from."""
        if query.order == "urgency" and query.descending:
            rows = self.queryset(query).order_by("-urgency", "name", "pk")
            page = RemotePage(list(rows[query.offset : query.offset + query.count]), rows.count())
        else:
            page = super().fetch(query)
        return replace(page, as_of=read_since(self.connection) or page.as_of)

    def every_row(self) -> Iterator[Any]:
        """Yield all that match, by one query."""
        yield from self.queryset(self.query(0, 1, self.order)).order_by("-urgency", "name", "pk").iterator()
