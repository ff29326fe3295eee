"""The list of cards: one call for the page that is shown."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar

from django.urls import reverse

from apps.connections.access import ConnectionRequest
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.filters import set_filters
from apps.core.lists import BulkAction, RemoteList
from apps.core.remote import RemotePage, RemoteQuery
from apps.data.cards.booklet import BookletKind
from apps.data.cards.filters import CardFilterForm
from apps.data.cards.jobs import CardAction
from apps.data.cards.rows import CardRow
from apps.data.cards.search import CardPage, CardQuery, find_cards, resolved_filters
from apps.data.cards.tables import CardTable
from apps.data.datasets.search import REACH
from apps.jobs.bulk.views import bulk_buttons

EXPORT_PAGE = 1_000
SECONDS = 30.0
BOOKLET = BulkAction("booklet", "Make a booklet", "report")


class CardList(RemoteList):
    """Cards that the connection's token sees."""

    key = "cards"
    table_class = CardTable
    noun = ("card", "cards")
    orderings: ClassVar[dict[str, str]] = {name: name for name in ("name", "owner", "updated", "created")}
    default_order = "name"
    filter_form = CardFilterForm
    search_label = "Title or id"
    reach = REACH
    optional_columns: ClassVar[dict[str, bool]] = {
        "badges": True,
        "owner": True,
        "dataset": True,
        "chart": True,
        "pages": False,
        "updated": True,
        "created": False,
        "id": False,
    }
    empty_icon = "layout-cards"
    empty_title = "No cards yet"
    empty_text = "The token of this connection sees no card. Cards are made in Domo, on top of a dataset."
    views_template = "accounts/list_views.html"

    def __init__(self, request: ConnectionRequest) -> None:
        super().__init__(request)
        self.connection: Connection = request.connection
        self.export_url = reverse("data:cards_export", args=[self.connection.slug])
        self.selection_url = reverse("data:cards_selected", args=[self.connection.slug])

    def bulk_actions(self) -> list[BulkAction]:
        """Return what this person may do with selected cards."""
        booklet = [BOOKLET] if may(self.request.user, BookletKind.role) else []
        return [*booklet, *bulk_buttons(CardAction.target_kind, self.request.user)]

    @cached_property
    def form(self) -> CardFilterForm:
        """Return the filter form; the owner's field suggests people."""
        owners_url = reverse("data:datasets_owners", args=[self.connection.slug])
        return CardFilterForm(self.request.GET, owners_url=owners_url)

    @cached_property
    def filters(self) -> dict[str, Any]:
        """Return the filters that are set and valid."""
        return set_filters(self.form)

    @cached_property
    def resolved(self) -> dict[str, Any]:
        """Return the filters as the search takes them."""
        client = self.connection.client()
        with client.deadline(SECONDS):
            return resolved_filters(client, self.filters)

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page."""
        page = self._find(query)
        return RemotePage(page.rows, page.total, request_id=page.request_id)

    def _find(self, query: RemoteQuery) -> CardPage:
        client = self.connection.client()
        wanted = CardQuery(query.search, self.resolved, query.order or "name", query.descending)
        with client.deadline(SECONDS):
            return find_cards(client, wanted, query.count, query.offset)

    def every_row(self) -> Iterator[CardRow]:
        """Yield all that match, as far as the search reaches, each card once though rows move between pages."""
        seen: set[str] = set()
        offset = 0
        while offset < REACH:
            page = self._find(self.query(offset, min(EXPORT_PAGE, REACH - offset), self.order))
            fresh = {row.id: row for row in page.rows if row.id not in seen}
            seen.update(fresh)
            yield from fresh.values()
            offset += len(page.rows)
            if not fresh or offset >= page.total:
                return
