"""The Beast Modes that have one formula in common: a list, to lock them or to go through them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import django_tables2 as tables
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.lists import BulkAction, LocalList
from apps.core.object_pages import object_url
from apps.core.remote import RemotePage, RemoteQuery
from apps.core.tables import BadgesColumn, KitTable, NameColumn, NumberColumn, TimeColumn
from apps.governance.beast_modes.duplicates import formulas_of, read_since
from apps.governance.beast_modes.formula import pieces_of
from apps.governance.beast_modes.highlighting import highlighted
from apps.governance.beast_modes.links import names_in
from apps.governance.beast_modes.listing import TARGET_KIND
from apps.governance.beast_modes.models import BeastModeFormula
from apps.governance.beast_modes.people import names_of
from apps.governance.beast_modes.selection import FORMULA, WORDS
from apps.governance.beast_modes.survey import members_of
from apps.jobs.bulk.views import bulk_buttons
from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError
from domoadmin.services.roles import Role

SECONDS = 10.0


@dataclass(frozen=True)
class Member:
    """One of the Beast Modes."""

    id: str
    name: str
    url: str
    owner: str
    dataset: str
    dataset_url: str
    cards: int
    badges: list[tuple[str, str, str]]
    modified: Any

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return self.url


class MemberTable(KitTable):
    """One row for each; the name opens it."""

    caption = "Beast Modes with this formula"
    phone = ("name", "badges", "dataset", "modified")

    name = NameColumn(linkify=True)
    badges = BadgesColumn(verbose_name="State")
    dataset = tables.Column(default="", orderable=False)
    owner = tables.Column(default="", orderable=False)
    cards = NumberColumn()
    modified = TimeColumn(verbose_name="Changed", default="")
    id = tables.Column(verbose_name="Id")

    def render_dataset(self, value: str, record: Member) -> SafeString:
        """Link it."""
        if not record.dataset_url:
            return format_html("{}", value)
        return format_html('<a href="{}">{}</a>', record.dataset_url, value)


class MemberList(LocalList):
    """The Beast Modes of one formula, as the last look read them."""

    key = "beast-mode-group"
    table_class = MemberTable
    noun = ("Beast Mode", "Beast Modes")
    search_label = "Name or id"
    orderings: ClassVar[dict[str, str]] = {
        "name": "name",
        "cards": "card_count",
        "modified": "modified_at",
    }
    default_order = "name"

    def __init__(self, request: ConnectionRequest, fingerprint: str) -> None:
        super().__init__(request)
        self.connection = request.connection
        self.fingerprint = fingerprint
        self.selection_url = reverse("jobs:bulk_start", args=[self.connection.slug])

    @cached_property
    def members(self) -> QuerySet[BeastModeFormula]:
        """Return all of them."""
        return formulas_of(self.connection).filter(fingerprint=self.fingerprint)

    @cached_property
    def crowded(self) -> set[str]:
        """Return the datasets that have the formula more than once."""
        places = Counter(one for ids in self.members.values_list("dataset_ids", flat=True) for one in set(ids))
        return {dataset for dataset, count in places.items() if count > 1}

    def bulk_actions(self) -> list[BulkAction]:
        """Return what this person may do with selected ones."""
        return bulk_buttons(TARGET_KIND, self.request.user)

    def queryset(self, query: RemoteQuery) -> QuerySet[BeastModeFormula]:
        """Return those whose name has the words."""
        return members_of(self.connection, self.fingerprint, query.search)

    @property
    def query_string(self) -> str:
        """Return what all that match are found by: the formula is no parameter of the address."""
        return urlencode({FORMULA: self.fingerprint, **({WORDS: self.search} if self.search else {})})

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page, with the names of owners."""
        page = super().fetch(query)
        client = self.connection.client()
        names = names_of(self.connection, client, [each.owner_id for each in page.rows])
        datasets = self._datasets(client, [each.dataset_ids[0] for each in page.rows if each.dataset_ids])
        rows = [self._member(each, names, datasets) for each in page.rows]
        return replace(page, rows=rows, as_of=read_since(self.connection) or page.as_of)

    def _datasets(self, client: Client, ids: list[str]) -> dict[str, str]:
        """Return the names of datasets; where they can't be had, the ids stand for them."""
        try:
            with client.deadline(SECONDS):
                return names_in(client, "dataset", list(dict.fromkeys(ids))) if ids else {}
        except UpstreamError:
            return {}

    def _member(self, each: BeastModeFormula, names: dict[str, str], datasets: dict[str, str]) -> Member:
        slug, dataset = self.connection.slug, each.dataset_ids[0] if each.dataset_ids else ""
        states = [
            (bool(self.crowded & set(each.dataset_ids)), ("Not alone on its dataset", "is-warn", "copy")),
            (bool(each.broken_count), (f"{each.broken_count} broken", "is-bad", "plug-x")),
            (each.is_locked, ("Locked", "is-off", "lock")),
            (each.is_archived, ("Archived", "is-off", "archive")),
        ]
        return Member(
            id=each.beast_mode_id,
            name=each.name,
            url=reverse("governance:beast_mode_show", args=[slug, each.beast_mode_id]),
            owner=names.get(each.owner_id, "") or each.owner_id,
            dataset=datasets.get(dataset, "") or dataset,
            dataset_url=object_url(slug, "dataset", dataset),
            cards=each.card_count,
            badges=[look for applies, look in states if applies],
            modified=each.modified_at,
        )


@connection_view(Role.VIEWER)
def group(request: ConnectionRequest, connection: Connection, fingerprint: str) -> HttpResponse:
    """Show the Beast Modes of one formula."""
    listing = MemberList(request, fingerprint)
    first = listing.members.order_by("pk").first()
    if first is None:
        raise Http404("No Beast Mode has this formula any more, as far as the last look knows.")
    context = {
        "connection": connection,
        "formula": highlighted(pieces_of(first.expression)),
        "count": listing.members.count(),
        "crowded": len(listing.crowded),
    }
    return listing.respond("governance/beast_modes/group.html", context)
