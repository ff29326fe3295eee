"""What a person ran, and the queries that have a name, as lists."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django import forms
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.connections.access import ConnectionRequest
from apps.core.formats import format_duration, format_number
from apps.core.lists import LocalList
from apps.core.remote import RemoteQuery
from apps.core.tables import KitTable, NameColumn, NumberColumn, TimeColumn
from apps.core.templatetags.ui import badge, state_badge
from apps.data.queries import history
from apps.data.queries.models import NamedQuery, QueryRun, RunState


def shorter_sql(sql: str) -> str:
    """Return a statement as one short line."""
    line = " ".join(sql.split())
    return line if len(line) <= 160 else f"{line[:159]}…"


class HistoryTable(KitTable):
    """Runs, newest first."""

    caption = "What you ran"
    phone = ("sql", "state", "at")

    sql = tables.Column(verbose_name="SQL", attrs={"cell": {"class": "cell-name"}})
    state = tables.Column(verbose_name="State", attrs={"cell": {"class": "cell-state"}})
    dataset_name = tables.Column(verbose_name="Dataset", empty_values=())
    rows = NumberColumn(verbose_name="Rows")
    seconds = NumberColumn(verbose_name="Duration")
    at = TimeColumn(verbose_name="When")
    again = tables.Column(verbose_name="", empty_values=(), orderable=False)

    def render_sql(self, record: QueryRun) -> SafeString:
        """Link the statement to the editor, and tell why it failed."""
        error = (
            format_html('<div class="text-secondary text-wrap text-break">{}</div>', record.error)
            if record.error
            else ""
        )
        return format_html(
            '<a class="text-body" href="{}" title="{}"><code class="text-wrap text-break">{}</code></a>{}',
            record.editor_url,
            record.sql[:1000],
            shorter_sql(record.sql),
            error,
        )

    def render_state(self, record: QueryRun) -> SafeString:
        """Draw how it ended, and whether it was a download."""
        drawn = state_badge(record.look)
        return format_html("{} {}", drawn, badge("Download", "is-off", "download")) if record.download else drawn

    def render_dataset_name(self, record: QueryRun) -> str:
        """Write the dataset's name."""
        return record.dataset_name or record.dataset_id

    def render_rows(self, record: QueryRun) -> str:
        """Write how many rows came, with a mark where there were more."""
        return "" if record.rows is None else format_number(record.rows) + ("+" if record.cut else "")

    def render_seconds(self, record: QueryRun) -> str:
        """Write how long it took."""
        return "" if record.seconds is None else format_duration(record.seconds)

    def render_again(self, record: QueryRun) -> SafeString:
        """Draw the button that runs it again."""
        return render_to_string("data/queries/run_again.html", {"run": record}, self.request)

    def row_key(self, record: QueryRun) -> str:
        """Return the key."""
        return str(record.pk)

    def row_name(self, record: QueryRun) -> str:
        """Return the statement."""
        return shorter_sql(record.sql)


class HistoryFilters(forms.Form):
    """How runs ended."""

    state = forms.ChoiceField(required=False, choices=[("", "Any"), *RunState.choices])
    download = forms.BooleanField(required=False, label="Downloads only")


class HistoryList(LocalList):
    """What one person ran on one connection."""

    key = "query-history"
    table_class = HistoryTable
    noun = ("run", "runs")
    search_label = "Words of the SQL, or the dataset"
    filter_form = HistoryFilters
    orderings = {"at": "at", "rows": "rows", "seconds": "seconds", "dataset_name": "dataset_name", "state": "state"}
    default_order = "-at"
    empty_icon = "history"
    empty_title = "Nothing was run yet"
    empty_text = "What you run and download is kept here: your last 500, seen by nobody else."

    def __init__(self, request: ConnectionRequest) -> None:
        super().__init__(request)
        self.person, self.connection = request.user, request.connection

    def queryset(self, query: RemoteQuery) -> QuerySet[Any]:
        """Return the runs that match."""
        runs = history.runs_of(self.person, self.connection)
        if query.search:
            words = query.search
            runs = runs.filter(Q(sql__icontains=words) | Q(dataset_name__icontains=words) | Q(dataset_id=words))
        if query.filters.get("state"):
            runs = runs.filter(state=query.filters["state"])
        if query.filters.get("download"):
            runs = runs.filter(download=True)
        return runs


class NamedQueryTable(KitTable):
    """Named queries by name."""

    caption = "Named queries"
    phone = ("name", "shared", "changed_at")

    name = NameColumn(linkify=lambda record: record.editor_url)
    shared = tables.Column(verbose_name="Seen by", attrs={"cell": {"class": "cell-state"}})
    dataset_name = tables.Column(verbose_name="Dataset", empty_values=())
    owner = tables.Column(verbose_name="Saved by")
    changed_at = TimeColumn(verbose_name="Changed")
    change = tables.Column(verbose_name="", empty_values=(), orderable=False)

    def render_shared(self, record: NamedQuery) -> SafeString:
        """Draw who sees it."""
        return badge("Everybody", "is-run", "users") if record.shared else badge("Its owner", "is-off", "lock")

    def render_dataset_name(self, record: NamedQuery) -> str:
        """Write the dataset's name."""
        return record.dataset_name or record.dataset_id

    def render_owner(self, record: NamedQuery) -> str:
        """Write who saved it."""
        return record.owner.display_name

    def render_change(self, record: NamedQuery) -> SafeString:
        """Draw the button that renames, shares or deletes it."""
        may_change = record.may_be_changed_by(self.request.user)
        return render_to_string(
            "data/queries/named_actions.html", {"query": record, "may_change": may_change}, self.request
        )


class NamedQueryFilters(forms.Form):
    """Whose queries."""

    mine = forms.BooleanField(required=False, label="Mine only")


class NamedQueryList(LocalList):
    """The named queries that a person sees on a connection."""

    key = "named-queries"
    table_class = NamedQueryTable
    noun = ("named query", "named queries")
    search_label = "Name, SQL or dataset"
    filter_form = NamedQueryFilters
    orderings = {"name": "name", "dataset_name": "dataset_name", "changed_at": "changed_at"}
    default_order = "name"
    empty_icon = "star"
    empty_title = "No query has a name yet"
    empty_text = "Open a dataset in the console, write the SQL and press Save."

    def __init__(self, request: ConnectionRequest) -> None:
        super().__init__(request)
        self.person, self.connection = request.user, request.connection

    def queryset(self, query: RemoteQuery) -> QuerySet[Any]:
        """Return the queries that match."""
        found = history.named_queries_of(self.person, self.connection)
        if query.search:
            words = query.search
            found = found.filter(Q(name__icontains=words) | Q(sql__icontains=words) | Q(dataset_name__icontains=words))
        if query.filters.get("mine"):
            found = found.filter(owner=self.person)
        return found
