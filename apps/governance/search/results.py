"""Answers of the search as rows and facets; the document shows no field of a hit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.core.object_pages import object_url, url_in_domo
from apps.governance.search.entities import Entity, entity_of
from domoadmin.services.results import SearchHit, SearchPage
from domoadmin.services.results.fields import mapping, mappings, number, text


@dataclass(frozen=True)
class Row:
    """One thing that was found."""

    entity: Entity
    id: str
    name: str
    detail: str
    owner: str
    owner_id: str
    certification: str
    created: datetime | None
    modified: datetime | None
    tags: tuple[str, ...]
    hit: SearchHit

    @property
    def title(self) -> str:
        """Return the name, or what else to call it."""
        return self.name.strip() or f"{self.entity.label} {self.id}"

    def url(self, connection: str) -> str:
        """Return the address of its page here; empty where its kind has none."""
        return object_url(connection, self.entity.object_kind, self.id)

    def url_in_domo(self, base_url: str) -> str:
        """Return the address of its page in Domo; empty where nobody knows it."""
        return url_in_domo(base_url, self.entity.object_kind, self.id) if self.id else ""


@dataclass(frozen=True)
class FacetValue:
    """One value of a facet, what to call it, and how many match."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Facet:
    """A grouping of all that match. field: what a filter by one of its values names."""

    name: str
    field: str
    values: list[FacetValue]

    @property
    def label(self) -> str:
        """Return the name in words."""
        return LABELS.get(self.name, self.name.replace("_", " ").capitalize())


LABELS = {
    "OWNED_BY_ID": "Owned by",
    "OWNER_ID": "Owner",
    "DATAPROVIDERNAME": "Provider",
    "VALID": "Valid",
    "USED": "Used",
    "LAST_MODIFIED_DATE": "Last modified",
}


def rows_of(page: SearchPage, entities: tuple[str, ...]) -> list[Row]:
    """Return the hits; one that doesn't say what it is takes the group of the answer that it stands in."""
    groups = mapping(page.raw, "searchResultsMap")
    alone = entities[0] if len(entities) == 1 else ""
    named = {_mark(raw): str(name) for name in groups for raw in mappings(groups, str(name))}
    return [row_of(hit, named.get(_mark(hit.raw), alone)) for hit in page.hits]


def _mark(raw: Any) -> str:
    return repr(sorted((str(name), str(value)) for name, value in raw.items()))


def row_of(hit: SearchHit, entity: str = "") -> Row:
    """Read one hit."""
    return Row(
        entity=entity_of(hit.entity or entity),
        id=hit.id,
        name=hit.name or text(hit.raw, "winnerText"),
        detail=hit.description or text(hit.raw, "emailAddress", "datasetName", "groupType", "dataProviderName"),
        owner=hit.owner_name,
        owner_id=hit.owner_id,
        certification=hit.certification,
        created=hit.created,
        modified=hit.last_updated,
        tags=hit.tags,
        hit=hit,
    )


def _facet_value(raw: Any) -> str:
    plain = raw.get("value")
    return str(plain).lower() if isinstance(plain, bool) else text(raw, "value", "name", "key", "facetValue")


def facets_of(page: SearchPage, asked: tuple[str, ...]) -> list[Facet]:
    """Return the facets that were asked for, in that order, with their values as they came: the most frequent first."""
    told = mapping(page.raw, "facetMap")
    found = []
    for name in asked:
        raw = mapping(told, name)
        values = [
            FacetValue(value, text(each, "displayName", "label") or value, number(each, "count", "total") or 0)
            for each in mappings(raw, "facetValues") or mappings(raw, "values")
            if (value := _facet_value(each))
        ]
        found.append(Facet(name, text(raw, "fieldName") or name.lower(), values))
    return found
