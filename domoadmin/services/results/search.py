"""Search pages, hits and facets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from domoadmin.services.answers import Answer
from domoadmin.services.results.base import Result
from domoadmin.services.results.fields import Raw, identifier, mapping, mappings, moment, number, text, texts


@dataclass(frozen=True, kw_only=True)
class SearchHit(Result):
    """One thing found. Fields that its entity doesn't have are empty or None."""

    entity: str
    id: str
    name: str
    description: str
    owner_id: str
    owner_name: str
    owner_type: str
    type: str
    status: str
    row_count: int | None
    column_count: int | None
    card_count: int | None
    created: datetime | None
    last_updated: datetime | None
    last_touched: datetime | None
    tags: tuple[str, ...]
    certification: str

    @property
    def certified(self) -> bool:
        """Whether the thing is certified now."""
        return self.certification.upper() == "CERTIFIED"

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None, entity: str = "") -> Self:
        """Read one hit by the names that the entities use; the document shows none of their fields."""
        owner = mapping(raw, "owner") or (mappings(raw, "owners") or [{}])[0]
        return cls(
            raw=raw,
            request_id=request_id,
            entity=(text(raw, "entityType", "searchEntityType", "entity", "searchType") or entity).lower(),
            id=identifier(raw, "databaseId", "searchId.databaseId", "id", "uuid", "accountId", "groupId", "userId"),
            name=text(raw, "name", "displayName", "title", "dataSourceName"),
            description=text(raw, "description"),
            owner_id=identifier(raw, "ownedById", "ownerId") or identifier(owner, "id"),
            owner_name=text(raw, "ownedByName", "ownerName") or text(owner, "name", "displayName"),
            owner_type=(text(raw, "ownedByType", "ownerType") or text(owner, "type")).upper(),
            type=text(raw, "dataProviderName", "dataProviderType", "type", "dataType", "chartType"),
            status=text(raw, "status", "state"),
            row_count=number(raw, "rowCount"),
            column_count=number(raw, "columnCount"),
            card_count=number(raw, "cardCount"),
            created=moment(raw, "createDate", "created", "createdDate"),
            last_updated=moment(raw, "lastUpdated", "lastUpdatedDate", "dataLastUpdated", "lastModified", "modified"),
            last_touched=moment(raw, "lastTouched", "lastIndexed"),
            tags=texts(raw, "tags", "userTags"),
            certification=text(raw, "certification.state", "certificationState", "certification"),
        )


@dataclass(frozen=True, kw_only=True)
class SearchPage(Result):
    """One page of hits. `total` counts all matches that this token may see; `facets` maps a name to (value, count)."""

    total: int | None
    hits: list[SearchHit]
    facets: Mapping[str, tuple[tuple[str, int], ...]]

    def __len__(self) -> int:
        """Return the number of hits on this page."""
        return len(self.hits)

    def __iter__(self) -> Iterator[SearchHit]:
        """Yield the hits of this page."""
        return iter(self.hits)

    # A page without hits is a page all the same.
    def __bool__(self) -> bool:
        """Return true."""
        return True

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None, entity: str = "") -> Self:
        """Read a page: searchObjects, else searchResultsMap, else `results` as the Data Accounts section shows."""
        found = [(hit, entity) for hit in mappings(raw, "searchObjects")]
        if not found:
            groups = mapping(raw, "searchResultsMap")
            found = [(hit, str(name)) for name in groups for hit in mappings(groups, name)]
        found = found or [(hit, entity) for hit in mappings(raw, "results", "hits")]
        return cls(
            raw=raw,
            request_id=request_id,
            total=number(raw, "totalResultCount", "totalCount", "total", "_metaData.totalCount"),
            hits=[SearchHit.from_raw(hit, request_id, name) for hit, name in found],
            facets={name: _facet(mapping(raw, "facetMap"), name) for name in mapping(raw, "facetMap")},
        )

    @classmethod
    def of(cls, answer: Answer, entities: Sequence[str]) -> Self:
        """Read an answer; where a hit doesn't say what it is, it is the one entity that was asked for."""
        entity = entities[0] if len(entities) == 1 else ""
        data: Any = answer.data
        if isinstance(data, list):
            data = {"results": data}
        if not isinstance(data, dict) or not any(
            name in data for name in ("searchObjects", "searchResultsMap", "results", "hits", "totalResultCount")
        ):
            raise answer.unexpected("it holds no search results")
        return cls.from_raw(data, answer.request_id, entity)


def _facet(facets: Raw, name: str) -> tuple[tuple[str, int], ...]:
    values = mappings(facets, f"{name}.facetValues", f"{name}.values")
    found = ((text(value, "value", "name", "key", "facetValue"), number(value, "count", "total")) for value in values)
    return tuple((value, count or 0) for value, count in found if value)
