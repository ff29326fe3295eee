"""The list of pages: one call for the page that is shown."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.connections.access import ConnectionRequest
from apps.core.lists import BulkAction, RemoteList
from apps.core.object_pages import object_url
from apps.core.remote import RemotePage, RemoteQuery
from apps.core.tables import BadgesColumn, KitTable, NameColumn, NumberColumn, TimeColumn
from apps.core.templatetags.ui import copy
from apps.governance.pages.forms import PageFilterForm
from apps.governance.pages.jobs import PageAction
from apps.governance.pages.reading import Origin, PageQuery, every_page, find_pages
from apps.governance.pages.rows import PageRow
from apps.governance.pages.selection import query_of
from apps.jobs.bulk.views import bulk_buttons

SECONDS = 30.0
UNTOLD = format_html('<span class="text-secondary">{}</span>', "not reported")


def owners_markup(connection: str, page: PageRow) -> SafeString:
    """Write the owners, each as the link to their page where there is one."""
    if page.owners is None:
        return UNTOLD
    if not page.owners:
        return format_html('<span class="text-state is-warn">{}</span>', "no owner")
    parts = []
    for owner in page.owners:
        url = object_url(connection, "user", owner.id)
        parts.append((format_html('<a href="{}">{}</a>', url, owner.shown) if url else owner.shown,))
    return format_html_join(", ", "{}", parts)


class PageTable(KitTable):
    """One row for each page; the title opens it."""

    caption = "Pages"
    phone = ("name", "state", "owners", "modified")

    name = NameColumn(verbose_name="Page")
    parent = tables.Column(verbose_name="Below", empty_values=())
    state = BadgesColumn(empty_values=())
    owners = tables.Column(empty_values=())
    cards = NumberColumn(default=UNTOLD)
    modified = TimeColumn(default=UNTOLD)
    created = TimeColumn(default=UNTOLD)
    id = tables.Column()

    def render_name(self, record: PageRow) -> SafeString:
        """Link the page."""
        url = reverse("governance:page_show", args=[self.listing.connection.slug, record.id])
        return format_html('<a class="text-body fw-medium" href="{}">{}</a>', url, record.name)

    def render_parent(self, record: PageRow) -> SafeString | str:
        """Link the page above."""
        if record.parent is None:
            return UNTOLD
        if not record.parent:
            return "the top"
        url = reverse("governance:page_show", args=[self.listing.connection.slug, record.parent])
        return format_html('<a href="{}">{}</a>', url, record.parent_title or record.parent)

    def render_state(self, record: PageRow) -> SafeString:
        """Say whether it is locked."""
        return BadgesColumn().render([("Locked", "is-warn", "lock")] if record.locked else [])

    def render_owners(self, record: PageRow) -> SafeString:
        """Name the owners."""
        return owners_markup(self.listing.connection.slug, record)

    def render_id(self, value: str) -> SafeString:
        """Write the id, with a button that copies it."""
        return copy(str(value), "id of the page")


class PageList(RemoteList):
    """Pages that the connection's token sees."""

    key = "pages"
    table_class = PageTable
    noun = ("page", "pages")
    orderings: ClassVar[dict[str, str]] = {name: name for name in ("name", "created", "modified")}
    default_order = "name"
    filter_form = PageFilterForm
    search_label = "Title or id"
    optional_columns: ClassVar[dict[str, bool]] = {
        "parent": True,
        "state": True,
        "owners": True,
        "cards": True,
        "modified": True,
        "created": False,
        "id": False,
    }
    empty_icon = "layout-dashboard"
    empty_title = "No pages yet"
    empty_text = "The token of this connection sees no page. The first ones are made in Domo."
    views_template = "accounts/list_views.html"
    summary_template = "governance/pages/list_note.html"

    def __init__(self, request: ConnectionRequest) -> None:
        super().__init__(request)
        self.connection = request.connection
        self.origin = Origin.LIST
        self.export_url = reverse("governance:pages_export", args=[self.connection.slug])
        self.selection_url = reverse("jobs:bulk_start", args=[self.connection.slug])

    @property
    def by_search(self) -> bool:
        """Say whether the upstream lacks the list, so that the search told."""
        return self.origin == Origin.SEARCH

    def bulk_actions(self) -> list[BulkAction]:
        """Return what this person may do with selected pages."""
        return bulk_buttons(PageAction.target_kind, self.request.user)

    @cached_property
    def form(self) -> PageFilterForm:
        """Return the filter form, whose fields suggest people and pages."""
        return PageFilterForm(self.request.GET, connection=self.connection)

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page; the name of an owner costs one more call."""
        client = self.connection.client()
        with client.deadline(SECONDS):
            found = find_pages(client, self._asked(query), query.count, query.offset)
        self.origin = found.origin
        return RemotePage(found.rows, found.total, request_id=found.request_id)

    def _asked(self, query: RemoteQuery) -> PageQuery:
        asked = query_of(self.connection.client(), query.search, query.filters)
        return PageQuery(
            asked.words, asked.parents, asked.owner_ids, asked.ownerless, query.order or "name", query.descending
        )

    def every_row(self) -> Iterator[PageRow]:
        """Yield all that match."""
        yield from every_page(self.connection.client(), self._asked(self.query(0, 1, self.order)))
