"""The list of roles, and the list of the people who have one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.connections.access import ConnectionRequest
from apps.core.lists import RemoteList
from apps.core.optional_calls import if_told
from apps.core.remote import RemotePage, RemoteQuery
from apps.core.tables import KitTable, NameColumn, NumberColumn, TimeColumn
from apps.core.templatetags.ui import badge, object_link
from apps.governance.groups.people import Person, everybody, matching
from apps.governance.roles.reading import SECONDS, SYSTEM, is_system, read_roles
from domoadmin.services.client import Client
from domoadmin.services.results import UpstreamRole

UNTOLD = format_html('<span class="text-secondary">{}</span>', "not reported")
PAGE = 500


class RoleTable(KitTable):
    """One row for each role; the name opens it."""

    caption = "Roles"
    phone = ("name", "user_count", "description")

    name = NameColumn()
    user_count = NumberColumn(verbose_name="People", default=UNTOLD)
    authority_count = NumberColumn(verbose_name="Authorities", default=UNTOLD)
    description = tables.Column(default="")
    created = TimeColumn(default=UNTOLD)
    modified = TimeColumn(verbose_name="Changed", default=UNTOLD)
    id = tables.Column(verbose_name="Id")

    def render_name(self, value: str, record: UpstreamRole) -> SafeString:
        """Link the role."""
        url = reverse("governance:role_show", args=[self.listing.connection.slug, record.id])
        mark = badge(*SYSTEM) if is_system(record) else ""
        return format_html('<a class="text-body fw-medium" href="{}">{}</a> {}', url, value.strip() or record.id, mark)

    def render_user_count(self, value: int, record: UpstreamRole) -> SafeString:
        """Link the people; phones have no heading that says what the number counts."""
        url = reverse("governance:role_people", args=[self.listing.connection.slug, record.id])
        count = NumberColumn().render(value)
        return format_html('<a href="{}">{}<span class="d-md-none"> people</span></a>', url, count)


class RoleList(RemoteList):
    """All roles: one call has no paging and no order, so both are done here."""

    key = "roles"
    table_class = RoleTable
    noun = ("role", "roles")
    search_label = "Name, description or id"
    orderings: ClassVar[dict[str, str]] = {
        "name": "name",
        "user_count": "user_count",
        "authority_count": "authority_count",
        "created": "created",
        "modified": "modified",
    }
    default_order = "name"
    optional_columns: ClassVar[dict[str, bool]] = {
        "user_count": True,
        "authority_count": True,
        "description": True,
        "created": False,
        "modified": True,
        "id": False,
    }
    empty_icon = "user-shield"
    empty_title = "No roles"
    empty_text = "The token sees no role."

    def __init__(self, request: ConnectionRequest) -> None:
        super().__init__(request)
        self.connection = request.connection
        self.export_url = reverse("governance:roles_export", args=[self.connection.slug])

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page out of all."""
        roles = read_roles(self.connection.client())
        wanted = query.search.casefold()
        found = [role for role in roles if wanted in f"{role.name}\n{role.description}\n{role.id}".casefold()]
        order = query.order or "name"
        found.sort(key=lambda role: _order_of(role, order), reverse=query.descending)
        return RemotePage(found[query.offset : query.offset + query.count], len(found), len(roles))


def _order_of(role: UpstreamRole, order: str) -> tuple[Any, ...]:
    value = getattr(role, order)
    # What is not told comes before what is, and never meets it.
    return (value is not None, str(value).casefold() if order == "name" else value or 0, role.id)


class PeopleTable(KitTable):
    """One row for each person; the name opens them."""

    caption = "People"
    phone = ("name", "email")

    name = NameColumn(empty_values=())
    email = tables.Column(verbose_name="E-mail", default="")
    id = tables.Column(verbose_name="Id")

    def render_name(self, record: Person) -> SafeString:
        """Link the person."""
        return format_html(
            '<span class="fw-medium">{}</span>',
            object_link(self.listing.connection.slug, "user", record.id, record.shown),
        )


class PeopleList(RemoteList):
    """The people who have one role."""

    key = "role-people"
    table_class = PeopleTable
    noun = ("person", "people")
    empty_icon = "users"
    empty_title = "Nobody has this role"
    empty_text = "It can be deleted, or given to people under Governance, People."

    def __init__(self, request: ConnectionRequest, role: UpstreamRole) -> None:
        super().__init__(request)
        self.connection = request.connection
        self.role = role
        self.export_url = reverse("governance:role_people_export", args=[self.connection.slug, role.id])

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page."""
        return people_page(self.connection.client(), self.role.id, query.count, query.offset)

    def every_row(self) -> Iterator[Any]:
        """Yield everybody who has the role, each once."""
        seen: set[str] = set()
        while True:
            page = self.fetch(RemoteQuery(len(seen), PAGE))
            fresh = [person for person in page.rows if person.id not in seen]
            seen.update(person.id for person in fresh)
            yield from fresh
            if not fresh or len(seen) >= page.total:
                return


def people_page(client: Client, role_id: str, count: int, offset: int = 0) -> RemotePage:
    """Return some of the people who have a role: by the call of public clients, else out of everybody.

    Raises UpstreamError.
    """
    with client.deadline(SECONDS):
        told = if_told(lambda: client.roles.list_users(role_id, limit=count, offset=offset))
        if told is not None:
            rows = [Person.of(user) for user in told if user.id]
            total = told.total if told.total is not None else offset + len(rows) + (len(rows) >= count)
            return RemotePage(rows, total, None, told.request_id)
        people = everybody(client)
    found = matching([person for person in people.values() if person.role_id == role_id], "")
    return RemotePage(found[offset : offset + count], len(found))
