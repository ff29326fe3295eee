"""The table of cards."""

from __future__ import annotations

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.core.tables import BadgesColumn, KitTable, NameColumn, TimeColumn
from apps.core.templatetags.ui import copy
from apps.data.cards.rows import CardRow
from apps.data.datasets.rows import NOT_REPORTED

MISSING = format_html('<span class="text-secondary">{}</span>', NOT_REPORTED)


class CardTable(KitTable):
    """One row for each card; the title opens it."""

    caption = "Cards"
    phone = ("name", "badges", "owner", "updated")

    name = NameColumn(verbose_name="Card")
    badges = BadgesColumn(verbose_name="State", default="")
    owner = tables.Column(default=MISSING)
    dataset = tables.Column(default=MISSING, empty_values=())
    chart = tables.Column(default=MISSING)
    pages = tables.Column(default=MISSING)
    updated = TimeColumn(default=MISSING)
    created = TimeColumn(default=MISSING)
    id = tables.Column()

    def render_name(self, value: str, record: CardRow) -> SafeString:
        """Link the card."""
        url = reverse("data:card_show", args=[self.listing.connection.slug, record.id])
        return format_html('<a class="text-body fw-medium" href="{}">{}</a>', url, record.title)

    def render_dataset(self, record: CardRow) -> SafeString:
        """Link the dataset that the card shows."""
        if not record.dataset_id:
            return format_html("{}", record.dataset) if record.dataset else MISSING
        url = reverse("data:dataset_show", args=[self.listing.connection.slug, record.dataset_id])
        return format_html('<a href="{}">{}</a>', url, record.dataset or record.dataset_id)

    def render_pages(self, value: tuple[str, ...]) -> str:
        """Name the pages."""
        return ", ".join(value)

    def render_id(self, value: str) -> SafeString:
        """Write the id, with a button that copies it."""
        return copy(str(value), "id of the card")
