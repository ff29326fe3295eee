"""The tables of versions and partitions."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.core.addresses import with_parameters
from apps.core.tables import BytesColumn, KitTable, NumberColumn, TimeColumn
from apps.core.templatetags.ui import badge, icon
from apps.data.datasets.panels import VERSION_LOOKS
from apps.data.versions.history import HISTORY, VersionRow
from apps.data.versions.jobs import ROLE_LOOKS
from apps.data.versions.keys import key_of
from apps.data.versions.partitions import Entry

MISSING = format_html('<span class="text-secondary">{}</span>', "not told")


def dialog_link(url: str, label: str, about: str, icon_name: str) -> SafeString:
    """Draw a link that opens a dialog; without a script it is a page."""
    return format_html(
        '<a class="btn btn-sm" href="{0}" hx-get="{0}" hx-target="#dialog-content" hx-swap="innerHTML">'
        '{1}<span class="link-word">{2}</span><span class="visually-hidden"> {3}</span></a>',
        url,
        icon(icon_name),
        label,
        about,
    )


class VersionTable(KitTable):
    """One row for each data version."""

    caption = "Data versions"
    phone: tuple[str, ...] = ("data_id", "status", "use", "held", "at", "actions")

    data_id = tables.Column(verbose_name="Version", attrs={"cell": {"class": "cell-name"}})
    status = tables.Column(verbose_name="State", empty_values=(), attrs={"cell": {"class": "cell-state"}})
    use = tables.Column(empty_values=(), accessor="role", attrs={"cell": {"class": "cell-state"}})
    partition = tables.Column(default="")
    # Not "rows": phones leave that column out.
    held = NumberColumn(verbose_name="Rows", accessor="row_count", default=MISSING)
    size = BytesColumn(accessor="byte_count", default=MISSING)
    upload = tables.Column(accessor="upload_id", default=MISSING)
    schema = tables.Column(accessor="schema_id", default=MISSING)
    at = TimeColumn(verbose_name="Completed", default=MISSING)
    listed_by = tables.Column(verbose_name="Listed by")
    actions = tables.Column(verbose_name="", empty_values=(), orderable=False, attrs={"cell": {"class": "text-end"}})

    def render_data_id(self, value: str) -> SafeString:
        """Write the number of the version."""
        return format_html("<code>{}</code>", value)

    def render_status(self, value: Any) -> SafeString:
        """Draw how its upload ended."""
        word, css, icon_name = VERSION_LOOKS.get(value, (str(value or "not told").capitalize(), "is-off", ""))
        return badge(word, css, icon_name)

    def render_use(self, record: VersionRow) -> SafeString:
        """Draw what it is to the present data, and whether queries see it."""
        indexed = [("Indexed", "is-run", "search")] if record.indexed else []
        return format_html_join(" ", "{}", ((badge(*look),) for look in [ROLE_LOOKS[record.role], *indexed]))

    def render_listed_by(self, value: tuple[str, ...]) -> SafeString:
        """Name the listing where it stands in one alone."""
        if len(value) > 1:
            return format_html('<span class="text-secondary">{}</span>', "both")
        return badge("History only" if value == (HISTORY,) else "Details only", "is-warn", "alert-triangle")

    def render_actions(self, record: VersionRow) -> SafeString:
        """Offer to delete it by itself."""
        if not self.listing.may_change:
            return SafeString("")
        url = reverse("data:version_delete", args=[self.listing.connection.slug, record.dataset_id, record.data_id])
        return dialog_link(url, "Delete", f"version {record.data_id}", "trash")

    def row_name(self, record: VersionRow) -> str:
        """Return what its checkbox is called."""
        return record.name


class MagicTable(VersionTable):
    """What a Magic dataflow would load."""

    caption = "Data versions for Magic"
    phone = ("data_id", "status", "held", "at")
    listed_by = None
    actions = None
    use = None


class PartitionTable(KitTable):
    """One row for each partition."""

    caption = "Partitions"
    phone = ("tag", "data", "held", "completed", "actions")

    tag = tables.Column(verbose_name="Partition", orderable=False, attrs={"cell": {"class": "cell-name"}})
    data = tables.Column(empty_values=(), accessor="has_data", orderable=False, attrs={"cell": {"class": "cell-state"}})
    held = NumberColumn(verbose_name="Rows", accessor="row_count", default=MISSING, orderable=False)
    size = BytesColumn(accessor="byte_count", default=MISSING, orderable=False)
    version = tables.Column(accessor="data_id", default=MISSING, orderable=False)
    completed = TimeColumn(verbose_name="Loaded", default=MISSING)
    actions = tables.Column(verbose_name="", empty_values=(), orderable=False, attrs={"cell": {"class": "text-end"}})

    def render_tag(self, value: str) -> SafeString:
        """Write its name."""
        return format_html('<span class="fw-medium text-break">{}</span>', value)

    def render_data(self, value: bool | None) -> SafeString:
        """Draw whether there is data behind the tag."""
        if value is None:
            return badge("Not told", "is-off", "question-mark")
        return badge("With data", "is-ok", "database") if value else badge("Tag without data", "is-warn", "tag")

    def render_actions(self, record: Entry) -> SafeString:
        """Offer both deletions."""
        if not self.listing.may_change:
            return SafeString("")
        place = {"connection": self.listing.connection.slug, "dataset_id": self.listing.dataset_id}
        links = []
        for name, label, icon_name in (("data", "Delete data", "trash"), ("tag", "Delete tag", "tag")):
            if name == "tag" or record.has_data is not False:
                url = reverse(f"data:partition_{name}_delete", kwargs=place)
                url = with_parameters(url, {"partition": record.tag})
                links.append(dialog_link(url, label, f"of {record.tag}", icon_name))
        return format_html(
            '<span class="btn-list flex-nowrap justify-content-end">{}</span>',
            format_html_join("", "{}", ((link,) for link in links)),
        )

    def row_key(self, record: Entry) -> str:
        """Return its key."""
        return key_of(self.listing.dataset_id, record.tag)

    def row_name(self, record: Entry) -> str:
        """Return what its checkbox is called."""
        return record.tag
