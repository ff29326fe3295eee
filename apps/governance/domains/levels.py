"""Pages of the domains right below another one, whichever way the upstream reads its document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from domoadmin.services.client import Client
from domoadmin.services.resources.domains import ListAttribute
from domoadmin.services.results import Domain

PAGE = 100
# Of an upstream that lists everything below, so many pages are read at once to find those right below.
MOST_PAGES = 5
ENOUGH = 25
SHOWN: tuple[ListAttribute, ...] = ("id", "name", "description", "parents", "settings")


def can_be_addressed(domain_id: str) -> bool:
    """Say whether a domain with this id can have a page: no documented id is empty or holds a line break."""
    return bool(domain_id) and domain_id.isprintable()


@dataclass(frozen=True)
class LevelPage:
    """Domains right below `parent_id` (empty: the topmost). marker: of the next page; above: what lies above."""

    parent_id: str
    domains: tuple[Domain, ...]
    marker: str
    above: frozenset[str] = frozenset()


def top_page(client: Client, marker: str = "") -> LevelPage:
    """Return a page of the topmost domains. Raises UpstreamError."""
    page = client.domains.list_top_domains(PAGE, marker or None, SHOWN)
    domains = tuple(domain for domain in page if can_be_addressed(domain.id))
    return LevelPage("", domains, page.next_marker if page.next_marker != marker else "")


def level_page(
    client: Client,
    parent_id: str,
    above: Iterable[str] = (),
    marker: str = "",
    attributes: tuple[ListAttribute, ...] = SHOWN,
) -> LevelPage:
    """Return a page of the domains right below one. Raises UpstreamError.

    Whether LIST_SUBDOMAINS tells all below or only those right below isn't documented: whatever has a parent that
    lies between is left out. above: the ids known to lie above `parent_id`, as an earlier page gave them.
    """
    known = {*above, parent_id}
    found: list[Domain] = []
    for _ in range(MOST_PAGES):
        page = client.domains.list_subdomains(parent_id, PAGE, marker or None, attributes)
        listed = [domain for domain in page if can_be_addressed(domain.id) and domain.id != parent_id]
        if not marker:
            known |= _shared_parents(listed)
        found += [domain for domain in listed if not set(domain.parents) - known - {domain.id}]
        following = page.next_marker
        marker = following if following != marker else ""
        if not marker or len(found) >= ENOUGH:
            break
    return LevelPage(parent_id, tuple(found), marker, frozenset(known - {parent_id}))


def _shared_parents(domains: list[Domain]) -> set[str]:
    """Return what all of the first page have as parents: it lies above, also where the token doesn't see it."""
    sets = [set(domain.parents) for domain in domains]
    return set.intersection(*sets) if sets else set()
