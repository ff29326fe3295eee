"""The list of Beast Modes: one documented call, or all of them looked through where more is asked than Domo filters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.connections.access import ConnectionRequest
from apps.core.lists import BulkAction, RemoteList
from apps.core.object_pages import object_url
from apps.core.remote import RemotePage, RemoteQuery
from apps.core.tables import BadgesColumn, KitTable, NameColumn, NumberColumn, TimeColumn
from apps.governance.beast_modes import reading
from apps.governance.beast_modes.filters import (
    ORDERS,
    BeastModeFilters,
    badges_of,
    card_ids,
    is_on_card,
    needs_looking_through,
)
from apps.governance.beast_modes.people import names_of
from apps.jobs.bulk.views import bulk_buttons
from domoadmin.services.results.beast_modes import BeastMode

TARGET_KIND = "beast_mode"


@dataclass(frozen=True)
class BeastModeRow:
    """A Beast Mode as the list shows it."""

    id: str
    name: str
    owner_id: str
    owner: str
    place: str
    datasets: tuple[str, ...]
    cards: int
    broken: int
    modified: datetime | None
    created: datetime | None
    badges: list[tuple[str, str, str]] = field(default_factory=list)
    slug: str = ""

    @classmethod
    def of(cls, each: BeastMode, slug: str, names: dict[str, str]) -> BeastModeRow:
        """Read one; names: those of people by their ids."""
        place = "Card" if is_on_card(each) else "Dataset" if each.dataset_ids else "Nothing"
        return cls(
            id=each.id,
            name=each.name.strip(),
            owner_id=each.owner_id,
            owner=names.get(each.owner_id, ""),
            place="Everywhere" if each.is_variable else place,
            datasets=each.dataset_ids,
            cards=len(card_ids(each)),
            broken=len(each.broken_links),
            modified=each.modified,
            created=each.created,
            badges=badges_of(each),
            slug=slug,
        )

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("governance:beast_mode_show", args=[self.slug, self.id or "-"])


class BeastModeTable(KitTable):
    """One row for each; the name opens it."""

    caption = "Beast Modes"
    phone = ("name", "badges", "owner", "modified")

    name = NameColumn(linkify=True)
    badges = BadgesColumn(verbose_name="State")
    place = tables.Column(verbose_name="Saved on")
    owner = tables.Column(empty_values=())
    datasets = NumberColumn(verbose_name="Datasets", orderable=False)
    cards = NumberColumn(verbose_name="Cards")
    broken = NumberColumn(verbose_name="Broken links")
    modified = TimeColumn(verbose_name="Changed", default="")
    created = TimeColumn(default="")
    id = tables.Column(verbose_name="Id")

    def render_owner(self, record: BeastModeRow) -> SafeString | str:
        """Link the person's page, where people have one."""
        shown = record.owner or record.owner_id
        url = object_url(record.slug, "user", record.owner_id)
        return format_html('<a href="{}" class="text-body">{}</a>', url, shown) if url and shown else shown

    def render_datasets(self, value: tuple[str, ...]) -> str:
        """Say how many."""
        return str(len(value))


class BeastModeList(RemoteList):
    """Beast Modes that the connection's token sees."""

    key = "beast-modes"
    table_class = BeastModeTable
    noun = ("Beast Mode", "Beast Modes")
    orderings: ClassVar[dict[str, str]] = {name: name for name in ORDERS}
    default_order = "name"
    filter_form = BeastModeFilters
    search_label = "Name"
    optional_columns: ClassVar[dict[str, bool]] = {
        "badges": True,
        "place": True,
        "owner": True,
        "datasets": False,
        "cards": True,
        "broken": False,
        "modified": True,
        "created": False,
        "id": False,
    }
    empty_icon = "code"
    empty_title = "No Beast Modes yet"
    empty_text = "The token of this connection sees none. Beast Modes are written in Domo, on a dataset or a card."
    views_template = "accounts/list_views.html"
    summary_template = "governance/beast_modes/looked_through.html"

    def __init__(self, request: ConnectionRequest) -> None:
        super().__init__(request)
        self.connection = request.connection
        self.export_url = reverse("governance:beast_modes_export", args=[self.connection.slug])
        self.selection_url = reverse("jobs:bulk_start", args=[self.connection.slug])
        self.looked_through = 0
        self.is_complete = True

    def bulk_actions(self) -> list[BulkAction]:
        """Return what this person may do with selected ones."""
        return bulk_buttons(TARGET_KIND, self.request.user)

    @property
    def asks_more(self) -> bool:
        """Say whether more is asked than the documented search tells."""
        return needs_looking_through(self.filters, self.order)

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page."""
        order = f"{'-' if query.descending else ''}{query.order or 'name'}"
        found = reading.find(self.connection, query.search, query.filters, order, query.count, query.offset)
        self.looked_through, self.is_complete = found.looked_through, found.complete
        return RemotePage(self._rows(found.rows), found.total, as_of=found.as_of, request_id=found.request_id)

    def _rows(self, found: list[BeastMode]) -> list[BeastModeRow]:
        names = names_of(self.connection, self.connection.client(), (each.owner_id for each in found))
        return [BeastModeRow.of(each, self.connection.slug, names) for each in found]

    def every_row(self) -> Iterator[Any]:
        """Yield all that match."""
        for each in reading.find_all(self.connection, self.search, self.filters, self.order):
            yield BeastModeRow.of(each, self.connection.slug, {})
