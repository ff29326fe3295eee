"""Domains as the objects of bulk actions: by id, or those below one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.urls import reverse

from apps.governance.domains.levels import level_page
from apps.governance.domains.reading import title_of
from apps.governance.domains.walking import walk_below
from apps.jobs.bulk import SelectionRefused, Target, TargetSource
from domoadmin.services.client import Client
from domoadmin.services.resources.domains import ListAttribute
from domoadmin.services.results import Domain

NAMES: tuple[ListAttribute, ...] = ("id", "name", "parents")
LONGEST_NAME = 255
DEPTHS = ("right", "all")


class DomainSource(TargetSource):
    """The domains below one: `below` is its id, `depth` says whether only those right below (right) or all."""

    noun = ("domain", "domains")

    def name(self, client: Client, key: str) -> str:
        """Return the name by the domain itself."""
        return title_of(client.domains.get(key, ("name",)))[:LONGEST_NAME]

    def walk(self, client: Client, query: Mapping[str, str]) -> Iterator[Target]:
        """Yield what is below, parents first."""
        below = query["below"]
        found = (
            (step.domain for step in walk_below(client, below, NAMES))
            if query.get("depth") == "all"
            else _right_below(client, below)
        )
        for domain in found:
            yield Target(domain.id, title_of(domain)[:LONGEST_NAME])

    def clean_query(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return the domain and the depth. Raises SelectionRefused."""
        unknown = [name for name in given if name not in ("below", "depth")]
        if unknown:
            raise SelectionRefused(f"{unknown[0]}: there is no such filter; known: below, depth")
        below, depth = given.get("below", "").strip(), given.get("depth", "") or "right"
        if not below:
            raise SelectionRefused("below: give the id of the domain whose domains below are meant")
        if depth not in DEPTHS:
            raise SelectionRefused("depth: it is either right or all")
        return {"below": below, "depth": depth}

    def describe(self, query: Mapping[str, str]) -> str:
        """Return the query in words."""
        return f"{'all below' if query.get('depth') == 'all' else 'right below'} {query.get('below', '')}"

    def url(self, connection_slug: str, key: str) -> str:
        """Return the address of the domain's page."""
        return reverse("governance:domain_show", args=[connection_slug, key])


def _right_below(client: Client, domain_id: str) -> Iterator[Domain]:
    page = level_page(client, domain_id, attributes=NAMES)
    yield from page.domains
    while page.marker:
        page = level_page(client, domain_id, page.above, page.marker, NAMES)
        yield from page.domains


DOMAINS = DomainSource()
