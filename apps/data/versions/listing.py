"""The lists of versions and partitions of a dataset, with their filters and bulk actions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.urls import reverse

from apps.connections.access import ConnectionRequest
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.lists import BulkAction, RemoteList
from apps.core.remote import RemotePage, RemoteQuery
from apps.data.optional_calls import tells_nothing
from apps.data.versions.forms import MOST, PartitionFilterForm, VersionFilterForm
from apps.data.versions.history import History, VersionRow, read_for_magic, read_history
from apps.data.versions.jobs import DeletePartitionData, DeleteVersions
from apps.data.versions.partitions import Entry, ordered, read_partitions
from apps.data.versions.selection import matching_partitions, matching_versions, start_of
from apps.data.versions.tables import MagicTable, PartitionTable, VersionTable
from apps.jobs.bulk.views import bulk_buttons
from domoadmin.services.errors import UpstreamError
from domoadmin.services.roles import Role

SECONDS = 30.0


class PartList(RemoteList):
    """A list of what one dataset is made of."""

    target_kind: ClassVar[str]
    export_name: ClassVar[str] = ""

    def __init__(self, request: ConnectionRequest, dataset_id: str) -> None:
        super().__init__(request)
        self.connection: Connection = request.connection
        self.dataset_id = dataset_id
        self.selection_url = reverse("jobs:bulk_start", kwargs={"connection": self.connection.slug})
        if self.export_name:
            self.export_url = reverse(self.export_name, args=[self.connection.slug, dataset_id])

    @property
    def may_change(self) -> bool:
        """Say whether this person may delete."""
        return may(self.request.user, Role.STEWARD)

    def bulk_actions(self) -> list[BulkAction]:
        """Return what this person may do with selected rows."""
        return bulk_buttons(self.target_kind, self.request.user)

    @property
    def query_string(self) -> str:
        """Return what a selection of all that match asks: the list's filters, and which dataset."""
        asked = {"dataset": self.dataset_id, "q": self.search, **self.filters}
        return urlencode({name: str(value) for name, value in asked.items() if value})


class VersionList(PartList):
    """Both listings of versions, put together. No document shows paging for them: they are read whole."""

    key = "versions"
    table_class = VersionTable
    target_kind = DeleteVersions.target_kind
    export_name = "data:versions_export"
    noun = ("version", "versions")
    filter_form = VersionFilterForm
    search_label = "Number or partition"
    default_order = "-at"
    orderings: ClassVar[dict[str, str]] = {
        "data_id": "number",
        "held": "row_count",
        "size": "byte_count",
        "at": "order",
    }
    optional_columns: ClassVar[dict[str, bool]] = {
        "partition": True,
        "size": True,
        "upload": True,
        "schema": False,
        "listed_by": True,
    }
    empty_icon = "versions"
    empty_title = "No data has been uploaded yet"
    empty_text = "The first upload, or the first run of a stream, makes the first version."

    @cached_property
    def history(self) -> History:
        """Return all versions; asks the upstream once."""
        client = self.connection.client()
        with client.deadline(SECONDS):
            return read_history(client, self.dataset_id)

    def rows(self) -> Sequence[VersionRow]:
        """Return all rows, the newest first."""
        return self.history.rows

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page of the versions that match."""
        rows = self.rows()
        found = matching_versions(rows, {**query.filters, "q": query.search})
        if query.order == "number":
            found.sort(key=lambda row: (row.data_id.zfill(20), row.data_id))
        elif query.order:
            found.sort(key=lambda row: _known_first(getattr(row, query.order or "order")))
        if query.descending:
            found.reverse()
        return RemotePage(found[query.offset : query.offset + query.count], len(found), len(rows))


class MagicList(VersionList):
    """The versions that a Magic dataflow would load."""

    key = "versions-magic"
    table_class = MagicTable
    export_name = ""
    optional_columns: ClassVar[dict[str, bool]] = {"partition": True, "size": True, "upload": True, "schema": True}

    def bulk_actions(self) -> list[BulkAction]:
        """Return nothing: what Magic loads is deleted on the other tab."""
        return []

    def rows(self) -> Sequence[VersionRow]:
        """Return all rows in the upstream's order."""
        client = self.connection.client()
        with client.deadline(SECONDS):
            return read_for_magic(client, self.dataset_id)


class PartitionList(PartList):
    """Partitions, a page at a time as the document shows it; by name or without data they are read whole."""

    key = "partitions"
    table_class = PartitionTable
    target_kind = DeletePartitionData.target_kind
    export_name = "data:partitions_export"
    noun = ("partition", "partitions")
    filter_form = PartitionFilterForm
    search_label = "Part of the name"
    default_order = "-completed"
    orderings: ClassVar[dict[str, str]] = {"completed": "datecompleted"}
    empty_icon = "stack-2"
    empty_title = "This dataset is not partitioned"
    empty_text = "An upload that replaces one partition’s data makes the first."

    def __init__(self, request: ConnectionRequest, dataset_id: str) -> None:
        super().__init__(request, dataset_id)
        self.problem = ""

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page."""
        client = self.connection.client()
        with client.deadline(SECONDS):
            if query.search or query.filters.get("state"):
                return self._read_whole(query)
            bounds = query.filters
            fields = ordered(query.descending, _milliseconds(bounds.get("since")), _day_end(bounds.get("until")))
            try:
                page = client.datasets.search_partitions(
                    self.dataset_id, pagination_fields=fields, limit=query.count, offset=query.offset
                )
            except UpstreamError as error:
                if not tells_nothing(error):
                    raise
                return self._read_whole(query)
            rows = [Entry.of(each) for each in page if each.id]
            total = self._total(query, len(rows), fields)
        return RemotePage(rows, total, request_id=page.request_id)

    @property
    def query_string(self) -> str:
        """Return what a selection of all that match asks: without other filters the list shows what has data."""
        asked = super().query_string
        return asked if self.search or self.filters.get("state") or self.problem else f"{asked}&state=data"

    def every_row(self) -> Iterator[Entry]:
        """Yield all that match, read once."""
        yield from self._read_whole(self.query(0, MOST, self.order)).rows

    def _read_whole(self, query: RemoteQuery) -> RemotePage:
        client = self.connection.client()
        with client.deadline(SECONDS):
            partitions = read_partitions(client, self.dataset_id)
        self.problem = partitions.problem
        found = matching_partitions(partitions, {**query.filters, "q": query.search})
        if not query.descending:
            found.reverse()
        return RemotePage(found[query.offset : query.offset + query.count], len(found), len(partitions.entries))

    def _total(self, query: RemoteQuery, rows: int, fields: list[dict[str, Any]]) -> int:
        """Return how many match. No answer tells: a short page is the last, else they are counted by walking."""
        if 0 < rows < query.count or not query.offset + rows:
            return query.offset + rows
        client = self.connection.client()
        walked = client.walk("datasets.search_partitions", dataset_id=self.dataset_id, pagination_fields=fields)
        return max(query.offset + rows if rows else 0, sum(1 for _ in walked))


def _milliseconds(day: Any) -> int | None:
    return None if day is None else _epoch(start_of(day))


def _day_end(day: Any) -> int | None:
    return None if day is None else _epoch(start_of(day + timedelta(days=1))) - 1


def _epoch(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _known_first(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else 0)
