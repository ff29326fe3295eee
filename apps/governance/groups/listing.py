"""The list of groups, and the list of a group's members."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar

import django_tables2 as tables
from django import forms
from django.core.cache import cache
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.connections.access import ConnectionRequest
from apps.core.access import may
from apps.core.lists import BulkAction, RemoteList
from apps.core.object_pages import object_url
from apps.core.optional_calls import if_told
from apps.core.remote import RemotePage, RemoteQuery
from apps.core.tables import BadgesColumn, KitTable, NameColumn, NumberColumn, TimeColumn
from apps.core.templatetags.ui import icon, object_link
from apps.governance.groups.filters import GroupFilters
from apps.governance.groups.people import Person, matching, people_of
from apps.governance.groups.reading import REACH, SECONDS, Asked, GroupRow, find_groups, is_dynamic
from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.results import Group
from domoadmin.services.roles import Role

UNTOLD = format_html('<span class="text-secondary">{}</span>', "not reported")
EXPORT_PAGE = 500
BUTTONS = "remove"
COUNT_KEPT_SECONDS = 60


class GroupTable(KitTable):
    """One row for each group; the name opens it."""

    caption = "Groups"
    phone = ("name", "badges", "members", "owners")

    name = NameColumn()
    badges = BadgesColumn(verbose_name="Type", default=UNTOLD)
    members = NumberColumn(default=UNTOLD)
    owners = tables.Column(default=UNTOLD, empty_values=(None, ()))
    description = tables.Column(default="")
    created = TimeColumn(default=UNTOLD)
    id = tables.Column(verbose_name="Id")

    def render_name(self, value: str, record: GroupRow) -> SafeString:
        """Link the group."""
        url = reverse("governance:group_show", args=[self.listing.connection.slug, record.id])
        return format_html('<a class="text-body fw-medium" href="{}">{}</a>', url, value.strip() or record.id)

    def render_members(self, value: int) -> SafeString:
        """Write the number; phones have no heading that says what it counts."""
        return format_html('{}<span class="d-md-none"> members</span>', NumberColumn().render(value))

    def render_owners(self, value: tuple[tuple[str, str, str], ...]) -> SafeString:
        """Link the first two owners."""
        slug = self.listing.connection.slug
        # The list tells only the id of whoever made a group.
        named = [(identifier, name or f"Person {identifier}") for identifier, name, _ in value]
        shown = format_html_join(", ", "{}", ((object_link(slug, "user", *each),) for each in named[:2]))
        return format_html("{} and {} more", shown, len(named) - 2) if len(named) > 2 else shown


class GroupList(RemoteList):
    """The groups that the token sees."""

    key = "groups"
    table_class = GroupTable
    noun = ("group", "groups")
    search_label = "Name"
    filter_form = GroupFilters
    orderings: ClassVar[dict[str, str]] = {"name": "name", "members": "memberCount"}
    default_order = "name"
    reach = REACH
    optional_columns: ClassVar[dict[str, bool]] = {
        "badges": True,
        "members": True,
        "owners": True,
        "description": False,
        "created": True,
        "id": True,
    }
    views_template = "accounts/list_views.html"
    empty_icon = "users-group"
    empty_title = "No groups"
    empty_text = "The token sees no group. Groups make sharing and permissions follow people."

    def __init__(self, request: ConnectionRequest) -> None:
        super().__init__(request)
        self.connection = request.connection
        self.export_url = reverse("governance:groups_export", args=[self.connection.slug])
        self.listed = True
        self.exact = True

    @cached_property
    def form(self) -> forms.Form | None:
        """Return the filters with suggestions of people; none where only the search finds groups."""
        people = reverse("governance:group_people", args=[self.connection.slug])
        return GroupFilters(self.request.GET, people_url=people)

    @property
    def count_suffix(self) -> str:  # type: ignore[override]
        """Say whether the count is the whole truth."""
        return "visible to this token" if self.exact else "or more visible to this token"

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page by one call."""
        client = self.connection.client()
        with client.deadline(SECONDS):
            page = find_groups(client, self._asked(query), query.count, query.offset)
            total = self._counted(client, query) if page.listed and not page.exact else None
        self.listed, self.exact = page.listed, page.exact or total is not None
        if not page.listed:
            # The documented search filters by nothing but words, and in no order that is written down.
            self.form, self.chips, self.filters = None, [], {}
        return RemotePage(page.rows, max(page.total, total or 0), None, page.request_id)

    def _counted(self, client: Client, query: RemoteQuery) -> int | None:
        """Return how many groups there are, which the list doesn't tell, as the documented search counts them."""
        if query.search or query.filters:
            return None
        key = f"governance:groups:count:{self.connection.pk}:{self.connection.updated.timestamp()}"
        found: int | None = cache.get(key)
        if found is None:
            page = if_told(lambda: client.search.query(entities=["group"], query="*", count=1))
            found = page.total if page else None
            cache.set(key, found, COUNT_KEPT_SECONDS)
        return found

    def _asked(self, query: RemoteQuery) -> Asked:
        filters = query.filters
        return Asked(
            query.search,
            filters.get("kind", ""),
            filters.get("owner", ""),
            filters.get("member", ""),
            query.order or "name",
            query.descending,
        )

    def every_row(self) -> Iterator[Any]:
        """Yield every group that matches, each once."""
        seen: set[str] = set()
        offset = 0
        while offset < REACH:
            page = self.fetch(self.query(offset, min(EXPORT_PAGE, REACH - offset), self.order))
            fresh = [row for row in page.rows if row.id not in seen]
            seen.update(row.id for row in fresh)
            yield from fresh
            offset += len(page.rows)
            if not fresh or offset >= page.total:
                return


class MemberTable(KitTable):
    """One row for each member; the name opens the person."""

    caption = "Members"
    phone = ("name", "email", "remove")

    name = NameColumn(empty_values=())
    email = tables.Column(verbose_name="E-mail", default="")
    title = tables.Column(default="")
    role = tables.Column(default="")
    id = tables.Column(verbose_name="Id")
    remove = tables.Column(verbose_name="", empty_values=(), orderable=False, attrs={"cell": {"class": "num"}})

    def row_name(self, record: Person) -> str:
        """Return the person's name."""
        return record.shown

    def render_name(self, record: Person) -> SafeString:
        """Link the person."""
        url = object_url(self.listing.connection.slug, "user", record.id)
        off = format_html(' <span class="badge is-warn">{}</span>', "Inactive") if record.active is False else ""
        if not url:
            return format_html('<span class="fw-medium">{}</span>{}', record.shown, off)
        return format_html('<a class="text-body fw-medium" href="{}">{}</a>{}', url, record.shown, off)

    def render_remove(self, record: Person) -> SafeString | str:
        """Draw the button that takes one person out."""
        if not self.listing.may_change:
            return ""
        slug, group_id = self.listing.connection.slug, self.listing.group.id
        url = reverse("governance:group_remove", args=[slug, group_id, record.id])
        return format_html(
            '<a class="btn btn-sm btn-ghost btn-icon" href="{0}" hx-get="{0}" hx-target="#dialog-content"'
            ' hx-swap="innerHTML" aria-label="Remove {1}" title="Remove">{2}</a>',
            url,
            record.shown,
            icon("user-off"),
        )


class MemberList(RemoteList):
    """The members of one group, by name: the ids come by one call, their names by another."""

    key = "group-members"
    table_class = MemberTable
    noun = ("member", "members")
    search_label = "Name, e-mail, title or id"
    orderings: ClassVar[dict[str, str]] = {"name": "name", "email": "email", "title": "title", "role": "role"}
    default_order = "name"
    count_suffix = ""
    optional_columns: ClassVar[dict[str, bool]] = {"title": True, "role": False, "id": False}
    empty_icon = "users"
    empty_title = "Nobody is in this group"

    def __init__(self, request: ConnectionRequest, group: Group) -> None:
        super().__init__(request)
        self.connection = request.connection
        self.group = group
        slug = self.connection.slug
        self.export_url = reverse("governance:group_members_export", args=[slug, group.id])
        self.selection_url = reverse("governance:group_remove_selected", args=[slug, group.id])
        self.may_change = may(request.user, Role.ADMIN) and not is_dynamic(group)

    @property
    def empty_text(self) -> str:  # type: ignore[override]
        """Say what to do next."""
        return "No person fits its rule." if is_dynamic(self.group) else "Add people one by one, or from a list."

    @cached_property
    def hidden_columns(self) -> tuple[str, ...]:
        """Hide the buttons from those who may not press them."""
        hidden = super().hidden_columns
        return hidden if self.may_change else (*hidden, BUTTONS)

    @property
    def column_choices(self) -> list[tuple[str, str, bool, bool]]:
        """Return the columns to choose from; the buttons are none."""
        return [choice for choice in super().column_choices if choice[0] != BUTTONS]

    def bulk_actions(self) -> list[BulkAction]:
        """Offer to take the selected people out."""
        return [BulkAction("remove", "Remove from the group", "user-off")] if self.may_change else []

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page out of all members."""
        found = self.all_matching(query)
        return RemotePage(found[query.offset : query.offset + query.count], len(found), len(self.group.member_ids))

    def all_matching(self, query: RemoteQuery) -> list[Person]:
        """Return all members that match, in order."""
        client = self.connection.client()
        with client.deadline(SECONDS):
            people = people_of(self.connection, client, self.group.member_ids)
        found = matching(people.values(), query.search)
        if query.order and query.order != "name":
            found.sort(key=lambda person: str(getattr(person, str(query.order))).casefold())
        return found[::-1] if query.descending else found


def members_matching(request: ConnectionRequest, group: Group, words: str) -> list[Person]:
    """Return the members that a search leaves. Raises InvalidArguments where there is none, UpstreamError."""
    found = MemberList(request, group).all_matching(RemoteQuery(0, 0, search=words))
    if not found:
        raise InvalidArguments("No member matches")
    return found
