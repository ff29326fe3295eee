"""The list of data accounts, with how many streams use each, as the last look at the streams found them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import django_tables2 as tables
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.connections.access import ConnectionRequest
from apps.connections.models import Connection
from apps.core.lists import RemoteList
from apps.core.remote import RemotePage, RemoteQuery
from apps.core.tables import BadgesColumn, KitTable, NameColumn, NumberColumn, TimeColumn
from apps.data.accounts.search import NAME, REACH, AccountRow, find
from apps.data.streams.models import StreamRecord

UNTOLD = format_html('<span class="text-secondary">{}</span>', "not reported")
SECONDS = 30.0
EXPORT_PAGE = 500


@dataclass(frozen=True)
class Use:
    """How many streams use an account, and how many of them fail."""

    streams: int
    failing: int


def uses_of(connection: Connection, account_ids: list[str]) -> dict[str, Use]:
    """Return the uses of accounts, by one query; those that no known stream uses are missing."""
    found = (
        StreamRecord.objects.filter(connection=connection, account_id__in=account_ids)
        .values("account_id")
        .annotate(streams=Count("pk"), failing=Count("pk", filter=Q(is_failing=True)))
    )
    return {row["account_id"]: Use(row["streams"], row["failing"]) for row in found}


class AccountTable(KitTable):
    """One row for each account; the name opens it."""

    caption = "Data accounts"
    phone = ("name", "badges", "provider", "streams")

    name = NameColumn()
    badges = BadgesColumn(verbose_name="Status", default=UNTOLD)
    provider = tables.Column(default=UNTOLD)
    type = tables.Column(default=UNTOLD)
    owner = tables.Column(default=UNTOLD)
    streams = NumberColumn(verbose_name="Used by streams", empty_values=())
    failing = NumberColumn(verbose_name="Of them failing", empty_values=())
    modified = TimeColumn(default=UNTOLD)
    id = tables.Column()

    def render_name(self, value: str, record: AccountRow) -> SafeString:
        """Link the account."""
        url = reverse("data:account_show", args=[self.listing.connection.slug, record.id])
        return format_html('<a class="text-body fw-medium" href="{}">{}</a>', url, value.strip() or record.id)

    def render_streams(self, record: AccountRow) -> SafeString | str:
        """Write how many streams use it, as the link to them."""
        if not self.listing.looked:
            return UNTOLD
        use = self.listing.uses.get(record.id)
        if use is None:
            return "0"
        url = reverse("data:streams_list", args=[self.listing.connection.slug])
        return format_html('<a href="{}?account={}">{}</a>', url, record.id, use.streams)

    def render_failing(self, record: AccountRow) -> SafeString | str:
        """Write how many of them fail."""
        if not self.listing.looked:
            return UNTOLD
        use = self.listing.uses.get(record.id)
        return str(use.failing) if use else "0"


class AccountList(RemoteList):
    """The data accounts that the token sees."""

    key = "accounts"
    table_class = AccountTable
    noun = ("account", "accounts")
    search_label = "Name"
    orderings: ClassVar[dict[str, str]] = {"name": NAME}
    default_order = "name"
    reach = REACH
    optional_columns: ClassVar[dict[str, bool]] = {
        "badges": True,
        "provider": True,
        "type": False,
        "owner": True,
        "streams": True,
        "failing": True,
        "modified": False,
        "id": True,
    }
    empty_icon = "key"
    empty_title = "No data accounts"
    empty_text = "The token sees no account. Connectors that need a sign-in use one; it is made here or in Domo."

    def __init__(self, request: ConnectionRequest) -> None:
        super().__init__(request)
        self.connection = request.connection
        self.export_url = reverse("data:accounts_export", args=[self.connection.slug])
        self.uses: dict[str, Use] = {}
        self.looked = StreamRecord.objects.filter(connection=self.connection).exists()
        self.searched = True

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page by one call."""
        client = self.connection.client()
        with client.deadline(SECONDS):
            page = find(client, query.search, query.count, query.offset, descending=query.descending)
        self.uses = uses_of(self.connection, [row.id for row in page.rows])
        self.searched = page.searched
        return RemotePage(page.rows, page.total, None, page.request_id)

    def every_row(self) -> Iterator[Any]:
        """Yield every account that matches with its use, each once."""
        seen: set[str] = set()
        offset = 0
        while offset < REACH:
            page = self.fetch(self.query(offset, min(EXPORT_PAGE, REACH - offset), self.order))
            fresh = {row.id: row for row in page.rows if row.id not in seen}
            seen.update(fresh)
            for row in fresh.values():
                yield row, self.uses.get(row.id)
            offset += len(page.rows)
            if not fresh or offset >= page.total:
                return
