"""The executor's applications, and the jobs of one of them, as lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.connections.access import ConnectionRequest
from apps.core.lists import RemoteList
from apps.core.object_pages import object_url
from apps.core.remote import RemotePage, RemoteQuery
from apps.core.tables import KitTable, NameColumn, NumberColumn, TimeColumn
from apps.core.templatetags.ui import badge
from apps.governance.domostats.reading import applications, jobs_of
from domoadmin.services.results.domostats import ExecutorApplication, ExecutorJob

_STATUS = {"SUCCESS": ("Success", "is-ok", "check"), "FAILED": ("Failed", "is-bad", "circle-x")}


def person(slug: str, identifier: str, name: str = "") -> SafeString:
    """Write a person as the link to their page, where there is one."""
    url = object_url(slug, "user", identifier) if identifier.isdecimal() else ""
    shown = name or identifier
    return format_html('<a href="{}">{}</a>', url, shown) if url else format_html("{}", shown)


def named(url_name: str, arguments: Sequence[str], name: str) -> SafeString:
    """Write a name as the link to its page; an id that fits into no address, such as none, gets no link."""
    shown = name or arguments[-1] or "No name"
    try:
        return format_html('<a class="text-body fw-medium" href="{}">{}</a>', reverse(url_name, args=arguments), shown)
    except NoReverseMatch:
        return format_html("{}", shown)


def status_badge(status: str) -> SafeString:
    """Draw the state that an application reports."""
    word, css, name = _STATUS.get(status.upper(), (status.replace("_", " ").capitalize(), "is-off", ""))
    return badge(word, css, name)


class WholeList(RemoteList):
    """A list that the upstream gives as a whole: searched, ordered and cut into pages here. Write rows(), words()."""

    count_suffix = "visible to this token"

    def __init__(self, request: ConnectionRequest) -> None:
        super().__init__(request)
        self.connection = request.connection

    def rows(self) -> Sequence[Any]:
        """Return all rows. Raises UpstreamError."""
        raise NotImplementedError

    def words(self, row: Any) -> Iterable[str]:
        """Return what the search looks at."""
        raise NotImplementedError

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page of what matches."""
        everything = self.rows()
        wanted = query.search.casefold()
        found = [row for row in everything if not wanted or any(wanted in word.casefold() for word in self.words(row))]
        if query.order:
            found.sort(key=lambda row: _sort_key(getattr(row, str(query.order))), reverse=query.descending)
        shown = found[query.offset : query.offset + query.count]
        return RemotePage(shown, len(found), visible=len(everything) if wanted else None)


def _sort_key(value: Any) -> tuple[bool, Any]:
    return value is not None, value.casefold() if isinstance(value, str) else value if value is not None else 0


class ApplicationTable(KitTable):
    """One row for each application; the name opens its jobs."""

    caption = "Applications"
    phone = ("name", "status", "description", "created")

    name = NameColumn()
    status = tables.Column(default="", attrs={"cell": {"class": "cell-state"}})
    description = tables.Column(default="", orderable=False)
    owner_id = tables.Column(verbose_name="Owner", default="", orderable=False)
    created = TimeColumn(default="")

    def render_name(self, record: ExecutorApplication) -> SafeString:
        """Link the application's jobs."""
        return named("governance:domostats_jobs", [self.listing.connection.slug, record.id], record.name)

    def render_status(self, value: str) -> SafeString:
        """Draw the state."""
        return status_badge(value)

    def render_owner_id(self, value: str, record: ExecutorApplication) -> SafeString:
        """Write who owns it."""
        owner = record.raw.get("owner")
        name = owner.get("name") if isinstance(owner, dict) else ""
        return person(self.listing.connection.slug, value, str(name or ""))


class ApplicationList(WholeList):
    """The applications of the executor."""

    key = "domostats"
    table_class = ApplicationTable
    noun = ("application", "applications")
    search_label = "Name or id"
    orderings: ClassVar[dict[str, str]] = {"name": "name", "status": "status", "created": "created"}
    default_order = "name"
    empty_icon = "cpu"
    empty_title = "No applications"
    empty_text = "The token of this connection sees no application of the executor, such as Remote DomoStats."

    def rows(self) -> Sequence[ExecutorApplication]:
        """Return the applications."""
        return applications(self.connection.client())

    def words(self, row: ExecutorApplication) -> Iterable[str]:
        """Name, id and description."""
        return row.name, row.id, row.description


class JobTable(KitTable):
    """One row for each job; the name opens it."""

    caption = "Jobs of the application"
    phone = ("name", "timeout", "remote_instance", "updated")

    name = NameColumn()
    remote_instance = tables.Column(verbose_name="Remote instance", default="")
    timeout = NumberColumn(verbose_name="Time-out", default="")
    accounts = NumberColumn(default="", orderable=False)
    owner_id = tables.Column(verbose_name="Owner", default="", orderable=False)
    updated = TimeColumn(default="")

    def render_name(self, record: ExecutorJob) -> SafeString:
        """Link the job."""
        arguments = [self.listing.connection.slug, self.listing.application_id, record.id]
        return named("governance:domostats_job", arguments, record.name)

    def render_accounts(self, value: Sequence[str]) -> str:
        """Write the ids of the accounts that it uses."""
        return ", ".join(value)

    def render_owner_id(self, value: str) -> SafeString:
        """Write who owns it."""
        return person(self.listing.connection.slug, value)


class JobList(WholeList):
    """The jobs of one application."""

    key = "domostats-jobs"
    table_class = JobTable
    noun = ("job", "jobs")
    search_label = "Name, instance or id"
    orderings: ClassVar[dict[str, str]] = {
        "name": "name",
        "remote_instance": "remote_instance",
        "timeout": "timeout",
        "updated": "updated",
    }
    default_order = "name"
    empty_icon = "cpu"
    empty_title = "No jobs yet"
    empty_text = "This application runs nothing. Jobs are made in Domo, where the application is installed."

    def __init__(self, request: ConnectionRequest, application_id: str) -> None:
        super().__init__(request)
        self.application_id = application_id

    @cached_property
    def _jobs(self) -> Sequence[ExecutorJob]:
        return jobs_of(self.connection.client(), self.application_id)

    def rows(self) -> Sequence[ExecutorJob]:
        """Return the jobs."""
        return self._jobs

    def words(self, row: ExecutorJob) -> Iterable[str]:
        """Name, id and remote instance."""
        return row.name, row.id, row.remote_instance
