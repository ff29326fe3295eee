"""The panels of a page's page: cards on it, pages below it, who sees it. Each fails alone."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.object_pages import object_url
from apps.core.optional_calls import if_told
from apps.core.panels import PanelContent, panel_view
from apps.governance.pages.access import Holder, read_access
from apps.governance.pages.jobs import RevokePageAccess
from apps.governance.pages.reading import read_page
from apps.governance.pages.tree import read_branch
from domoadmin.services.client import Client
from domoadmin.services.operations import registry
from domoadmin.services.results import SearchHit, SearchPage
from domoadmin.services.results.fields import mappings, text
from domoadmin.services.roles import Role
from domoadmin.services.search_filters import term

SECONDS = 20.0
CARDS_SHOWN = 100
# The search's name of the pages that a card stands on; the documents name no field of a card.
CARD_PAGES = "pages"


@connection_view(Role.VIEWER)
@panel_view("cards", "Cards on it")
def cards(request: ConnectionRequest, connection: Connection, page_id: str) -> PanelContent:
    """Show the cards that the search says stand on this page, by its title."""
    client = connection.client()
    with client.deadline(SECONDS):
        page = read_page(client, page_id)
        found = _cards_on(client, page_id, page.title if page else "")
    context: dict[str, Any] = {"connection": connection, "page": page, "told": found is not None}
    if found is None:
        return PanelContent("governance/pages/panels/cards.html", context)
    total, hits = found
    context["cards"] = [(hit, object_url(connection.slug, "card", hit.id)) for hit in hits]
    context["total"], context["shown"] = total, len(hits)
    return PanelContent("governance/pages/panels/cards.html", context, f"{total:,} card{'' if total == 1 else 's'}")


def _cards_on(client: Client, page_id: str, title: str) -> tuple[int, list[SearchHit]] | None:
    """Return how many cards and the first of them; None where the search doesn't tell pages of cards."""
    if not title.strip():
        return None
    found: SearchPage | None = if_told(
        lambda: client.search.query(
            entities=["card"], query="*", filters=[term(CARD_PAGES, title)], count=CARDS_SHOWN, sort=()
        )
    )
    if found is None or (not found.hits and not _tells_pages(client)):
        return None
    # An upstream that doesn't know the field answers nothing, or all cards: only what says so itself is shown.
    hits = [hit for hit in found.hits if hit.id and _stands_on(hit, page_id, title)]
    if len(hits) < len(found.hits):
        return None if not hits else (len(hits), hits)
    return found.total if found.total is not None else len(hits), hits


def _tells_pages(client: Client) -> bool:
    """Say whether cards of this upstream name their pages: else finding none says nothing."""
    some: SearchPage | None = if_told(lambda: client.search.query(entities=["card"], query="*", count=1))
    return some is not None and any(CARD_PAGES in hit.raw for hit in some.hits)


def _stands_on(hit: SearchHit, page_id: str, title: str) -> bool:
    value = hit.raw.get("pages")
    names = [str(each) for each in value if isinstance(each, str | int)] if isinstance(value, list) else []
    names += [text(each, "title", "name", "pageTitle") for each in mappings(hit.raw, "pages")]
    names += [text(each, "id", "pageId") for each in mappings(hit.raw, "pages")]
    return title in names or page_id in names


@connection_view(Role.VIEWER)
@panel_view("subpages", "Sub pages", refresh=["pages-changed"])
def subpages(request: ConnectionRequest, connection: Connection, page_id: str) -> PanelContent:
    """Show the pages right below."""
    client = connection.client()
    with client.deadline(SECONDS):
        found = read_branch(client, page_id)
    context = {
        "connection": connection,
        "page_id": page_id,
        "branch": found,
        "nodes": found.nodes(0),
        "may_create": may(request.user, registry.get("pages.create_subpage").role),
        "list_url": f"{reverse('governance:pages_list', args=[connection.slug])}?parent={page_id}",
    }
    subtitle = f"{found.total:,} page{'' if found.total == 1 else 's'}" if found.told else ""
    return PanelContent("governance/pages/panels/subpages.html", context, subtitle, as_of=found.as_of)


@connection_view(Role.VIEWER)
@panel_view("access", "Who has access", refresh=["pages-changed"])
def access(request: ConnectionRequest, connection: Connection, page_id: str) -> PanelContent:
    """Show owners, people and groups, with what a person keeps through groups."""
    client = connection.client()
    with client.deadline(SECONDS):
        page = read_page(client, page_id)
        found = read_access(client, page_id)
    owners = [owner.id for owner in (page.owners if page else None) or ()]
    context: dict[str, Any] = {
        "connection": connection,
        "page_id": page_id,
        "told": found is not None,
        "may_revoke": may(request.user, registry.get(RevokePageAccess.operation).role),
        "action": RevokePageAccess.name,
        "start_url": reverse("jobs:bulk_start", args=[connection.slug]),
    }
    if found is None:
        return PanelContent("governance/pages/panels/access.html", context)
    holders = found.holders(owners)
    context["people"] = [_line(connection, holder) for holder in holders]
    context["groups"] = [(group, object_url(connection.slug, "group", group.id)) for group in found.groups]
    context["any_loses"] = any(holder.loses for holder in holders)
    subtitle = f"{len(holders):,} people" + (f", {len(found.groups):,} groups" if found.groups else "")
    return PanelContent("governance/pages/panels/access.html", context, subtitle)


def _line(connection: Connection, holder: Holder) -> dict[str, Any]:
    return {
        "holder": holder,
        "url": object_url(connection.slug, "user", holder.id),
        "value": f"{holder.name} ({holder.id})" if holder.name else holder.id,
    }
