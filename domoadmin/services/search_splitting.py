"""Reading all that a search finds, beyond the 10,000 records that count and offset can reach.

A search that finds more is split by a filter into what fits it and what doesn't, again and again, until each part is
small enough to be read. Nothing is taken on trust: the parts of a split must sum up to the whole (or lie between two
counts of it, when records come and go meanwhile), and a part is read anew when a record slipped while its pages were
turned.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from domoadmin.services.errors import BadRequest, SearchLimitReached, UnexpectedAnswer
from domoadmin.services.results import SearchHit, SearchPage
from domoadmin.services.search_dimensions import DIMENSIONS, Dimension, Sight
from domoadmin.services.search_filters import NEGATABLE, Filter, missing

_OPERATION = "search.query"
_SAMPLE = 100
_CAUTIOUS_PAGE = 100
_READINGS = 4
_CHANCES = 3
# A filter that takes off less than this share hardly helps: another one is tried first.
_GOOD_SHARE = 0.04
_LEAST_SHARE = 0.001
# Parts are made a little smaller than what can be read, since some may grow before it is their turn.
_FILL = 0.9


@dataclass(frozen=True)
class Part:
    """A part of the search: the filters that make it, how many records it has, and the first of them."""

    filters: tuple[Filter, ...] = ()
    not_filters: tuple[Filter, ...] = ()
    entities: tuple[Any, ...] | None = None
    total: int = 0
    sample: Sequence[SearchHit] = field(default=(), repr=False)

    def without(self, found: Filter) -> list[Part]:
        """Return the ways to ask for what the filter doesn't fit."""
        ways = [replace(self, not_filters=(*self.not_filters, found))]
        if found["filterType"] in NEGATABLE:
            ways.insert(0, self.having({**found, "not": True}))
        return ways

    def having(self, found: Filter) -> Part:
        """Return this part with one more filter."""
        return replace(self, filters=(*self.filters, found))


class WholeSearch:
    """One walk over everything that a search finds; `query` reads one page, as Search.query does.

    Memory holds a page, and a number for each record.
    """

    def __init__(
        self, query: Callable[..., SearchPage], criteria: Mapping[str, Any], page_size: int, reach: int
    ) -> None:
        self._query = query
        self._criteria = {name: value for name, value in criteria.items() if name not in ("sort", "facets")}
        self._page_size = max(2, min(page_size, reach))
        self._reach = reach
        self._seen: set[int] = set()
        self._dimensions: list[Dimension] = list(DIMENSIONS)
        self._failures: dict[tuple[str, str], int] = {}
        self._sort: list[tuple[str, str]] = [("createDate", "ASC")]
        self._missed = 0
        # How many records a part has of which only the first ones could be read; 0 when the upstream doesn't say.
        self._unread: int | None = None

    def hits(self) -> Iterator[SearchHit]:
        """Yield every record once; raises at the end when something could not be read."""
        waiting = self._beginning()
        while waiting:
            part = waiting.pop()
            pieces = self._split(part) if part.total > self._reach else []
            if pieces:
                waiting.extend(pieces)
            elif not (yield from self._read(part)):
                waiting.append(self._measured(part))
        if self._unread is not None:
            raise SearchLimitReached(
                "no filter splits this search", total=self._unread or None, operation_id=_OPERATION
            )
        if self._missed:
            raise UnexpectedAnswer(
                f"it counts {self._missed:,} more results than it gives", status=200, operation_id=_OPERATION
            )

    def _beginning(self) -> list[Part]:
        whole = self._measured(Part())
        entities = tuple(self._criteria.get("entities") or ())
        if whole.total > self._reach and len(entities) > 1:
            pieces = [self._measured(Part(entities=(entity,))) for entity in entities]
            if self._sums_up(whole, pieces):
                return pieces
        return [whole]

    # Counting

    def _page(self, part: Part, **more: Any) -> SearchPage:
        criteria = dict(self._criteria)
        criteria["filters"] = [*criteria.get("filters", ()), *part.filters]
        criteria["not_filters"] = [*criteria.get("not_filters", ()), *part.not_filters]
        if part.entities is not None:
            criteria["entities"] = list(part.entities)
        return self._query(**criteria, **more)

    def _measured(self, part: Part) -> Part:
        """Return the part with its present total (0 when it isn't told) and first hits."""
        page = self._page(part, count=min(_SAMPLE, self._reach), offset=0)
        return replace(part, total=page.total or 0, sample=page.hits)

    def _measured_if_taken(self, part: Part) -> Part | None:
        """Return the measured part, or None when the upstream doesn't take its filters."""
        try:
            return self._measured(part)
        except BadRequest:
            return None

    def _sums_up(self, whole: Part, pieces: Sequence[Part]) -> bool:
        """Whether the pieces are the whole, each record in one of them."""
        keys = [{_fingerprint(hit) for hit in piece.sample} for piece in pieces]
        if len(set().union(*keys)) < sum(map(len, keys)):
            return False
        total = sum(piece.total for piece in pieces)
        if total == whole.total:
            return True
        # Records may have come or gone between the counts.
        now = self._measured(whole).total
        return min(whole.total, now) <= total <= max(whole.total, now)

    # Splitting

    def _split(self, part: Part) -> list[Part]:
        """Return parts that are the whole together, or none when no filter divides it."""
        sight = self._sight(part)
        best: list[Part] = []
        for dimension in list(self._dimensions):
            for found in dimension(sight):
                pieces = self._divided(part, found)
                if _least(pieces) > _least(best):
                    best = pieces
                if _least(pieces) >= min(part.total * _GOOD_SHARE, self._reach / 2):
                    self._dimensions.remove(dimension)
                    self._dimensions.insert(0, dimension)
                    return pieces
        return best if best and _least(best) >= part.total * _LEAST_SHARE else []

    def _sight(self, part: Part) -> Sight:
        @cache
        def sample() -> Sequence[SearchHit]:
            middle = self._page(part, count=min(_SAMPLE, self._reach), offset=max(0, self._reach - _SAMPLE) // 2)
            return [*part.sample, *middle.hits]

        def look(name: str, offset: int) -> SearchHit | None:
            for sort in ([(name, "ASC")], []):
                try:
                    page = self._page(part, count=1, offset=min(offset, self._reach - 1), sort=sort)
                except BadRequest:
                    continue
                return page.hits[0] if page.hits else None
            return None

        def facets(names: Sequence[str], limit: int) -> SearchPage | None:
            try:
                return self._page(part, count=1, offset=0, facets=names, facet_limit=limit)
            except BadRequest:
                return None

        wanted = max(1, min(int(self._reach * _FILL), part.total // 2))
        return Sight(part.total, wanted, part.sample, sample, look, facets)

    def _divided(self, part: Part, found: Filter) -> list[Part]:
        """Return what the filter fits and what it doesn't; nothing when the upstream can't tell the two apart."""
        kind = (str(found["filterType"]), str(found["field"]))
        if self._failures.get(kind, 0) >= _CHANCES:
            return []
        inside = self._measured_if_taken(part.having(found))
        if inside is not None and inside.total >= part.total:
            return []
        pieces = self._complemented(part, inside, found) if inside is not None and inside.total else []
        # The filter was made from a record of this part: where it fits none, the field isn't what it seems.
        if not pieces:
            self._failures[kind] = self._failures.get(kind, 0) + 1
        return pieces

    def _complemented(self, part: Part, inside: Part, found: Filter) -> list[Part]:
        for way in part.without(found):
            outside = self._measured_if_taken(way)
            if outside is None or outside.total > part.total:
                continue
            if self._sums_up(part, [inside, outside]):
                return [inside, outside]
            # Some indexes leave records without the field out of both. The document describes `missing` as its own
            # opposite, so the count says which of the two it is.
            for negated in (False, True):
                lacking = self._measured_if_taken(part.having(missing(str(found["field"]), negated)))
                if lacking is not None and lacking.total and self._sums_up(part, [inside, outside, lacking]):
                    return [inside, outside, lacking]
        return []

    # Reading

    def _read(self, part: Part) -> Generator[SearchHit, None, bool]:
        """Yield the new records of a part; False when it has grown and must be split after all."""
        too_large = part.total > self._reach
        reading = _Reading(self._reach)
        for _ in range(_READINGS):
            reading = _Reading(self._reach)
            while not reading.ended:
                page = self._readable_page(part, min(self._page_size, self._reach - reading.offset), reading.offset)
                if page.total is not None and page.total > self._reach and not too_large:
                    return False
                for hit in reading.take(page):
                    key = _fingerprint(hit)
                    if key not in self._seen:
                        self._seen.add(key)
                        yield hit
            if too_large or reading.whole:
                break
        if too_large or reading.at_the_wall:
            self._unread = max(self._unread or 0, part.total)
        else:
            self._missed += reading.missed
        return True

    def _readable_page(self, part: Part, count: int, offset: int) -> SearchPage:
        """Return a page, more humbly where the upstream refuses the order or the size."""
        try:
            return self._page(part, count=count, offset=offset, sort=self._sort)
        except BadRequest:
            if count > _CAUTIOUS_PAGE:
                self._page_size = _CAUTIOUS_PAGE
            elif self._sort:
                self._sort = []
            else:
                raise
            return self._readable_page(part, min(count, self._page_size), offset)


class _Reading:
    """One reading of a part, page by page. Each page begins with the last record of the one before.

    When that record isn't there, something before it came or went, and a record may have slipped from page to page.
    """

    def __init__(self, reach: int) -> None:
        self._reach = reach
        self._keys: set[int] = set()
        self._last: int | None = None
        self._total: int | None = None
        self._slipped = False
        self.offset = 0
        self.ended = False

    @property
    def missed(self) -> int:
        """How many records were counted but never came."""
        return max(0, (self._total or 0) - len(self._keys))

    @property
    def whole(self) -> bool:
        """Whether all came, and nothing moved meanwhile."""
        return not self.missed and not self._slipped

    @property
    def at_the_wall(self) -> bool:
        """Whether there may be more: the upstream tells no total, and what can be reached was full."""
        return self._total is None and self.offset >= self._reach - 1 and len(self._keys) >= self._reach

    def take(self, page: SearchPage) -> Sequence[SearchHit]:
        """Note a page, and return its hits."""
        keys = [_fingerprint(hit) for hit in page.hits]
        if self._last is not None and self._last not in keys[:1]:
            self._slipped = True
        self._total = page.total
        self._keys.update(keys)
        behind = self.offset + len(keys)
        self.ended = not keys or behind >= min(page.total if page.total is not None else self._reach, self._reach)
        overlap = len(keys) > 1
        self._last = keys[-1] if overlap else None
        self.offset = behind - overlap
        return page.hits


def _least(pieces: Sequence[Part]) -> int:
    return min((piece.total for piece in pieces), default=0)


def _fingerprint(hit: SearchHit) -> int:
    return hash((hit.entity, hit.id) if hit.id else (hit.entity, json.dumps(hit.raw, sort_keys=True, default=str)))
