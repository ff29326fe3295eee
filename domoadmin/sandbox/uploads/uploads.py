"""Opens uploads, takes parts, commits."""

from __future__ import annotations

import csv
import io
import secrets
import shutil
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from domoadmin.sandbox.catalog import Catalog, now_ms
from domoadmin.sandbox.control.statistics import Statistics
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.http.body import FileSink
from domoadmin.sandbox.store import Document, Store
from domoadmin.sandbox.uploads.loading import Loader
from domoadmin.sandbox.uploads.versions import Versions, new_version

FIRST_UPLOAD = 10
ACTIONS = ("APPEND", "REPLACE")
LARGEST_PART = 100_000


class Tags(NamedTuple):
    """Partitions that an upload names: one to restate (its earlier data goes), or one to add to."""

    restate: str | None = None
    data: str | None = None

    @property
    def tag(self) -> str | None:
        return self.restate or self.data


class Commit(NamedTuple):
    """What a commit asks for."""

    action: str
    with_index: bool
    tags: Tags

    def keeps(self, version: dict[str, Any]) -> bool:
        """Whether an earlier version stays part of the data. A partition to restate limits a REPLACE to itself."""
        if self.tags.restate:
            return version.get("tag") != self.tags.restate
        return self.action == "APPEND"


NO_TAGS = Tags()


def read_tags(values: Mapping[str, Any]) -> Tags:
    """The partition tags of a query or body; ApiError 400."""
    found = Tags(values.get("restateDataTag"), values.get("dataTag"))
    for name, tag in (("restateDataTag", found.restate), ("dataTag", found.data)):
        if tag is not None and (not isinstance(tag, str) or not tag.strip()):
            raise ApiError(400, f"{name} must be a text")
    return found


class Uploads:
    """The uploads of all datasets. Part files lie in the data directory until their upload is committed."""

    def __init__(
        self, catalog: Catalog, versions: Versions, store: Store, statistics: Statistics, directory: Path
    ) -> None:
        self._catalog, self._versions, self._store, self._statistics = catalog, versions, store, statistics
        self._parts_directory = directory / "parts"
        self.data_directory = directory / "data"
        self.data_directory.mkdir(parents=True, exist_ok=True)
        self._loader = Loader(directory)
        self._committing: set[str] = set()
        self._dataset_locks: dict[int, threading.Lock] = {}
        self._parts: dict[str, dict[int, Document]] = {}
        for key, part in store.all("part").items():
            self._parts.setdefault(key.split(":")[0], {})[part["number"]] = part
        self._sweep()

    def _sweep(self) -> None:
        """Removes files that a killed process left behind without acknowledging them."""
        known = {part["file"] for parts in self._parts.values() for part in parts.values()}
        for path in self._parts_directory.glob("*/*"):
            if f"{path.parent.name}/{path.name}" not in known:
                path.unlink()
        used = {v["file"] for each in self._store.all("versions").values() for v in each["versions"]}
        for path in self.data_directory.iterdir():
            if path.name not in used:
                path.unlink()

    def open(self, dataset_id: str, values: dict[str, Any], tags: Tags = NO_TAGS) -> dict[str, Any]:
        """Stage 1 - Get Upload ID."""
        self._catalog.writable(dataset_id)
        action = values.get("action")
        if action is not None and action not in ACTIONS:
            raise ApiError(400, f"action must be one of {', '.join(ACTIONS)}")
        number = self._store.next_number("upload", FIRST_UPLOAD)
        moment = now_ms()
        upload = {"dataset": dataset_id.lower(), "state": "open", "requested": moment, "action": action}
        upload |= {name: tag for name, tag in tags._asdict().items() if tag}
        self._store.put("upload", str(number), upload)
        return {"dataSourceId": dataset_id, "uploadId": number, "requestedAsOf": moment}

    def append_row(self, dataset_id: str, values: object, delimiter: object) -> None:
        """Append row to Dataset with the values of its table: one row goes the way of a file. ApiError 400."""
        if not isinstance(values, str) or not isinstance(delimiter, str) or not delimiter:
            raise ApiError(400, "values and delimiter must be texts")
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(values.split(delimiter))
        upload_id = str(self.open(dataset_id, {})["uploadId"])
        sink = self.receive(dataset_id, upload_id, "1", gzipped=False)
        sink.write(memoryview(line.getvalue().encode()))
        sink.close()
        self.accept(dataset_id, upload_id, "1", sink)
        self.commit(dataset_id, upload_id, {"action": "APPEND", "index": True})

    def _find(self, dataset_id: str, upload_id: str) -> Document:
        upload = self._store.get("upload", upload_id)
        if upload is None or upload["dataset"] != dataset_id.lower():
            raise not_found("Upload", upload_id)
        return upload

    def receive(self, dataset_id: str, upload_id: str, part: str, gzipped: bool) -> FileSink:
        """Where the body of a part goes; ApiError when it may not come."""
        self._catalog.writable(dataset_id)
        upload = self._find(dataset_id, upload_id)
        if not part.isdigit() or not 1 <= int(part) <= LARGEST_PART:
            raise ApiError(400, f"Part number must lie between 1 and {LARGEST_PART}")
        if upload["state"] != "open" or upload_id in self._committing:
            raise ApiError(409, f"Upload {upload_id} is already committed")
        directory = self._parts_directory / upload_id
        directory.mkdir(parents=True, exist_ok=True)
        return FileSink(directory / f"{part}-{secrets.token_hex(6)}.csv", gzipped)

    def accept(self, dataset_id: str, upload_id: str, part: str, sink: FileSink) -> dict[str, Any]:
        """Stage 2 - Upload CSV: the part has arrived whole. It takes the place of an earlier one with its number."""
        with self._store.lock:
            if self._find(dataset_id, upload_id)["state"] != "open" or upload_id in self._committing:
                raise ApiError(409, f"Upload {upload_id} is already committed")
            number = int(part)
            record = {"number": number, "file": f"{upload_id}/{sink.path.name}", "bytes": sink.size}
            self._store.put("part", f"{upload_id}:{number}", record)
            earlier = self._parts.setdefault(upload_id, {}).get(number)
            self._parts[upload_id][number] = record
        if earlier is not None:
            (self._parts_directory / earlier["file"]).unlink(missing_ok=True)
        self._statistics.note_part(upload_id, number, sink.size)
        return {"uploadId": int(upload_id), "partId": number, "size": sink.size, "status": "SUCCESS"}

    def commit(self, dataset_id: str, upload_id: str, values: dict[str, Any]) -> dict[str, Any]:
        """Stage 3 - Commit and Index: all of it takes effect, or nothing."""
        index = self._catalog.writable(dataset_id)
        self._statistics.note_commit(upload_id)
        action, with_index = _commit_values(values)
        sent = read_tags(values)
        with self._store.lock:
            upload = self._find(dataset_id, upload_id)
            if upload["state"] != "open":
                raise ApiError(409, f"Upload {upload_id} is already committed")
            if upload_id in self._committing:
                raise ApiError(409, f"Upload {upload_id} is being committed")
            parts = self._ordered(upload_id)
            self._committing.add(upload_id)
            dataset_lock = self._dataset_locks.setdefault(index, threading.Lock())
        try:
            with dataset_lock:
                tags = Tags(sent.restate or upload.get("restate"), sent.data or upload.get("data"))
                return self._load(index, upload_id, upload, parts, Commit(action, with_index, tags))
        finally:
            self._committing.discard(upload_id)

    def _ordered(self, upload_id: str) -> list[Document]:
        parts = self._parts.get(upload_id, {})
        if not parts:
            raise ApiError(400, f"Upload {upload_id} has no parts")
        numbers = sorted(parts)
        if len(numbers) > 1 and numbers != list(range(1, len(numbers) + 1)):
            missing = next(number for number in range(1, numbers[-1]) if number not in parts)
            raise ApiError(400, f"Upload {upload_id} is incomplete: part {missing} is missing")
        return [parts[number] for number in numbers]

    def _load(
        self, index: int, upload_id: str, upload: Document, parts: list[Document], asked: Commit
    ) -> dict[str, Any]:
        name = f"{upload_id}.parquet"
        files = [(part["number"], self._parts_directory / part["file"]) for part in parts]
        schema = self._catalog.schema(index)
        rows = self._loader.load(files, schema, self.data_directory / name)
        with self._store.lock:
            document = self._versions.document(index)
            number = document["next"]
            version = new_version(number, now_ms(), rows, name, self._schema_id(index), True)
            version["uploadId"] = int(upload_id)
            version["columns"] = [column["name"] for column in schema]
            version["numBytes"] = sum(part["bytes"] for part in parts)
            if asked.tags.tag:
                version["tag"] = asked.tags.tag
            kept = [{**each, "active": each["active"] and asked.keeps(each)} for each in document["versions"]]
            document = {**document, "versions": [*kept, version], "next": number + 1}
            index_id = None
            if asked.with_index:
                index_id, document = self._versions.request_index(index, document)
            committed = {**upload, "state": "committed", "dataId": number}
            removed = [("part", f"{upload_id}:{part['number']}", None) for part in parts]
            self._versions.write(index, document, ("upload", upload_id, committed), *removed)
            self._parts.pop(upload_id, None)
        self._statistics.note_commit(upload_id, effected=True)
        shutil.rmtree(self._parts_directory / upload_id, ignore_errors=True)
        answer = {
            "dataSourceId": self._catalog.table.ids[index],
            "uploadId": int(upload_id),
            "dataId": number,
            "status": "SUCCESS",
            "size": {"rowCount": rows, "columnCount": len(schema), "numberOfBytes": version["numBytes"]},
        }
        return answer if index_id is None else {**answer, "indexId": index_id}

    def _schema_id(self, index: int) -> int:
        return int(self._catalog.patches.get(index, {}).get("schemaId", 1))


def _commit_values(values: dict[str, Any]) -> tuple[str, bool]:
    action, with_index = values.get("action"), values.get("index", False)
    if action not in ACTIONS:
        raise ApiError(400, f"action must be one of {', '.join(ACTIONS)}")
    if with_index not in (True, False, "true", "false"):
        raise ApiError(400, "index must be true or false")
    return str(action), with_index in (True, "true")
