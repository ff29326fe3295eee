"""A small upstream in memory that searches as some unknown product might, good or bad."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal

from domoadmin.services.errors import BadRequest
from domoadmin.services.results import SearchPage

Record = dict[str, Any]


@dataclass
class Traits:
    """How this upstream understands what the document leaves open."""

    reach: int = 12
    dates: Literal["work", "ignored", "refused", "nothing"] = "work"
    end_is_included: bool = True
    negation: Literal["complement", "present only", "ignored"] = "complement"
    missing_means_present: bool = False
    wildcards: frozenset[str] = frozenset({"databaseId", "name_sort"})
    folds_case: bool = True
    takes_not_filters: bool = True
    sorts: Literal["yes", "ignored", "refused"] = "yes"
    facets: bool = True
    longest_page: int = 1000
    tells_total: bool = True


FIELDS = {"name_sort": "name", "owned_by_id": "ownedById"}


@dataclass
class ScriptedSearch:
    """Answers `query` as Search.query does. Before each call come the next `changes`: records to add, ids to delete."""

    records: list[Record]
    traits: Traits = field(default_factory=Traits)
    changes: list[list[Record | str]] = field(default_factory=list)
    calls: int = 0

    def query(
        self,
        *,
        count: int,
        offset: int,
        filters: Sequence[Mapping[str, Any]] = (),
        not_filters: Sequence[Mapping[str, Any]] = (),
        sort: Sequence[tuple[str, str]] = (),
        facets: Sequence[str] = (),
        facet_limit: int = 0,
    ) -> SearchPage:
        """Return a page."""
        self.calls += 1
        assert offset + count <= self.traits.reach
        self._change()
        found = [record for record in self.records if all(self._fits(record, each) for each in filters)]
        if self.traits.takes_not_filters:
            found = [record for record in found if not any(self._fits(record, each) for each in not_filters)]
        if sort and self.traits.sorts == "refused":
            raise BadRequest("sort")
        if sort and self.traits.sorts == "yes":
            found.sort(key=lambda record: (str(type(record.get(sort[0][0]))), record.get(sort[0][0]) or 0))
        hits = found[offset : offset + min(count, self.traits.longest_page)]
        answer: dict[str, Any] = {"searchObjects": hits, "facetMap": self._facets(found, facets, facet_limit)}
        return SearchPage.from_raw({**answer, **({"totalResultCount": len(found)} if self.traits.tells_total else {})})

    def _change(self) -> None:
        for change in self.changes.pop(0) if self.changes else ():
            if isinstance(change, dict):
                self.records.append(change)
            else:
                self.records[:] = [record for record in self.records if record["databaseId"] != change]

    def _facets(self, found: list[Record], names: Sequence[str], limit: int) -> dict[str, Any]:
        if not self.traits.facets or "OWNED_BY_ID" not in names:
            return {}
        counts = Counter(record["ownedById"] for record in found if "ownedById" in record)
        values = [{"value": value, "count": count} for value, count in counts.most_common(limit)]
        return {"OWNED_BY_ID": {"fieldName": "owned_by_id", "facetValues": values}}

    def _fits(self, record: Record, wanted: Mapping[str, Any]) -> bool:
        value = record.get(FIELDS.get(wanted["field"], wanted["field"]))
        if wanted["filterType"] == "missing":
            fits = (value is not None) == self.traits.missing_means_present
        elif wanted.get("not") and value is None and self.traits.negation == "present only":
            return False
        else:
            fits = self._holds(value, wanted)
        return fits if self.traits.negation == "ignored" else fits != bool(wanted.get("not"))

    def _holds(self, value: Any, wanted: Mapping[str, Any]) -> bool:
        traits = self.traits
        if wanted["filterType"] == "dateRange":
            if traits.dates == "refused":
                raise BadRequest("dateRange")
            if traits.dates == "ignored":
                return not wanted.get("not")
            if value is None or traits.dates == "nothing":
                return False
            return bool(value <= wanted["to"] if traits.end_is_included else value < wanted["to"])
        if wanted["filterType"] == "term":
            return value is not None and value in wanted.get("values", [wanted.get("value")])
        if wanted["filterType"] == "wildcard" and value is not None and wanted["field"] in traits.wildcards:
            text, pattern = str(value), wanted["query"]
            return fnmatchcase(text.lower(), pattern.lower()) if traits.folds_case else fnmatchcase(text, pattern)
        return False
