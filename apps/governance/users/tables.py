"""The table of people."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.core.object_pages import object_url
from apps.core.tables import BadgesColumn, KitTable, NameColumn, TimeColumn
from apps.core.templatetags.ui import copy
from apps.governance.users.rows import PersonRow

UNTOLD = format_html('<span class="text-secondary">{}</span>', "not reported")


class PeopleTable(KitTable):
    """One row for each person; the name opens their page."""

    caption = "People"
    phone = ("name", "badges", "role", "seen")

    name = NameColumn()
    badges = BadgesColumn(verbose_name="State", default="")
    email = tables.Column(verbose_name="E-mail", default=UNTOLD)
    role = tables.Column(default=UNTOLD, empty_values=())
    title = tables.Column(default=UNTOLD)
    department = tables.Column(default=UNTOLD)
    location = tables.Column(default=UNTOLD)
    phone_number = tables.Column(accessor="phone", verbose_name="Phone", default=UNTOLD)
    seen = TimeColumn(verbose_name="Last seen", default=UNTOLD)
    created = TimeColumn(default=UNTOLD)
    id = tables.Column()

    def render_name(self, record: PersonRow) -> SafeString:
        """Link the person's page."""
        url = object_url(self.listing.connection.slug, "user", record.id)
        return format_html('<a class="text-body fw-medium" href="{}">{}</a>', url, record.label)

    def render_role(self, record: PersonRow) -> SafeString | str:
        """Link the role."""
        if not record.role_id:
            return record.role or UNTOLD
        url = object_url(self.listing.connection.slug, "role", record.role_id)
        word = record.role or f"Role {record.role_id}"
        return format_html('<a class="text-body" href="{}">{}</a>', url, word) if url else word

    def render_id(self, value: Any) -> SafeString:
        """Write the id with a button that copies it."""
        return copy(str(value), "id")

    def row_name(self, record: Any) -> str:
        """Return what to call a person."""
        return str(record.label)
