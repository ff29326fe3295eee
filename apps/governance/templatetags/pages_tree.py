"""What the tree of pages draws in its rows."""

from __future__ import annotations

from django import template
from django.http import HttpRequest
from django.template import RequestContext
from django.urls import reverse
from django.utils.safestring import SafeString

from apps.core.addresses import with_parameters
from apps.governance.pages.listing import owners_markup
from apps.governance.pages.rows import PageRow

register = template.Library()


@register.simple_tag
def page_owners(connection: str, page: PageRow) -> SafeString:
    """Name the owners of a page, linked where they have a page here."""
    return owners_markup(connection, page)


@register.simple_tag(takes_context=True)
def open_url(context: RequestContext, page_id: str) -> str:
    """Return the tree's address with one more branch open, or with it closed: what a browser without script follows."""
    request: HttpRequest = context["request"]
    opened = request.GET.getlist("open")
    left = [each for each in opened if each != page_id]
    tree = reverse("governance:pages_tree", args=[context["connection"].slug])
    return with_parameters(tree, {"open": left if page_id in opened else [*left, page_id]})
