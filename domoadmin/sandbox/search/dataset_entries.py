"""Datasets as the search sees them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from domoadmin.sandbox.catalog import FULL_ACCESS, Catalog
from domoadmin.sandbox.company import subjects as topics
from domoadmin.sandbox.company import vocabulary as words
from domoadmin.sandbox.company.datasets import CERTIFICATIONS
from domoadmin.sandbox.search.dataset_texts import DatasetTexts, searched_text
from domoadmin.sandbox.search.text import Mask, TextIndex, contains_pattern, whole_pattern

NAME_FIELDS = {"name", "name_sort", "display_name", "display_name_sort", "displayName", "title", "winnerText"}
ID_FIELDS = {"databaseId", "id", "uuid", "entityId"}
DATE_FIELDS = {
    "createDate": "created",
    "create_date": "created",
    "created": "created",
    "lastModified": "updated",
    "last_modified": "updated",
    "last_modified_date": "updated",
    "lastUpdated": "updated",
    "last_updated": "updated",
    "last_updated_date": "updated",
    "lastTouched": "touched",
    "last_touched": "touched",
}
NUMBER_FIELDS = {
    "rowCount": "rows",
    "row_count": "rows",
    "columnCount": "columns",
    "column_count": "columns",
    "cardCount": "cards",
    "card_count": "cards",
    "viewCount": "card_views",
    "view_count": "card_views",
    "streamId": "stream",
}
OWNER_FIELDS = {"owned_by_id", "ownedById", "owner_id", "ownerId", "owner", "owners.id"}
OWNER_NAME_FIELDS = {"owned_by_name", "ownedByName", "owner_name", "ownerName", "owner_name_sort"}
PROVIDER_FIELDS = {"dataProviderType", "data_provider_type", "dataproviderkey_facet", "dataProviderKey"}
PROVIDER_NAME_FIELDS = {"dataprovidername_facet", "dataProviderName", "data_provider_name"}
TYPE_FIELDS = {"type", "displayType", "display_type", "dataset_type"}
CERTIFICATION_FIELDS = {"certification.state", "certification", "certificationState"}
TAG_FIELDS = {"tags", "tag", "tags_facet", "tag_facet"}


class DatasetEntries:
    """All datasets that there are when it is made, deleted ones included until `visible` takes them out.

    Made for each search: datasets that come meanwhile do not disturb it.
    """

    entity = "dataset"

    def __init__(self, catalog: Catalog, texts: DatasetTexts) -> None:
        self._catalog = catalog
        self._table = catalog.table
        self._kept = texts
        self._patches = [(index, patch) for index, patch in list(catalog.patches.items()) if index < len(self._table)]
        self._changed = {index for index in list(catalog.changed_text) if index < len(self._table)}

    def __len__(self) -> int:
        return len(self._table)

    def text(self, index: int) -> str:
        return searched_text(self._catalog, index)

    def name(self, index: int) -> str:
        """The name as it is shown."""
        return self._table.names[index]

    def visible(self) -> Mask:
        """Entries that were not deleted."""
        mask = np.ones(len(self), dtype=np.bool_)
        for index, patch in self._patches:
            if patch.get("deleted"):
                mask[index] = False
        return mask

    def numbers(self, field: str) -> NDArray[Any] | None:
        name = DATE_FIELDS.get(field) or NUMBER_FIELDS.get(field)
        return getattr(self._table, name) if name else None

    def matching(self, field: str | None, text: str) -> Mask | None:
        catalog, changed = self._catalog, self._changed
        if field is None:
            return self._kept.texts.find(contains_pattern(text), len(self), changed, self.text)
        if field in NAME_FIELDS:
            return self._kept.names.find(whole_pattern(text), len(self), changed, self.name)
        if field in ID_FIELDS:
            return self._kept.ids.find(whole_pattern(text), len(self), set(), lambda index: self._table.ids[index])
        if field == "description":
            return self._each(lambda index: [catalog.description(index)], text)
        if field in TAG_FIELDS:
            return self._each(catalog.tags, text)
        if field in OWNER_NAME_FIELDS:
            people = TextIndex([person.name for person in catalog.people])
            found = people.find(whole_pattern(text), len(catalog.people), set(), lambda index: "")
            return np.asarray(found[self._table.owner])
        return None

    def _each(self, texts_of: Any, text: str) -> Mask:
        single = TextIndex(["\x1e" + "\x1e".join(texts_of(index)) + "\x1e" for index in range(len(self))])
        return single.find(contains_pattern(text), len(self), set(), lambda index: "")

    def equal(self, field: str, value: str) -> Mask | None:
        table = self._table
        if field in ID_FIELDS:
            return self._where([index for index, each in enumerate(table.ids) if each == value.lower()])
        if field in OWNER_FIELDS:
            owner = value.partition(":")[0]
            places = [place for place, person in enumerate(self._catalog.people) if person.id == owner]
            return np.isin(table.owner, places)
        if field in OWNER_NAME_FIELDS:
            places = [place for place, person in enumerate(self._catalog.people) if person.name == value]
            return np.isin(table.owner, places)
        if field in PROVIDER_FIELDS or field in PROVIDER_NAME_FIELDS or field in TYPE_FIELDS:
            wanted = value.lower()
            codes = [k for k, each in enumerate(words.PROVIDERS) if wanted in (each.key, each.name.lower())]
            return np.isin(table.provider, codes)
        if field in CERTIFICATION_FIELDS:
            known = value.upper() in CERTIFICATIONS and value != ""
            return np.asarray(table.certification == (CERTIFICATIONS.index(value.upper()) if known else -1))
        if field in TAG_FIELDS:
            return self._tagged(value)
        return self._equal_rest(field, value)

    def _equal_rest(self, field: str, value: str) -> Mask | None:
        table = self._table
        if field in NAME_FIELDS:
            return self._where([index for index, name in enumerate(table.names) if name.lower() == value.lower()])
        if field in ("status", "state"):
            return np.asarray(table.failed == (value.upper() == "ERROR"))
        if field in ("certified", "isCertified"):
            return np.asarray((table.certification == 1) == (value == "true"))
        if field in ("department", "department_facet"):
            names = [topic.department == value for topic in topics.SUBJECTS]
            return np.asarray(np.array(names)[table.subject])
        if field in ("scheduleActive", "owner_active", "ownerActive"):
            return np.asarray(self._flag(field) == (value == "true"))
        numbers = self.numbers(field)
        if numbers is not None and value.lstrip("-").isdigit():
            return np.asarray(numbers == int(value))
        return None

    def _flag(self, field: str) -> Mask:
        if field == "scheduleActive":
            return np.asarray(self._table.stream > 0)
        active = np.array([person.active for person in self._catalog.people])
        return np.asarray(active[self._table.owner])

    def _tagged(self, tag: str) -> Mask:
        table = self._table
        mask = np.zeros(len(self), dtype=np.bool_)
        if tag in words.TAGS:
            mask = (table.tags & np.uint64(1 << words.TAGS.index(tag))) != 0
        for index, patch in self._patches:
            if "tags" in patch:
                mask[index] = tag in patch["tags"]
        return mask

    def _where(self, places: list[int]) -> Mask:
        mask = np.zeros(len(self), dtype=np.bool_)
        mask[places] = True
        return mask

    def present(self, field: str) -> Mask | None:
        table = self._table
        if field in CERTIFICATION_FIELDS:
            return table.certification > 0
        if field in TAG_FIELDS:
            mask = table.tags != 0
            for index, patch in self._patches:
                if "tags" in patch:
                    mask[index] = bool(patch["tags"])
            return np.asarray(mask)
        if field == "description":
            return np.array([bool(self._catalog.description(index)) for index in range(len(self))])
        if field == "streamId":
            return np.asarray(table.stream > 0)
        known = (
            ID_FIELDS
            | NAME_FIELDS
            | OWNER_FIELDS
            | OWNER_NAME_FIELDS
            | PROVIDER_FIELDS
            | set(DATE_FIELDS)
            | set(NUMBER_FIELDS)
        )
        return np.ones(len(self), dtype=np.bool_) if field in known else None

    def sort_key(self, field: str) -> NDArray[Any] | None:
        """Numbers to sort by, or None for an unknown field."""
        table = self._table
        if field in NAME_FIELDS:
            return self._kept.name_ranks(table.names, len(self._changed))
        if field in OWNER_FIELDS or field in OWNER_NAME_FIELDS:
            order = sorted(range(len(self._catalog.people)), key=lambda place: self._catalog.people[place].name)
            ranks = np.empty(len(order), dtype=np.int64)
            ranks[order] = np.arange(len(order))
            return np.asarray(ranks[table.owner])
        if field in PROVIDER_FIELDS or field in PROVIDER_NAME_FIELDS or field in TYPE_FIELDS:
            return table.provider
        if field in CERTIFICATION_FIELDS:
            return table.certification
        return self.numbers(field)

    def popularity(self) -> NDArray[Any]:
        """What relevance goes by among equally good matches: views, then cards; known datasets first."""
        return np.asarray(self._table.cards * 1000 + (self._table.certification == 1) * 500)

    def facet(self, name: str, mask: Mask) -> list[tuple[str, str, int]] | None:
        """Values, labels and counts of a facet over the marked entries; None for an unknown facet."""
        table = self._table
        if name in ("OWNED_BY_ID", "OWNER_ID"):
            people = self._catalog.people
            counts = np.bincount(table.owner[mask], minlength=len(people))
            return [(f"{people[k].id}:USER", people[k].name, int(counts[k])) for k in np.flatnonzero(counts)]
        if name in ("DATAPROVIDERNAME", "DATAPROVIDERTYPE", "DATASET_TYPE", "TYPE"):
            counts = np.bincount(table.provider[mask], minlength=len(words.PROVIDERS))
            by_name = name == "DATAPROVIDERNAME"
            listed = [(words.PROVIDERS[k], int(counts[k])) for k in np.flatnonzero(counts)]
            return [(each.name if by_name else each.key, each.name, count) for each, count in listed]
        if name in ("CERTIFICATION", "CERTIFICATION_STATE", "certification.state"):
            counts = np.bincount(table.certification[mask], minlength=len(CERTIFICATIONS))
            return [(CERTIFICATIONS[k], CERTIFICATIONS[k], int(counts[k])) for k in np.flatnonzero(counts) if k]
        if name in ("TAG", "TAGS"):
            return self._tag_facet(mask)
        return None

    def _tag_facet(self, mask: Mask) -> list[tuple[str, str, int]]:
        counts: dict[str, int] = {}
        patched = {index for index, patch in self._patches if "tags" in patch}
        plain = mask.copy()
        plain[list(patched)] = False
        chosen = self._table.tags[plain]
        for bit, tag in enumerate(words.TAGS):
            counts[tag] = int(np.count_nonzero(chosen & np.uint64(1 << bit)))
        for index in patched:
            for tag in self._catalog.tags(index) if mask[index] else ():
                counts[tag] = counts.get(tag, 0) + 1
        return [(tag, tag, count) for tag, count in counts.items() if count]

    def record(self, index: int) -> dict[str, Any]:
        """One hit, with the fields that clients read."""
        catalog, table = self._catalog, self._table
        provider, owner = words.PROVIDERS[int(table.provider[index])], catalog.owner(index)
        key = catalog.patches.get(index, {}).get("dataProviderType", provider.key)
        record: dict[str, Any] = {
            "entityType": "dataset",
            "databaseId": table.ids[index],
            "entityId": table.ids[index],
            "id": table.ids[index],
            "searchId": {"indexDocumentId": f"dataset_{table.ids[index]}", "entityType": "dataset"},
            "winnerText": table.names[index],
            "name": table.names[index],
            "displayName": table.names[index],
            "description": catalog.description(index),
            "createDate": int(table.created[index]),
            "lastModified": int(table.updated[index]),
            "lastUpdated": int(table.updated[index]),
            "lastTouched": int(table.touched[index]),
            "ownedById": owner.id,
            "ownedByName": owner.name,
            "ownedByType": "USER",
            "ownerNamePrimary": owner.name,
            "owners": [{"id": owner.id, "type": "USER", "displayName": owner.name, "active": owner.active}],
            "rowCount": int(table.rows[index]),
            "columnCount": int(table.columns[index]),
            "cardCount": int(table.cards[index]),
            "viewCount": int(table.card_views[index]),
            "dataProviderName": provider.name,
            "dataProviderType": key,
            "displayType": provider.display_type,
            "type": "DataFlow" if provider.key == "dataflow" else provider.key,
            "status": "ERROR" if table.failed[index] else "SUCCESS",
            "state": "ERROR" if table.failed[index] else "SUCCESS",
            "permissions": catalog.permissions_text(index),
            "writable": catalog.permissions_text(index) == FULL_ACCESS,
            "tags": catalog.tags(index),
            "certification": catalog.certification(index),
            "language": "English",
            "isFavorite": False,
            "score": round(float(self.popularity()[index]) / 1000, 3) if len(self) < 1000 else 1.0,
        }
        if table.stream[index]:
            record["streamId"] = int(table.stream[index])
        return record
