"""Saved views: search, filters and order of a list under a name."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.db.models import Q
from django.urls import Resolver404, resolve

from apps.accounts.models import SavedView, User

# What a person looks at just now, not what they look for.
_PASSING = {"page", "per", "columns"}


def canonical_query(query: str) -> str:
    """Return a list's parameters in one order, without page, rows per page and what is empty."""
    pairs = [(name, value) for name, value in parse_qsl(query) if name not in _PASSING]
    return urlencode(sorted(pairs))


def is_local_path(path: str) -> bool:
    """Say whether the path is an address of ours, and only a path."""
    if not path.startswith("/") or path.startswith("//") or "?" in path or "#" in path:
        return False
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def views_of(person: User, path: str) -> list[SavedView]:
    """Return the views of the list at the path that the person sees: shared ones first, then their own. One query."""
    seen = SavedView.objects.filter(Q(owner=person) | Q(shared=True), path=path)
    return list(seen.select_related("owner"))


def save_view(owner: User, path: str, name: str, query: str, shared: bool) -> SavedView:
    """Save a view; the owner's view of this name on the same list is replaced."""
    view, _made = SavedView.objects.update_or_create(
        owner=owner, path=path, name=name, defaults={"query": canonical_query(query), "shared": shared}
    )
    return view
