"""Data versions of a dataset, and which of them queries see."""

from __future__ import annotations

import calendar
import time
import uuid
from typing import Any

from domoadmin.sandbox.catalog import Catalog, now_ms
from domoadmin.sandbox.company.partitions import is_partitioned, partitions_of
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.store import Document, Store

Version = dict[str, Any]
BYTES_PER_ROW = 61
DAY_MS = 86_400_000
# One dataset in five is loaded every day and keeps some weeks of versions; about one load in eleven fails.
DAILY_EVERY, DAILY_AT = 5, 3
LEAST_DAYS, MOST_DAYS, FAILS_EVERY = 14, 60, 11
FIRST_UPLOAD = 100_000


def timestamp(moment_ms: int) -> str:
    """ISO 8601 in UTC, as the version listing writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment_ms / 1000))


def milliseconds(recorded: str) -> int:
    """The epoch milliseconds of a timestamp."""
    return calendar.timegm(time.strptime(recorded, "%Y-%m-%dT%H:%M:%SZ")) * 1000


class Versions:
    """Reads and writes the version documents. `active` versions make up the data, `indexed` ones answer queries."""

    def __init__(self, catalog: Catalog, store: Store) -> None:
        self._catalog = catalog
        self._store = store

    def document(self, index: int) -> Document:
        """The versions of a dataset as they are now, ripe index requests included."""
        identifier = self._catalog.table.ids[index]
        with self._store.lock:
            document = self._store.get("versions", identifier)
            if document is None:
                return self._generated(index)
            ripe = [each for each in document["indexing"] if each["ready"] <= now_ms()]
            if ripe:
                document = self._indexed(document, ripe)
                self._store.put("versions", identifier, document)
            return document

    @staticmethod
    def _indexed(document: Document, ripe: list[dict[str, Any]]) -> Document:
        waiting = [each for each in document["indexing"] if each not in ripe]
        known = {version["dataId"] for version in document["versions"]}
        indexed = [number for number in ripe[-1]["dataIds"] if number in known]
        return {**document, "indexing": waiting, "indexed": indexed, "indexedSchema": ripe[-1]["schema"]}

    def _generated(self, index: int) -> Document:
        """What a generated dataset has had before any client wrote to it: up to six versions, the last one active.

        A partitioned one has a version for each partition instead, all of them active.
        """
        table = self._catalog.table
        if index >= self._catalog.generated:
            return {"versions": [], "indexed": [], "indexing": [], "next": 1, "indexedSchema": None}
        if is_partitioned(table, index):
            return self._partitioned(index)
        versions = self._loaded_anew(index)
        count = len(versions)
        return {"versions": versions, "indexed": [count], "indexing": [], "next": count + 1, "indexedSchema": None}

    def _loaded_anew(self, index: int) -> list[Version]:
        """Versions that each replaced the one before: a few, or of a daily load some weeks, a failure now and then."""
        table = self._catalog.table
        rows, updated, created = int(table.rows[index]), int(table.updated[index]), int(table.created[index])
        count = 1 + created % 6
        step = max(1, (updated - created) // (count + 1))
        daily = index % DAILY_EVERY == DAILY_AT and updated - created > MOST_DAYS * DAY_MS
        if daily:
            count, step = LEAST_DAYS + index % (MOST_DAYS - LEAST_DAYS), DAY_MS
        versions: list[Version] = []
        for number in range(1, count + 1):
            behind = count - number
            moment = updated - behind * step
            if daily and behind and number % FAILS_EVERY == index % FAILS_EVERY:
                versions.append({**new_version(number, moment, 0, None, 1, False), "uploadStatus": "error"})
            else:
                held = max(0, rows - rows * behind // (400 if daily else 40))
                versions.append(new_version(number, moment, held, None, 1, not behind))
        return versions

    def _partitioned(self, index: int) -> Document:
        versions: list[Version] = []
        first = 0
        for number, (tag, rows, loaded) in enumerate(partitions_of(self._catalog.table, index), start=1):
            versions.append({**new_version(number, loaded, rows, None, 1, True), "tag": tag, "first": first})
            first += rows
        numbers = [version["dataId"] for version in versions]
        return {
            "versions": versions,
            "indexed": numbers,
            "indexing": [],
            "next": len(versions) + 1,
            "indexedSchema": None,
        }

    def listing(self, index: int) -> list[dict[str, Any]]:
        """Listing Dataset Versions, as the document shows it."""
        shown = ("schemaId", "dataId", "uploadStatus", "recordedDate", "uploadCompletedDate", "numRows", "numBytes")
        return [{name: version[name] for name in shown} for version in self._kept(index)]

    def _kept(self, index: int) -> list[Version]:
        return [version for version in self.document(index)["versions"] if not version.get("deleted")]

    def details(self, index: int) -> list[dict[str, Any]]:
        """The other listing, whose answer no document shows: the same with index state."""
        indexed, identifier = self.document(index)["indexed"], self._catalog.table.ids[index]
        more = [
            {
                "dataSourceId": identifier,
                "indexed": version["dataId"] in indexed,
                "active": version["active"],
                "dataTag": version.get("tag"),
                "uploadId": version.get("uploadId", FIRST_UPLOAD + index * 100 + version["dataId"]),
            }
            for version in self._kept(index)
        ]
        return [{**entry, **rest} for entry, rest in zip(self.listing(index), more, strict=True)]

    def queried(self, index: int) -> tuple[list[Version], list[dict[str, Any]]]:
        """The versions that queries see, and the schema they see them with."""
        document = self.document(index)
        schema = document["indexedSchema"] or self._catalog.schema(index)
        return [version for version in document["versions"] if version["dataId"] in document["indexed"]], schema

    def delete(self, index: int, numbers: list[int], reindex: bool) -> None:
        """Deletes data versions; with `reindex` queries lose them too. Unknown numbers are passed over."""
        with self._store.lock:
            document = self.document(index)
            indexed = [number for number in document["indexed"] if not reindex or number not in numbers]
            versions = [
                {**version, "active": False, "deleted": True} if version["dataId"] in numbers else version
                for version in document["versions"]
                if version["dataId"] not in numbers or version["dataId"] in indexed
            ]
            self.write(index, {**document, "versions": versions, "indexed": indexed})

    def write(
        self, index: int, document: Document, *more: tuple[str, str, Document | None], moment: int | None = None
    ) -> None:
        """Stores versions, row count and update time together with `more` documents."""
        rows = sum(version["numRows"] for version in document["versions"] if version["active"])
        moment = moment or now_ms()
        values = {"rows": rows, "updated": moment, "touched": moment}
        identifier = self._catalog.table.ids[index]
        patch = self._catalog.patched(index, **values)
        with self._store.lock:
            self._store.put_all([("versions", identifier, document), ("dataset", identifier, patch), *more])
            self._catalog.apply(index, values)

    def add_loaded(
        self, index: int, rows: int, moment: int, replace: bool, *more: tuple[str, str, Document | None]
    ) -> None:
        """A version of generated rows, as a connector brings it, with its index request. Moment in epoch ms.

        `more` documents are stored with it. In a dataset with partitions the load goes to the latest one.
        """
        with self._store.lock:
            document = self.document(index)
            number = document["next"]
            tag = next((version["tag"] for version in reversed(document["versions"]) if version.get("tag")), None)
            schema_id = int(self._catalog.patches.get(index, {}).get("schemaId", 1))
            version = {**new_version(number, moment, rows, None, schema_id, True), "tag": tag}
            # rows that are added go on counting where the earlier ones end
            version["first"] = 0 if replace else int(self._catalog.table.rows[index])
            kept = [{**each, "active": each["active"] and not replace} for each in document["versions"]]
            document = {**document, "versions": [*kept, version], "next": number + 1}
            self.write(index, self.request_index(index, document)[1], *more, moment=moment)

    def request_index(self, index: int, document: Document, wanted: list[int] | None = None) -> tuple[str, Document]:
        """A new index request within `document`; ripe after 0.3 to 0.9 seconds.

        `wanted` versions come to those that are indexed already; without it all active ones. ApiError 400.
        """
        identifier = str(uuid.uuid4())
        active = [version["dataId"] for version in document["versions"] if version["active"]]
        unknown = [number for number in wanted or () if number not in active]
        if unknown:
            raise ApiError(400, f"dataIds: data version {unknown[0]} is not part of the active data")
        if wanted:
            active = [number for number in active if number in wanted or number in document["indexed"]]
        rows = sum(version["numRows"] for version in document["versions"] if version["active"])
        entry = {
            "id": identifier,
            "requested": now_ms(),
            "ready": now_ms() + 300 + min(600, rows // 5000),
            "dataIds": active,
            "schema": self._catalog.schema(index),
        }
        requests = [*document.get("requests", [])[-49:], {key: entry[key] for key in ("id", "requested", "ready")}]
        return identifier, {**document, "indexing": [*document["indexing"], entry], "requests": requests}

    def start_index(self, index: int, wanted: list[int] | None = None) -> str:
        """Index Dataset: gives the id of the index request."""
        with self._store.lock:
            identifier, document = self.request_index(index, self.document(index), wanted)
            self._store.put("versions", self._catalog.table.ids[index], document)
            return identifier

    def index_status(self, index: int, index_id: str) -> dict[str, Any]:
        """Index Dataset Progress; ApiError 404 for an unknown request."""
        for request in self.document(index).get("requests", []):
            if request["id"] == index_id:
                done = request["ready"] <= now_ms()
                return {
                    "id": index_id,
                    "requestKey": index_id,
                    "dataSourceId": self._catalog.table.ids[index],
                    "status": "SUCCESS" if done else "RUNNING",
                    "completed": done,
                    "requestedAt": request["requested"],
                    "completedAt": request["ready"] if done else None,
                    "message": None,
                }
        raise not_found("Index request", index_id)


def new_version(number: int, moment: int, rows: int, file: str | None, schema_id: int, active: bool) -> Version:
    """A version record; `file` names its Parquet file, None stands for generated rows."""
    return {
        "schemaId": schema_id,
        "dataId": number,
        "uploadStatus": "success",
        "recordedDate": timestamp(moment),
        "uploadCompletedDate": timestamp(moment),
        "numRows": rows,
        "numBytes": rows * BYTES_PER_ROW,
        "file": file,
        "active": active,
    }
