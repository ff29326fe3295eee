"""Collections of a few thousand records as the search sees them: people, groups, pages, accounts, dataflows."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domoadmin.sandbox.search.text import SEPARATOR, Mask, TextIndex, contains_pattern, whole_pattern

Record = dict[str, Any]
ALIASES = {
    "name_sort": "winnerText",
    "display_name_sort": "winnerText",
    "display_name": "winnerText",
    "displayName": "winnerText",
    "name": "winnerText",
    "title_sort": "winnerText",
    "owned_by_id": "ownedById",
    "owner_id": "ownedById",
    "owned_by_name": "ownedByName",
    "owner_name": "ownedByName",
    "owner": "ownedByName",
    "create_date": "createDate",
    "created": "createDate",
    "last_modified": "lastModified",
    "last_modified_date": "lastModified",
    "lastUpdated": "lastModified",
    "last_updated": "lastModified",
    "dataproviderkey_facet": "dataProviderType",
    "dataprovidername_facet": "dataProviderName",
    "id": "databaseId",
    "data_flow_type": "dataFlowType",
}
FACETS = {
    "OWNED_BY_ID": ("ownedById", "ownedByName"),
    "OWNER_ID": ("ownedById", "ownedByName"),
    "DATAPROVIDERNAME": ("dataProviderName", "dataProviderName"),
    "VALID": ("valid", "valid"),
    "USED": ("used", "used"),
    "TAG": ("tags", "tags"),
}


class RecordEntries:
    """Ready-made search objects; every field of them can be filtered and sorted by."""

    def __init__(self, entity: str, records: list[Record]) -> None:
        self.entity = entity
        self._records = records
        self._names = TextIndex([str(record["winnerText"]) for record in records])
        self._texts = TextIndex([self._text(record) for record in records])

    @staticmethod
    def _text(record: Record) -> str:
        values = (record.get(name) for name in ("winnerText", "description", "emailAddress", "title", "tags"))
        return SEPARATOR.join(str(value) for value in values if value)

    def name(self, index: int) -> str:
        return str(self._records[index]["winnerText"])

    def text(self, index: int) -> str:
        return self._text(self._records[index])

    def __len__(self) -> int:
        return len(self._records)

    def visible(self) -> Mask:
        return np.ones(len(self), dtype=np.bool_)

    def _values(self, field: str) -> list[Any] | None:
        name = ALIASES.get(field, field)
        if self._records and not any(name in record for record in self._records):
            return None
        return [record.get(name) for record in self._records]

    def numbers(self, field: str) -> NDArray[Any] | None:
        values = self._values(field)
        if values is None:
            return None
        return np.array([value if isinstance(value, int | float) else np.nan for value in values], dtype=float)

    def equal(self, field: str, value: str) -> Mask | None:
        values = self._values(field)
        if values is None:
            return None
        if ALIASES.get(field, field) == "ownedById":
            value = value.partition(":")[0]
        wanted = value.lower()
        return np.array([wanted in _texts(each) for each in values], dtype=np.bool_)

    def matching(self, field: str | None, text: str) -> Mask | None:
        if field is None:
            return self._texts.find(contains_pattern(text), len(self), set(), lambda index: "")
        if ALIASES.get(field, field) == "winnerText":
            return self._names.find(whole_pattern(text), len(self), set(), lambda index: "")
        values = self._values(field)
        if values is None:
            return None
        single = TextIndex([" ".join(_texts(value)) for value in values])
        return single.find(whole_pattern(text), len(self), set(), lambda index: "")

    def present(self, field: str) -> Mask | None:
        values = self._values(field)
        return None if values is None else np.array([value not in (None, "", []) for value in values])

    def sort_key(self, field: str) -> NDArray[Any] | None:
        values = self._values(field)
        if values is None:
            return None
        if all(isinstance(value, int | float | None) for value in values):
            return np.array([-1 if value is None else value for value in values], dtype=float)
        order = sorted(range(len(values)), key=lambda index: str(values[index]).casefold())
        ranks = np.empty(len(order), dtype=np.int64)
        ranks[order] = np.arange(len(order))
        return ranks

    def popularity(self) -> NDArray[Any]:
        return np.array([record.get("viewCount") or 0 for record in self._records], dtype=float)

    def facet(self, name: str, mask: Mask) -> list[tuple[str, str, int]] | None:
        if name not in FACETS:
            return None
        field, label = FACETS[name]
        counts: Counter[tuple[str, str]] = Counter()
        for index in np.flatnonzero(mask):
            record = self._records[index]
            values = record.get(field) if isinstance(record.get(field), list) else [record.get(field)]
            for value in values or ():
                if value is not None:
                    counts[(str(value), str(value if label == field else record.get(label)))] += 1
        return [(value, text, count) for (value, text), count in counts.items()]

    def record(self, index: int) -> Record:
        return {"entityType": self.entity, "entityId": self._records[index]["databaseId"], **self._records[index]}


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(each).lower() for each in values if each is not None]
