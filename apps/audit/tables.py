"""The trail as a list."""

from __future__ import annotations

from typing import Any, ClassVar

import django_tables2 as tables
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from apps.audit.filters import AuditFilters, matching, source_word
from apps.audit.models import AuditRecord
from apps.core.lists import LocalList
from apps.core.remote import RemoteQuery
from apps.core.tables import KitTable, NameColumn, TimeColumn
from apps.core.templatetags.ui import state_badge


class AuditTable(KitTable):
    """Records, newest first."""

    caption = "Audit records"
    phone = ("operation", "outcome", "actor_name", "at")

    operation = NameColumn(linkify=True)
    outcome = tables.Column(attrs={"cell": {"class": "cell-state"}})
    target_name = tables.Column(verbose_name="Target", empty_values=())
    actor_name = tables.Column(verbose_name="Person")
    connection = tables.Column()
    source = tables.Column(orderable=False)
    at = TimeColumn(verbose_name="When")

    def render_target_name(self, record: AuditRecord) -> str:
        """Write the name, or the id of what has none."""
        return record.target_name or record.target_id or "—"

    def render_outcome(self, record: AuditRecord) -> SafeString:
        """Draw the badge of the outcome itself, where the column would be given its label."""
        return state_badge(record.outcome)

    def render_source(self, record: AuditRecord) -> str:
        """Write where it came from."""
        return source_word(record.source)

    def row_key(self, record: AuditRecord) -> str:
        """Return the id."""
        return str(record.pk)

    def row_name(self, record: AuditRecord) -> str:
        """Return the sentence."""
        return str(record)


class AuditList(LocalList):
    """All records; admins only."""

    key = "audit"
    table_class = AuditTable
    noun = ("record", "records")
    search_label = "Person, operation, target or request id"
    filter_form = AuditFilters
    orderings = {"at": "at", "actor_name": "actor_name", "operation": "operation", "outcome": "outcome"}
    default_order = "-at"
    optional_columns: ClassVar[dict[str, bool]] = {"connection": True, "source": True}
    empty_icon = "clipboard-list"
    empty_title = "Nothing recorded yet"
    empty_text = "Each change made through DomoAdmin is written here: who, what, when, and what came of it."

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.export_url = reverse("audit:export", args=["csv"])
        self.further_exports = [("JSON lines", reverse("audit:export", args=["jsonl"]))]

    def queryset(self, query: RemoteQuery) -> QuerySet[Any]:
        """Return the records that match."""
        return matching(query.search, query.filters).defer("before", "after")

    def every_record(self) -> QuerySet[AuditRecord]:
        """Return all that match, oldest first, for an export."""
        return matching(self.search, self.filters).order_by("at", "pk")
