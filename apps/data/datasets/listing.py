"""The list of datasets: one search for the page that is shown, and at most one for what frames it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from functools import cached_property
from typing import Any, ClassVar

from django.urls import reverse

from apps.connections.access import ConnectionRequest
from apps.connections.models import Connection
from apps.core.filters import Chip, chips_of, set_filters
from apps.core.lists import BulkAction, RemoteList
from apps.core.remote import RemotePage, RemoteQuery
from apps.data.datasets import upstream_fields
from apps.data.datasets.filters import DatasetFilterForm, Owner
from apps.data.datasets.fitting import misfits
from apps.data.datasets.jobs import DatasetAction
from apps.data.datasets.rows import DatasetRow
from apps.data.datasets.search import (
    REACH,
    DatasetPage,
    Overview,
    find,
    find_people,
    keep_overview,
    known_overview,
)
from apps.data.datasets.side_by_side import begin
from apps.data.datasets.tables import DatasetTable
from apps.jobs.bulk.views import bulk_buttons
from domoadmin.services.errors import UpstreamError

# Fewer calls of a search that allows about 120 a minute.
EXPORT_PAGE = 1_000
# How long a person waits for a page of the list, repeats included.
SECONDS = 30.0


class DatasetList(RemoteList):
    """Datasets that the connection's token sees."""

    key = "datasets"
    table_class = DatasetTable
    noun = ("dataset", "datasets")
    orderings: ClassVar[dict[str, str]] = {
        "name": upstream_fields.NAME,
        "owner": upstream_fields.OWNER_NAME,
        "rows": upstream_fields.ROWS,
        "cards": upstream_fields.CARDS,
        "updated": upstream_fields.UPDATED,
        "created": upstream_fields.CREATED,
    }
    default_order = "name"
    filter_form = DatasetFilterForm
    search_label = "Name, id or #tag"
    reach = REACH
    optional_columns: ClassVar[dict[str, bool]] = {
        "badges": True,
        "owner": True,
        "source": False,
        "rows": True,
        "columns": False,
        "cards": True,
        "updated": True,
        "created": False,
        "tags": False,
        "id": False,
    }
    empty_template = "data/datasets/empty.html"
    views_template = "accounts/list_views.html"
    summary_template = "data/datasets/list_notice.html"

    def __init__(self, request: ConnectionRequest) -> None:
        super().__init__(request)
        self.connection: Connection = request.connection
        self.export_url = reverse("data:datasets_export", kwargs={"connection": self.connection.slug})
        self.selection_url = reverse("jobs:bulk_start", kwargs={"connection": self.connection.slug})
        self.overview: Overview | None = None

    def bulk_actions(self) -> list[BulkAction]:
        """Return what this person may do with selected datasets."""
        return self._buttons

    @cached_property
    def _buttons(self) -> list[BulkAction]:
        # Templates ask for them a dozen times.
        return bulk_buttons(DatasetAction.target_kind, self.request.user)

    @cached_property
    def hidden_columns(self) -> tuple[str, ...]:
        """Return the columns that are not shown; the one in order always is, or nobody could tell the order."""
        return tuple(name for name in super().hidden_columns if name != self.order.removeprefix("-"))

    @property
    def ignored_filters(self) -> list[str]:
        """Return the labels of the filters that rows of this page don't fit: this upstream has no such filter."""
        rows = self.page.rows if self.page else []
        names = {name for row in rows for name in misfits(row, self.filters)}
        return [str(self.form.fields[name].label or name.capitalize()) for name in self.form.fields if name in names]

    @property
    def owners_url(self) -> str:
        """Return the address that suggests owners."""
        return reverse("data:datasets_owners", kwargs={"connection": self.connection.slug})

    @cached_property
    def filters(self) -> dict[str, Any]:
        """Return the filters that are set; which values there are does not matter for that."""
        return set_filters(DatasetFilterForm(self.request.GET))

    @cached_property
    def form(self) -> DatasetFilterForm:
        """Return the form with what there is to choose from; read it after the rows."""
        known = self.overview or known_overview(self.connection)
        return DatasetFilterForm(self.request.GET, facets=known.facets if known else {}, owners_url=self.owners_url)

    @cached_property
    def chips(self) -> list[Chip]:
        """Return the filters as chips; the owner's shows the name."""
        chips = chips_of(DatasetFilterForm(self.request.GET), self.url)
        owner = Owner.from_text(self.filters.get("owner", ""))
        return [
            Chip(chip.label, self._owner_name(owner), chip.remove_url) if chip.label == "Owner" else chip
            for chip in chips
        ]

    def _owner_name(self, owner: Owner) -> str:
        if owner.name:
            return owner.name
        rows = self.page.rows if self.page else []
        return next((row.owner for row in rows if row.owner_id == owner.id and row.owner), owner.id)

    @cached_property
    def search_filters(self) -> dict[str, Any]:
        """Return the filters with the owner as ids of people; somebody whom the search doesn't know stays a name."""
        filters = {name: value for name, value in self.filters.items() if name != "owner"}
        owner = Owner.from_text(self.filters.get("owner", ""))
        if owner.id:
            return filters | {"owner_ids": [owner.id]}
        if not owner.name:
            return filters
        people = find_people(self.connection.client(), owner.name)
        return filters | ({"owner_ids": [person.id for person in people]} if people else {"owner_name": owner.name})

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page by the search; without filters the same call brings what there is to filter by."""
        unfiltered = not query.search and not self.filters
        if unfiltered:
            page = self._find(query, with_facets=True)
            self.overview = keep_overview(self.connection, page)
            return RemotePage(page.rows, page.total, page.total, page.request_id)
        # What frames the list is read beside the page, not after it.
        self.overview = known_overview(self.connection)
        client = self.connection.client()
        framing = None if self.overview else begin(client, SECONDS, lambda: find(client, "", 1, with_facets=True))
        page = self._find(query)
        if framing is not None:
            self.overview = self._framed(framing)
        return RemotePage(page.rows, page.total, self.overview.total if self.overview else None, page.request_id)

    def _framed(self, framing: Future[DatasetPage]) -> Overview | None:
        """Return all there is without filters; the list does not fail because this is not known."""
        try:
            return keep_overview(self.connection, framing.result())
        except UpstreamError:
            return None

    def _find(self, query: RemoteQuery, with_facets: bool = False) -> DatasetPage:
        client = self.connection.client()
        with client.deadline(SECONDS):
            return find(
                client,
                query.search,
                query.count,
                offset=query.offset,
                order=query.order,
                descending=query.descending,
                filters=self.search_filters,
                with_facets=with_facets,
            )

    def match_count(self) -> int:
        """Return how many match, by a call for one row."""
        return self._find(self.query(0, 1, self.order)).total

    def every_row(self) -> Iterator[DatasetRow]:
        """Yield all that match, as far as the search reaches, each dataset once though rows move between pages."""
        seen: set[str] = set()
        offset = 0
        while offset < REACH:
            page = self._export_page(offset)
            fresh = {row.id: row for row in page.rows if row.id not in seen}
            seen.update(fresh)
            yield from fresh.values()
            offset += len(page.rows)
            # No new id: the upstream ignores the offset.
            if not fresh or offset >= page.total:
                return

    def _export_page(self, offset: int) -> DatasetPage:
        return self._find(self.query(offset, min(EXPORT_PAGE, REACH - offset), self.order))
