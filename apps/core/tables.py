"""Tables in the kit's markup: columns that know how they are written, and the order that a list takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_tables2 as tables
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django_tables2.rows import BoundRow
from django_tables2.utils import signature

from apps.core import formats
from apps.core.templatetags.ui import badge, byte_count, relative_time, row_check, state_badge

NUMERIC = {"class": "num"}


class NumberColumn(tables.Column):
    """A number, right-aligned with thousands separators; the first click sorts the largest to the top."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"cell": NUMERIC})
        kwargs.setdefault("initial_sort_descending", True)
        super().__init__(**kwargs)

    def render(self, value: Any) -> str:
        """Write the number."""
        return formats.format_number(value)


class BytesColumn(NumberColumn):
    """A size in bytes, with the exact number as its title."""

    def render(self, value: Any) -> SafeString:
        """Write the size."""
        return byte_count(value)


class TimeColumn(NumberColumn):
    """A time, relative, with the exact time in the person's zone as its title."""

    def render(self, value: Any) -> SafeString:
        """Write the time."""
        return relative_time(value)


class StateColumn(tables.Column):
    """The badge of a state."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"cell": {"class": "cell-state"}})
        super().__init__(**kwargs)

    def render(self, value: Any) -> SafeString:
        """Draw the badge."""
        return state_badge(str(value))


class NameColumn(tables.Column):
    """The name of a row, as the link that opens it (give linkify)."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"cell": {"class": "cell-name"}, "a": {"class": "text-body fw-medium"}})
        kwargs.setdefault("empty_values", (None,))
        super().__init__(**kwargs)

    def render(self, value: Any) -> SafeString:
        """Write the name; one that is empty upstream still needs something to press."""
        return format_html("{}", value) if str(value).strip() else format_html("<em>No name</em>")


class BadgesColumn(tables.Column):
    """Several badges: the value is a list of (word, css class, icon)."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"cell": {"class": "cell-state"}})
        kwargs.setdefault("orderable", False)
        super().__init__(**kwargs)

    def render(self, value: Any) -> SafeString:
        """Draw the badges."""
        return SafeString(" ".join(badge(word, css, icon) for word, css, icon in value))


def _quick(row: BoundRow, takes: Mapping[str, tuple[tuple[str, ...], str | None]]) -> BoundRow:
    """Let a row draw its cells without looking up for each what its column's render() takes."""

    def render(column: Any, value: Any = None) -> Any:
        given = row._optional_cell_arguments(column, value)
        names, takes_all = takes[column.name]
        content = column.render(**(given if takes_all else {name: given[name] for name in names}))
        return column.link(content, **given) if column.link else content

    row._call_render = render
    return row


class KitTable(tables.Table):
    """A table in the kit's markup. `caption` names it; `phone` are the columns that phones keep in two lines.

    Each cell has the class "cell-<column>". A remote or local list (apps.core.lists) sets `listing`.
    """

    caption: str = ""
    phone: tuple[str, ...] = ()
    listing: Any = None

    class Meta:
        template_name = "ui/table.html"
        order_by_field = "sort"
        per_page_field = "per"
        attrs = {"class": "table table-vcenter table-hover card-table"}

    @property
    def body(self) -> SafeString:
        """Return the rows of the page as markup.

        Written here: a template takes three times as long, half of the time of a whole list.
        """
        checks = bool(self.listing and self.listing.bulk_actions())
        # The cells of a column have one class, whatever the row; django-tables2 would work it out for each.
        classes = [(column.name, column.attrs["td"].get("class", "")) for column in self.columns]
        # So for what a column's render() takes: inspecting it is a third of the work of a cell.
        takes = {column.name: signature(column.render) for column in self.columns}
        return SafeString("".join(self._line(_quick(row, takes), classes, checks) for row in self.paginated_rows))

    def _line(self, row: Any, classes: list[tuple[str, str]], checks: bool) -> str:
        check = f'<td class="cell-check">{row_check(self, row.record)}</td>' if checks else ""
        cells = "\n".join(
            f'<td class="{conditional_escape(css)}">{conditional_escape(row.get_cell(name))}</td>'
            for name, css in classes
        )
        return f"<tr>{check}{cells}\n</tr>\n"

    @property
    def key_column(self) -> str:
        """Return the attribute that names a row when it is selected."""
        return "id"

    def row_key(self, record: Any) -> str:
        """Return the upstream id of a row, for its checkbox."""
        return str(record[self.key_column] if isinstance(record, dict) else getattr(record, self.key_column))

    def row_name(self, record: Any) -> str:
        """Return the name of a row, for the label of its checkbox."""
        name = record.get("name") if isinstance(record, dict) else getattr(record, "name", "")
        return str(name or self.row_key(record))

    def why_not_selected(self, record: Any) -> str:
        """Return why a row can't be selected; empty when it can."""
        return ""

    def get_column_class_names(self, classes_set: set[str], bound_column: Any) -> set[str]:
        """Add the class by which the style sheet finds a column's cells."""
        classes = set(super().get_column_class_names(classes_set, bound_column))
        classes.add(f"cell-{bound_column.name}")
        if self.phone and bound_column.name not in self.phone:
            classes.add("cell-wide")
        return classes
