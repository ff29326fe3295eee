"""Template tags of the kit: icons, figures, times, states, drawings, panels, addresses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import RequestContext
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.core import drawing, formats
from apps.core.access import may as role_may
from apps.core.addresses import with_parameters
from apps.core.columns import COLUMNS
from apps.core.object_pages import object_url
from apps.core.states import StateLook, state_look
from domoadmin.services.roles import Role

register = template.Library()


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw an icon of the sprite; it is decoration, so give the element around it a name."""
    return _icon(name, css)


# A page draws hundreds, of a few dozen kinds.
@lru_cache(maxsize=1_000)
def _icon(name: str, css: str) -> SafeString:
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f" {css}" if css else "",
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def number(value: float | int | None, places: int = 0) -> str:
    """Write a number with thousands separators."""
    return formats.format_number(value, places) if isinstance(value, int | float) else str(value or "")


@register.simple_tag(name="bytes")
def byte_count(value: float | int | None) -> SafeString:
    """Write a size; the exact number of bytes is its title."""
    if value is None:
        return SafeString("")
    return format_html('<span title="{} bytes">{}</span>', formats.format_number(value), formats.format_bytes(value))


@register.simple_tag
def duration(value: float | timedelta | None) -> str:
    """Write a span of time: seconds or a timedelta."""
    return formats.format_duration(value)


def _time_element(value: datetime, text: str) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', formats.format_machine(value), formats.format_exact(value), text
    )


@register.simple_tag
def relative_time(value: datetime | None, none: str = "never") -> SafeString:
    """Write how long ago a time is; the exact time in the person's zone is its title."""
    if not value:
        return format_html('<span class="text-secondary">{}</span>', none)
    return _time_element(value, formats.format_relative(value))


@register.simple_tag
def clock_time(value: datetime | None) -> SafeString:
    """Write the clock time in the person's zone, with the day when it is not today; the exact time is its title."""
    return _time_element(value, formats.format_clock(value)) if value else SafeString("")


@register.simple_tag
def calendar_day(value: date | datetime | None) -> str:
    """Write a day: 3 Feb 2027."""
    return f"{value.day} {value:%b %Y}" if value else ""


@register.simple_tag
def state_badge(state: str, label: str = "", icon_name: str = "", css: str = "") -> SafeString:
    """Draw the badge of a job's, item's or object's state; label, icon_name and css replace the state's own."""
    look = state_look(state)
    return badge(label or look.word, css or look.css, icon_name or look.icon, look.solid)


@register.simple_tag
def badge(label: str, css: str = "is-off", icon_name: str = "", solid: bool = False) -> SafeString:
    """Draw a soft badge with a word; on phones a list shows its icon alone, so give one where it stands in a list."""
    return format_html(
        '<span class="badge{} {}">{}<span class="{}">{}</span></span>',
        " badge-solid" if solid else "",
        css,
        icon(icon_name) if icon_name else "",
        "badge-text" if icon_name else "",
        label,
    )


@register.filter
def look_of(state: str) -> StateLook:
    """Return class, icon and word of a state."""
    return state_look(state)


@register.simple_tag
def environment_badge(connection: Any) -> SafeString:
    """Draw the solid badge of a connection's environment."""
    return format_html(
        '<span class="badge badge-env env-{}">{}</span>', connection.environment, connection.environment_label
    )


@register.simple_tag
def copy(value: str, what: str = "text", shown: str = "") -> SafeString:
    """Write a value in code type with a button that copies it; `shown` replaces what is read, not what is copied."""
    return format_html(
        '<span class="text-nowrap"><code title="{0}">{1}</code><copy-button value="{0}">'
        '<button class="copy" type="button" aria-label="Copy the {2}">{3}</button></copy-button></span>',
        value,
        shown or value,
        what,
        icon("copy", "icon-inline"),
    )


@register.simple_tag
def crumb(label: str, url: str) -> SafeString:
    """Draw one breadcrumb. The list ends with the page's parent; the title names the page itself."""
    return format_html('<li class="breadcrumb-item"><a href="{}">{}</a></li>', url, label)


@register.simple_tag
def object_link(connection: str, kind: str, identifier: object, name: str) -> SafeString:
    """Write an object's name as the link to its page on the connection with this slug, if its kind has one."""
    url = object_url(connection, kind, identifier)
    return format_html('<a href="{}">{}</a>', url, name) if url else format_html("{}", name)


@register.simple_tag
def stack(parts: Sequence[tuple[str, int]], label: str) -> SafeString:
    """Draw a stacked bar from (state class, count) pairs; nothing that exists is too thin to see."""
    return drawing.stack(parts, label)


@register.simple_tag
def spark(values: Sequence[float], css: str = "is-off", label: str = "") -> SafeString:
    """Draw a small trend; without a label it is decoration."""
    return drawing.spark(values, css, label)


@register.simple_tag
def columns(values: Sequence[drawing.Column], label: str) -> SafeString:
    """Draw a chart of stacked columns; put a table of the figures beside it."""
    return drawing.columns(values, label)


@register.simple_tag
def progress(value: float | None, total: float | None, label: str, css: str = "is-run") -> SafeString:
    """Draw a progress element; without a total it says only that something moves."""
    if not total or value is None:
        return format_html('<progress class="progress progress-sm {}" aria-label="{}"></progress>', css, label)
    return format_html(
        '<progress class="progress progress-sm {}" max="{}" value="{}" aria-label="{}"></progress>',
        css,
        f"{total:.0f}",
        f"{min(value, total):.0f}",
        label,
    )


@register.filter
def sentence(text: str) -> str:
    """End a text with a full stop where it has none, so that another sentence may follow."""
    return formats.format_sentence(text)


@register.filter
def may(user: Any, least: str) -> bool:
    """Say whether to show something at all: {% if user|may:"steward" %}. The view still checks where work is done."""
    return role_may(user, Role(least))


@register.simple_tag(takes_context=True)
def page_url(context: RequestContext, **changes: Any) -> str:
    """Return the present address with parameters replaced; None or an empty text removes one."""
    request: HttpRequest = context["request"]
    return with_parameters(request.get_full_path(), {COLUMNS: None, **changes})


@register.inclusion_tag("ui/panel_loading.html")
def panel(key: str, title: str, url: str, rows: int = 5, columns: int = 2) -> dict[str, Any]:
    """Place a panel that loads itself from url; rows and columns of placeholders give it its final size."""
    return {"key": key, "title": title, "url": url, "rows": range(rows), "columns": range(columns)}


@register.simple_tag
def row_check(table: Any, record: Any) -> SafeString:
    """Draw the checkbox that selects a row of a list; one that can't be selected says why."""
    if why := table.why_not_selected(record):
        return format_html(
            '<input class="form-check-input table-selectable-check m-0" type="checkbox" disabled title="{1}" '
            'aria-label="{0} can’t be selected">',
            table.row_name(record),
            why,
        )
    return format_html(
        '<input class="form-check-input table-selectable-check m-0" type="checkbox" name="id" value="{}" '
        'aria-label="Select {}" autocomplete="off">',
        table.row_key(record),
        table.row_name(record),
    )


@register.simple_tag
def kept_inputs(listing: Any, form: str) -> SafeString:
    """Draw the hidden fields by which a form of a list ("search", "filters", "columns", "size") keeps the rest."""
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', listing.kept_by(form))
