"""The tree as it is drawn: one branch for each page that was asked for, nothing of what is closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse

from apps.governance.domains.levels import LevelPage, level_page, top_page
from apps.governance.domains.reading import title_of
from domoadmin.services.client import Client
from domoadmin.services.results import Domain


@dataclass(frozen=True)
class Row:
    """One domain in the tree. level: 1 for the topmost; branch_url: where its branch is; branch: it, where it is open.

    placed: it stands here because the page is about it; its place among its siblings is on a later page.
    """

    id: str
    name: str
    url: str
    branch_url: str
    level: int
    branch: Branch | None = None
    current: bool = False
    placed: bool = False


@dataclass(frozen=True)
class Branch:
    """Rows on one level; more_url: where the next ones are, empty at the end; parent_url: a page that lists them."""

    rows: tuple[Row, ...]
    level: int
    more_url: str = ""
    parent_url: str = ""


class TreeReader:
    """Reads branches for the tree of one connection. Raises UpstreamError."""

    def __init__(self, client: Client, slug: str) -> None:
        self.client = client
        self.slug = slug

    def top(self, marker: str = "") -> Branch:
        """Return a page of the topmost domains."""
        page = top_page(self.client, marker)
        address = reverse("governance:domains_top", args=[self.slug])
        more = f"{address}?{urlencode({'marker': page.marker})}" if page.marker else ""
        return Branch(self._rows(page, 1), 1, more, reverse("governance:domains_list", args=[self.slug]))

    def branch(self, domain_id: str, level: int, above: Sequence[str], marker: str = "") -> Branch:
        """Return a page of what is right below a domain; level: of its rows."""
        page = level_page(self.client, domain_id, above, marker)
        more = self._branch_url(domain_id, level, page.above, page.marker) if page.marker else ""
        address = reverse("governance:domain_show", args=[self.slug, domain_id])
        return Branch(self._rows(page, level), level, more, address)

    def opened(self, path: Sequence[Domain]) -> Branch:
        """Return the tree opened down to the last domain of a path, which goes from the topmost one."""
        return self._opened(self.top(), path)

    def _opened(self, branch: Branch, path: Sequence[Domain]) -> Branch:
        if not path:
            return branch
        here, rest = path[0], path[1:]
        rows = list(branch.rows)
        place = next((place for place, row in enumerate(rows) if row.id == here.id), None)
        if place is None:
            rows.append(replace(self._row(here, branch.level, frozenset()), placed=True))
            place = len(rows) - 1
        below = self._opened(self.branch(here.id, branch.level + 1, ()), rest) if rest else None
        rows[place] = replace(rows[place], current=not rest, branch=below)
        return replace(branch, rows=tuple(rows))

    def _rows(self, page: LevelPage, level: int) -> tuple[Row, ...]:
        above = page.above | {page.parent_id} if page.parent_id else page.above
        return tuple(self._row(domain, level, above) for domain in page.domains)

    def _row(self, domain: Domain, level: int, above: frozenset[str]) -> Row:
        return Row(
            id=domain.id,
            name=title_of(domain),
            url=reverse("governance:domain_show", args=[self.slug, domain.id]),
            branch_url=self._branch_url(domain.id, level + 1, above | set(domain.parents)),
            level=level,
        )

    def _branch_url(self, domain_id: str, level: int, above: frozenset[str], marker: str = "") -> str:
        pairs = [("level", str(level)), *(("above", each) for each in sorted(above))]
        if marker:
            pairs.append(("marker", marker))
        return f"{reverse('governance:domain_branch', args=[self.slug, domain_id])}?{urlencode(pairs)}"
