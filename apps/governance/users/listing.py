"""The list of people: one call for the page that is shown, or everybody where the search can't tell."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar

from django.urls import reverse
from django.utils import timezone

from apps.connections.access import ConnectionRequest
from apps.connections.models import Connection
from apps.core.filters import Chip, chips_of, set_filters
from apps.core.lists import BulkAction, RemoteList
from apps.core.remote import RemotePage, RemoteQuery
from apps.governance.users.directory import directory, known_directory, roles_of
from apps.governance.users.filters import PeopleFilterForm
from apps.governance.users.people_search import ORDERS, PeoplePage, PeopleQuery, find_people
from apps.governance.users.rows import PersonRow
from apps.governance.users.tables import PeopleTable
from apps.jobs.bulk.views import bulk_buttons
from domoadmin.services.errors import UpstreamError

TARGET_KIND = "user"
SECONDS = 30.0
EXPORT_PAGE = 500
# So few are read at once, so that the filter menu can offer departments with their counts.
FACETS_UP_TO = 2_000


class PeopleList(RemoteList):
    """The people whom the connection's token sees."""

    key = "governance-users"
    table_class = PeopleTable
    noun = ("person", "people")
    orderings: ClassVar[dict[str, str]] = ORDERS
    default_order = "name"
    filter_form = PeopleFilterForm
    search_label = "Name, e-mail or id"
    optional_columns: ClassVar[dict[str, bool]] = {
        "badges": True,
        "email": True,
        "role": True,
        "title": False,
        "department": True,
        "location": False,
        "phone_number": False,
        "seen": True,
        "created": False,
        "id": False,
    }
    empty_icon = "users"
    empty_title = "Nobody to see"
    empty_text = "The token of this connection sees no person."
    views_template = "accounts/list_views.html"
    summary_template = "governance/users/list_notice.html"

    def __init__(self, request: ConnectionRequest) -> None:
        super().__init__(request)
        self.connection: Connection = request.connection
        self.export_url = reverse("governance:users_export", args=[self.connection.slug])
        self.selection_url = reverse("jobs:bulk_start", args=[self.connection.slug])
        self.found: PeoplePage | None = None

    def bulk_actions(self) -> list[BulkAction]:
        """Return what this admin may do with selected people."""
        return self._buttons

    @cached_property
    def _buttons(self) -> list[BulkAction]:
        return bulk_buttons(TARGET_KIND, self.request.user)

    @cached_property
    def filters(self) -> dict[str, Any]:
        """Return the filters that are set; which values there are does not matter for that."""
        return set_filters(PeopleFilterForm(self.request.GET))

    @cached_property
    def form(self) -> PeopleFilterForm:
        """Return the form with what there is to choose from; read it after the rows."""
        known = known_directory(self.connection)
        return PeopleFilterForm(
            self.request.GET,
            roles=self._roles,
            departments=known.values("department") if known else (),
            states=known.values("active") if known else (),
        )

    @cached_property
    def _roles(self) -> list[tuple[str, str, int | None]]:
        try:
            roles = roles_of(self.connection, self.connection.client())
        except UpstreamError:
            # The list does not fail because what there is to filter by is not known.
            return []
        return [(role.id, role.name or role.id, role.user_count) for role in roles or ()]

    @cached_property
    def chips(self) -> list[Chip]:
        """Return the filters as chips; the role's shows its name."""
        names = {identifier: name for identifier, name, _ in self._roles}
        return [
            Chip(chip.label, names.get(chip.value, chip.value), chip.remove_url) if chip.label == "Role" else chip
            for chip in chips_of(PeopleFilterForm(self.request.GET), self.url)
        ]

    @property
    def is_lacking(self) -> bool:
        """Say whether this upstream has no users search."""
        return bool(self.found and self.found.lacking)

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page."""
        client = self.connection.client()
        with client.deadline(SECONDS):
            found = self.found = self._find(query)
            small = found.visible is not None and found.visible <= FACETS_UP_TO
            if small and not found.listed and known_directory(self.connection) is None:
                self._read_facets()
        known = known_directory(self.connection)
        visible = found.visible if found.visible is not None else len(known.people) if known else None
        return RemotePage(found.rows, found.total, visible, found.request_id, found.as_of)

    def _read_facets(self) -> None:
        try:
            directory(self.connection, self.connection.client())
        except UpstreamError:
            return

    def _find(self, query: RemoteQuery) -> PeoplePage:
        wanted = PeopleQuery(query.search, query.filters, query.order or "name", query.descending)
        client = self.connection.client()
        return find_people(self.connection, client, wanted, query.count, query.offset, now=timezone.now())

    def every_row(self) -> Iterator[PersonRow]:
        """Yield all that match, each once though people come and go between pages."""
        seen: set[str] = set()
        offset = 0
        while True:
            client = self.connection.client()
            with client.deadline(SECONDS):
                page = self._find(self.query(offset, EXPORT_PAGE, self.order))
            fresh = {row.id: row for row in page.rows if row.id not in seen}
            seen.update(fresh)
            yield from fresh.values()
            offset += len(page.rows)
            if not fresh or offset >= page.total:
                return
