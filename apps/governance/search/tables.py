"""The table of what the search finds."""

from __future__ import annotations

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.core.addresses import with_parameters
from apps.core.object_pages import object_url
from apps.core.states import state_look
from apps.core.tables import BadgesColumn, KitTable, NameColumn, TimeColumn
from apps.core.templatetags.ui import copy, icon
from apps.governance.search.results import Row

UNTOLD = format_html('<span class="text-secondary">{}</span>', "not reported")


class ResultTable(KitTable):
    """One row for each thing found; the name opens it here, where its kind has a page."""

    caption = "Results"
    phone = ("name", "kind", "owner", "modified")

    name = NameColumn(empty_values=())
    kind = tables.Column(verbose_name="Type", empty_values=())
    detail = tables.Column(verbose_name="About", default="")
    state = BadgesColumn(empty_values=())
    owner = tables.Column(empty_values=())
    modified = TimeColumn(default=UNTOLD)
    created = TimeColumn(default=UNTOLD)
    id = tables.Column()
    links = tables.Column(verbose_name="", empty_values=())

    def render_kind(self, record: Row) -> SafeString:
        """Draw icon and word."""
        entity = record.entity
        return format_html('<span class="kind">{}{}</span>', icon(entity.icon, "text-secondary"), entity.label)

    def render_name(self, record: Row) -> SafeString:
        """Link its page here, else what is known of it."""
        slug = self.listing.connection.slug
        url = record.url(slug) or self.fields_url(record)
        return format_html('<a class="text-body fw-medium" href="{}">{}</a>', url, record.title)

    def render_detail(self, value: str) -> str:
        """Write the beginning of it."""
        return value if len(value) <= 120 else f"{value[:120]}…"

    def render_state(self, record: Row) -> SafeString:
        """Say whether it is certified."""
        if not record.certification:
            return SafeString("")
        look = state_look(record.certification.lower())
        return BadgesColumn().render([(look.word, look.css, look.icon)])

    def render_owner(self, record: Row) -> SafeString:
        """Link the owner."""
        if not record.owner and not record.owner_id:
            return UNTOLD
        url = object_url(self.listing.connection.slug, "user", record.owner_id) if record.owner_id else ""
        shown = record.owner or f"User {record.owner_id}"
        return format_html('<a href="{}">{}</a>', url, shown) if url else format_html("{}", shown)

    def render_id(self, value: str) -> SafeString:
        """Write the id, with a button that copies it."""
        return copy(str(value), "id")

    def render_links(self, record: Row) -> SafeString:
        """Lead to everything that is told of it, and into Domo."""
        domo = record.url_in_domo(self.listing.connection.base_url)
        fields = format_html(
            '<a href="{}">All fields<span class="visually-hidden"> of {}</span></a>', *self._named(record)
        )
        if not domo:
            return fields
        return format_html(
            '{} <a class="ms-2 text-nowrap" href="{}" target="_blank" rel="noopener">Domo{}'
            '<span class="visually-hidden">: {}</span></a>',
            fields, domo, icon("external-link", "icon-inline ms-1"), record.title,
        )  # fmt: skip

    def _named(self, record: Row) -> tuple[str, str]:
        return self.fields_url(record), record.title

    def fields_url(self, record: Row) -> str:
        """Return the address of everything that the search tells of it."""
        url = reverse("governance:search_hit", args=[self.listing.connection.slug])
        return with_parameters(url, {"type": record.entity.name, "id": record.id, "back": self.listing.query_string})
