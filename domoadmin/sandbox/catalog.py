"""The datasets as they are now: the generated ones with what clients have changed since."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import fields, replace
from typing import Any

import numpy as np

from domoadmin.sandbox.company import vocabulary as words
from domoadmin.sandbox.company.datasets import CERTIFICATIONS, DatasetTable
from domoadmin.sandbox.company.people import Person
from domoadmin.sandbox.company.schemas import columns_of
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.store import Document, Store

FULL_ACCESS = "READ_WRITE_DELETE_SHARE_ADMIN"
READ_ACCESS = "READ"
READ_ONLY_DEPARTMENT = "Legal"
COLUMN_TYPES = ("STRING", "LONG", "DOUBLE", "DECIMAL", "DATE", "DATETIME")

COLUMN_FIELDS = [field.name for field in fields(DatasetTable) if field.name not in ("ids", "names")]
CHANGED_FIELDS = ("rows", "updated", "touched", "provider", "owner", "columns", "stream", "failed")

Columns = list[dict[str, Any]]


def now_ms() -> int:
    """The time in epoch milliseconds."""
    return round(time.time() * 1000)


class Catalog:
    """Reads and changes datasets by their place in the table. Callers hold `store.lock` while they change."""

    def __init__(self, table: DatasetTable, people: list[Person], store: Store) -> None:
        # a copy: the company stays as it was before the first client came
        changing = {name: getattr(table, name).copy() for name in (*CHANGED_FIELDS, "certification")}
        self.table = replace(table, names=list(table.names), **changing)
        table = self.table
        self.people = people
        self._store = store
        self.generated = len(table)
        self.revision = 0
        self.changed_text: set[int] = set()
        self.patches: dict[int, Document] = {}
        self._place = {identifier: index for index, identifier in enumerate(table.ids)}
        for identifier, created in store.all("created-dataset").items():
            self._append(identifier, created)
        for identifier, patch in store.all("dataset").items():
            self._apply(self._place[identifier], patch)

    def find(self, dataset_id: str) -> int:
        """The place of a dataset; ApiError 404 when there is none."""
        index = self._place.get(dataset_id.lower())
        if index is None or self.is_deleted(index):
            raise not_found("DataSource", dataset_id)
        return index

    def is_deleted(self, index: int) -> bool:
        return bool(self.patches.get(index, {}).get("deleted"))

    def writable(self, dataset_id: str) -> int:
        """The place of a dataset that the token's owner may change; ApiError 403 or 404."""
        index = self.find(dataset_id)
        if self.permissions_text(index) == READ_ACCESS:
            raise ApiError(403, f"You do not have permission to change DataSource {dataset_id}")
        return index

    def permissions_text(self, index: int) -> str:
        """What the token's owner may do with the dataset, as get metadata puts it."""
        mine = int(self.table.owner[index]) == 0
        return FULL_ACCESS if mine or self.department(index) != READ_ONLY_DEPARTMENT else READ_ACCESS

    def department(self, index: int) -> str:
        return self.table.department(index) if index < self.generated else words.DEPARTMENTS[8]

    def description(self, index: int) -> str:
        patch = self.patches.get(index, {})
        if "description" in patch:
            return str(patch["description"])
        return self.table.description(index) if index < self.generated else ""

    def tags(self, index: int) -> list[str]:
        patch = self.patches.get(index, {})
        if "tags" in patch:
            return list(patch["tags"])
        mask = int(self.table.tags[index])
        return [tag for bit, tag in enumerate(words.TAGS) if mask >> bit & 1]

    def owner(self, index: int) -> Person:
        return self.people[int(self.table.owner[index])]

    def schema(self, index: int) -> Columns:
        """The latest schema."""
        patch = self.patches.get(index, {})
        if "schema" in patch:
            return list(patch["schema"])
        columns = columns_of(self.table.schema(index), bool(self.table.with_load_columns[index]))
        return [{"name": each.name, "id": each.name, "type": each.type, "visible": True} for each in columns]

    def certification(self, index: int) -> dict[str, Any] | None:
        """The certification as search and metadata show it, or None."""
        state = CERTIFICATIONS[int(self.table.certification[index])]
        if not state:
            return None
        patch = self.patches.get(index, {})
        return {
            "state": state,
            "processType": "DATASET",
            "processName": "Certified by the data council",
            "adminCertified": True,
            "lastUpdated": int(patch.get("certifiedOn", self.table.certified_on[index])),
        }

    def change(self, index: int, **values: Any) -> None:
        """Keeps changed values of one dataset: description, tags, certification, owner, permissions, schema, ..."""
        with self._store.lock:
            self._store.put("dataset", self.table.ids[index], self.patched(index, **values))
            self.apply(index, values)

    def patched(self, index: int, **values: Any) -> Document:
        """The document that `change` would store, for callers with a larger transaction."""
        return {**self.patches.get(index, {}), **values}

    def apply(self, index: int, values: dict[str, Any]) -> None:
        """Brings stored values into the table."""
        self._apply(index, self.patched(index, **values))

    def _apply(self, index: int, patch: Document) -> None:
        table = self.table
        self.patches[index] = patch
        self.revision += 1
        if {"name", "description", "tags", "deleted"} & patch.keys():
            self.changed_text.add(index)
        if "name" in patch:
            table.names[index] = patch["name"]
        for field in CHANGED_FIELDS:
            if field in patch:
                getattr(table, field)[index] = patch[field]
        if "certification" in patch:
            table.certification[index] = CERTIFICATIONS.index(patch["certification"])

    def create(self, name: str, provider: str, schema: Columns, description: str) -> int:
        """Adds an empty dataset that belongs to the token's owner."""
        moment = now_ms()
        created = {
            "name": name,
            "provider": words.PROVIDER_CODES.get(provider, words.PROVIDER_CODES["api"]),
            "created": moment,
        }
        identifier = str(uuid.uuid4())
        patch = {"schema": schema, "description": description, "columns": len(schema), "tags": []}
        with self._store.lock:
            self._store.put_all([("created-dataset", identifier, created), ("dataset", identifier, patch)])
            index = self._append(identifier, created)
            self._apply(index, patch)
        return index

    def _append(self, identifier: str, created: Document) -> int:
        """A new table takes the place of the old one, which searches under way still read."""
        table = self.table
        index = len(table)
        moment = created["created"]
        values = {"provider": created["provider"], "created": moment, "updated": moment, "touched": moment}
        longer = {
            name: np.append(column, np.array([values.get(name, 0)], dtype=column.dtype))
            for name, column in ((name, getattr(table, name)) for name in COLUMN_FIELDS)
        }
        ids, names = [*table.ids, identifier], [*table.names, created["name"]]
        self.table = DatasetTable(ids=ids, names=names, **longer)
        self._place[identifier] = index
        self.changed_text.add(index)
        return index

    def metadata(self, index: int) -> dict[str, Any]:
        """Get Metadata, as the document shows it."""
        table, patch = self.table, self.patches.get(index, {})
        provider = words.PROVIDERS[int(table.provider[index])]
        key = patch.get("dataProviderType", provider.key)
        access = self.permissions_text(index)
        status = "ERROR" if table.failed[index] else "SUCCESS"
        stream = int(table.stream[index])
        record: dict[str, Any] = {
            "id": table.ids[index],
            "displayType": provider.display_type,
            "dataProviderType": key,
            "type": "DataFlow" if provider.key == "dataflow" else provider.key,
            "name": table.names[index],
            "description": self.description(index),
            "owner": self.owner_record(index),
            "status": status,
            "created": int(table.created[index]),
            "lastTouched": int(table.touched[index]),
            "lastUpdated": int(table.updated[index]),
            "rowCount": int(table.rows[index]),
            "columnCount": int(table.columns[index]),
            "cardInfo": {"cardCount": int(table.cards[index]), "cardViewCount": int(table.card_views[index])},
            "properties": {"formulas": {"formulas": {}}},
            "state": status,
            "validConfiguration": True,
            "validAccount": status == "SUCCESS",
            "transportType": provider.transport,
            "adc": True,
            "adcExternal": False,
            "adcSource": "DIRECT",
            "masked": False,
            "currentUserFullAccess": access == FULL_ACCESS,
            "cloudId": "domo",
            "cloudName": "Domo",
            "permissions": access,
            "hidden": False,
            "tags": json.dumps(self.tags(index)),
            "scheduleActive": stream > 0,
            "cardCount": int(table.cards[index]),
            "cloudEngine": "domo",
        }
        if stream:
            record["streamId"] = stream
        if self.certification(index):
            record["certification"] = self.certification(index)
        return record

    def owner_record(self, index: int) -> dict[str, Any]:
        """The owner as it stands inside other answers."""
        owner = self.owner(index)
        return {"id": owner.id, "name": owner.name, "type": "USER", "group": False}
