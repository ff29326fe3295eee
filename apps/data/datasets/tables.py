"""The table of datasets."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.core.tables import BadgesColumn, KitTable, NameColumn, NumberColumn, TimeColumn
from apps.core.templatetags.ui import copy
from apps.data.datasets.detail import shorter
from apps.data.datasets.rows import NOT_REPORTED, DatasetRow

MISSING = format_html('<span class="text-secondary">{}</span>', NOT_REPORTED)
TAGS_SHOWN = 4


class DatasetTable(KitTable):
    """One row for each dataset; the name opens it."""

    caption = "Datasets"
    phone = ("name", "badges", "owner", "updated")

    name = NameColumn()
    badges = BadgesColumn(verbose_name="State", default="")
    owner = tables.Column(default=MISSING)
    source = tables.Column(default=MISSING)
    rows = NumberColumn(accessor="row_count", default=MISSING)
    columns = NumberColumn(accessor="column_count", default=MISSING)
    cards = NumberColumn(accessor="card_count", default=MISSING)
    updated = TimeColumn(default=MISSING)
    created = TimeColumn(default=MISSING)
    tags = tables.Column(default="")
    id = tables.Column()

    def render_name(self, value: str, record: DatasetRow) -> SafeString:
        """Link the dataset; one without a name still needs something to press."""
        url = reverse("data:dataset_show", kwargs={"connection": self.listing.connection.slug, "dataset_id": record.id})
        return format_html('<a class="text-body fw-medium" href="{}">{}</a>', url, value.strip() or record.id)

    def render_tags(self, value: tuple[str, ...]) -> SafeString:
        """Write the first tags, and how many more there are."""
        shown = format_html_join(" ", '<span class="badge is-off">{}</span>', ((tag,) for tag in value[:TAGS_SHOWN]))
        more = len(value) - TAGS_SHOWN
        return shown if more <= 0 else format_html('{} <span class="text-secondary">+{}</span>', shown, more)

    def render_id(self, value: Any) -> SafeString:
        """Write the beginning of the id, with a button that copies all of it."""
        return copy(str(value), "id", shorter(str(value)))
