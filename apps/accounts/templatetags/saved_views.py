"""The tabs of saved views above a list."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import RequestContext

from apps.accounts import saved_views
from apps.core.addresses import with_parameters

register = template.Library()


@register.simple_tag(takes_context=True)
def view_tabs(context: RequestContext, listing: Any) -> dict[str, Any]:
    """Return the views of the list that the person sees, which of them is shown now, and where to save another."""
    request = context["request"]
    query = saved_views.canonical_query(request.META.get("QUERY_STRING", ""))
    views = saved_views.views_of(request.user, request.path)
    # Two people may have saved the same thing; one tab is the current one, one's own if there is.
    same = [view for view in views if view.query == query]
    current = next((view for view in same if view.owner_id == request.user.pk), same[0] if same else None)
    return {
        "views": views,
        "current": current,
        "changeable": current is not None and current.may_be_changed_by(request.user),
        "is_all": not query,
        "all_url": request.path,
        "save_query": with_parameters("", {"path": request.path, "query": query}),
        "savable": bool(query) and current is None,
    }
