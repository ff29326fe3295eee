"""The tree of pages, branch by branch: the pages right below one, and which of these have pages below them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.core.cache import cache
from django.utils import timezone

from apps.governance.pages.reading import Origin, PageQuery, every_page, listed_pages
from apps.governance.pages.rows import TOP, PageRow
from domoadmin.services.client import Client

BRANCH = 100
# How many pages one look below a branch reads; an upstream may give fewer, and then some counts stay unknown.
LOOK = 500
INDEX_SECONDS = 120


@dataclass(frozen=True)
class Node:
    """A page in the tree. below: how many pages stand right below it, None where that is not known before one looks."""

    page: PageRow
    depth: int
    below: int | None = None
    opened: bool = False

    @property
    def may_open(self) -> bool:
        """Say whether there is, or may be, anything below."""
        return self.below is None or self.below > 0


@dataclass(frozen=True)
class Branch:
    """The pages right below one. told: whether the upstream tells which page stands below which."""

    rows: list[PageRow]
    total: int
    origin: Origin
    below: Mapping[str, int] = field(default_factory=dict)
    below_known: bool = True
    told: bool = True
    as_of: datetime = field(default_factory=timezone.now)

    def nodes(self, depth: int) -> list[Node]:
        """Return the pages as nodes of the tree."""
        return [Node(row, depth, self._count(row)) for row in self.rows]

    def _count(self, row: PageRow) -> int | None:
        if not self.told:
            return 0
        count = self.below.get(row.id)
        return count if count is not None or not self.below_known else 0


@dataclass(frozen=True)
class Index:
    """All pages, by the page above; kept for two minutes where an upstream can't be asked branch by branch."""

    by_parent: Mapping[str, list[PageRow]]
    total: int
    told: bool
    origin: Origin
    as_of: datetime


def read_branch(client: Client, parent: str = TOP, offset: int = 0, count: int = BRANCH) -> Branch:
    """Return the pages right below one (TOP: those at the top) by two calls, else out of all pages.

    Raises UpstreamError.
    """
    found = listed_pages(client, PageQuery(parents=[parent]), count, offset)
    wanted = "" if parent == TOP else parent
    if found is not None and (found.rows or parent != TOP) and all(row.parent == wanted for row in found.rows):
        below, known = _looked_below(client, [row.id for row in found.rows])
        return Branch(found.rows, found.total, found.origin, below, known)
    index = read_index(client)
    rows = index.by_parent.get(wanted, [])
    below = {row.id: len(index.by_parent.get(row.id, ())) for row in rows}
    return Branch(rows[offset : offset + count], len(rows), index.origin, below, True, index.told, index.as_of)


def _looked_below(client: Client, page_ids: Sequence[str]) -> tuple[dict[str, int], bool]:
    """Return how many pages stand below each, and whether a page that is missing there has none."""
    if not page_ids:
        return {}, True
    found = listed_pages(client, PageQuery(parents=list(page_ids)), LOOK)
    if found is None:
        return {}, False
    counts: dict[str, int] = defaultdict(int)
    for row in found.rows:
        counts[row.parent or ""] += 1
    complete = len(found.rows) >= found.total
    # Counts of a part are too low: they only say that there is something.
    return ({page: count for page, count in counts.items() if complete}, complete)


def read_index(client: Client) -> Index:
    """Return all pages by the page above them, from the last two minutes or by reading them. Raises UpstreamError."""
    key = f"governance:pages:index:{client.settings.slug}"
    kept = cache.get(key)
    if isinstance(kept, Index):
        return kept
    rows = list(every_page(client, PageQuery()))
    told = not rows or any(row.parent is not None for row in rows)
    ids = {row.id for row in rows}
    by_parent: dict[str, list[PageRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.title.casefold(), row.id)):
        # A page whose parent this token doesn't see would stand nowhere.
        by_parent[row.parent if row.parent and row.parent in ids else ""].append(row)
    listed = listed_pages(client, PageQuery(), 1) is not None
    index = Index(dict(by_parent), len(rows), told, Origin.LIST if listed else Origin.SEARCH, timezone.now())
    cache.set(key, index, INDEX_SECONDS)
    return index


def forget_index(slug: str) -> None:
    """Forget all pages of a connection, after one was made or moved."""
    cache.delete(f"governance:pages:index:{slug}")
