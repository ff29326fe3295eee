"""Exports of datasets to S3: one at a time for each dataset, done after some seconds."""

from __future__ import annotations

import re
import time
import uuid
from typing import Any

from domoadmin.sandbox.catalog import Catalog, now_ms
from domoadmin.sandbox.company.subjects import SUBJECTS
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.store import Document, Store
from domoadmin.sandbox.streams.runs import Runs
from domoadmin.sandbox.uploads.versions import Versions
from domoadmin.sandbox.world import World

Record = dict[str, Any]
KIND = "s3-exports"
LEAST_MS, MOST_MS = 300, 1_500
ROWS_PER_MS = 100
ROWS_PER_FILE = 1_000_000
MOST_FILES = 1_000
MOST_KEPT = 50
UNDER_WAY, SUCCESS, ERROR = "none", "success", "error"
BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
REGION_NAME = re.compile(r"(us|eu|ap|sa|ca|me|af|il)(-gov)?-(north|south|east|west|central)(east|west)?-\d")
# temporary credentials of AWS begin like this
TEMPORARY_KEY = "ASIA"
# where the buckets of the company lie; another bucket lies in the region that its name ends with, if any
BUCKET_REGIONS = {
    "halden-outdoor-exports": "eu-north-1",
    "halden-outdoor-archive": "eu-north-1",
    "halden-finance-reporting": "eu-central-1",
}
LOCKED_BUCKET = "halden-legal-hold"
# keys with this word in them have had their time
EXPIRED_KEY = "EXPIRED"
# nobody but the legal department takes these rows out of Domo
KEPT_IN = "Litigation reserves"


class Exports:
    """The exports of each dataset, without the credentials that they were asked for with."""

    def __init__(self, world: World) -> None:
        self._catalog: Catalog = world.catalog
        self._versions: Versions = world.versions
        self._store: Store = world.store
        self._runs = world.part(Runs)

    def listing(self, dataset_id: str) -> list[Record]:
        """Export Status, newest first. ApiError 403 and 404."""
        index = self._readable(dataset_id)
        return [_shown(export) for export in reversed(self._kept(index))]

    def create(self, dataset_id: str, body: Record) -> Record:
        """Create Export; the earlier one comes back when the data is the same. ApiError 400, 403 and 404."""
        index = self._readable(dataset_id)
        bucket, region = _target(body)
        self._check_query(index, body.get("queryRequest"))
        indexed = self._versions.document(index)["indexed"]
        with self._store.lock:
            kept = self._kept(index)
            last = kept[-1] if kept else None
            if last is not None and last["ends"] > now_ms():
                raise ApiError(400, f"An export of DataSource {dataset_id} is under way: only one can run at a time")
            if last is not None and not last["problem"] and last["dataIds"] == indexed:
                return _shown(last)
            rows = int(self._catalog.table.rows[index])
            expired = EXPIRED_KEY in body["awsAccessKey"]
            export = self._made(bucket, region, str(body.get("path") or ""), rows, expired=expired)
            export["dataIds"] = indexed
            self._store.put(KIND, self._catalog.table.ids[index], {"exports": [*kept[-MOST_KEPT:], export]})
        return _shown(export)

    def _readable(self, dataset_id: str) -> int:
        self._runs.settle()
        index = self._catalog.find(dataset_id)
        if index < self._catalog.generated and SUBJECTS[int(self._catalog.table.subject[index])].name == KEPT_IN:
            raise ApiError(403, f"You do not have permission to export DataSource {dataset_id}")
        return index

    def _kept(self, index: int) -> list[Document]:
        document = self._store.get(KIND, self._catalog.table.ids[index])
        return list(document["exports"]) if document else []

    def _check_query(self, index: int, asked: Any) -> None:
        if asked is None:
            return
        if not isinstance(asked, dict) or not isinstance(asked.get("query", {}), dict):
            raise ApiError(400, "queryRequest must be an object with a query")
        known = {column["name"] for column in self._catalog.schema(index)}
        for column in asked.get("query", {}).get("columns") or []:
            name = column.get("column") if isinstance(column, dict) else None
            if name not in known:
                raise ApiError(400, f"queryRequest.query.columns: the DataSource has no column {name}")

    @staticmethod
    def _made(bucket: str, region: str, path: str, rows: int, *, expired: bool) -> Document:
        moment, identifier = now_ms(), str(uuid.uuid4())
        home = BUCKET_REGIONS.get(bucket) or next(iter(REGION_NAME.finditer(bucket[-16:])), None)
        home = home if isinstance(home, str) or home is None else home.group()
        problem = None
        if expired:
            problem = ("ExpiredToken", "The provided token has expired.")
        elif bucket == LOCKED_BUCKET:
            problem = ("AccessDenied", f"Access to the bucket {bucket} was denied")
        elif home is not None and home != region:
            problem = ("PermanentRedirect", f"The bucket {bucket} is not in the region {region}")
        folder = f"s3://{bucket}/{path.strip('/')}".rstrip("/")
        files = min(MOST_FILES, max(1, -(-rows // ROWS_PER_FILE)))
        share = -(-rows // files)
        urls = {f"{folder}/{identifier}-{number:05d}.csv": min(share, rows - number * share) for number in range(files)}
        return {
            "exportId": identifier,
            "bucket": bucket,
            "started": moment,
            "ends": moment + min(MOST_MS, LEAST_MS + rows // ROWS_PER_MS),
            "problem": problem,
            "urls": {} if problem else urls,
        }


def _target(body: Record) -> tuple[str, str]:
    """Bucket and region of a request whose credentials would do; ApiError 400."""
    for name in ("awsAccessKey", "awsAccessSecret", "bucket", "region"):
        if not isinstance(body.get(name), str) or not body[name].strip():
            raise ApiError(400, f"Export cannot be created: {name} is required")
    if not BUCKET_NAME.fullmatch(body["bucket"]):
        raise ApiError(400, f"Export cannot be created: {body['bucket']} is no bucket")
    if not REGION_NAME.fullmatch(body["region"]):
        raise ApiError(400, f"Export cannot be created: {body['region']} is no region")
    # No field for the session token is documented: the name that AWS itself uses is taken.
    if body["awsAccessKey"].startswith(TEMPORARY_KEY) and not body.get("awsSessionToken"):
        raise ApiError(400, "Export cannot be created: temporary credentials need an AWS session token")
    return body["bucket"], body["region"]


def _shown(export: Document) -> Record:
    over = export["ends"] <= now_ms()
    code, message = export["problem"] or (None, None)
    failed = over and code is not None
    return {
        "bucket": export["bucket"],
        "compression": "none",
        "errorCode": code if failed else None,
        "exportFormat": "csv",
        "exportId": export["exportId"],
        "exportStatus": UNDER_WAY if not over else ERROR if failed else SUCCESS,
        "finished": _moment(export["ends"]) if over else None,
        "message": message if failed else None,
        "started": _moment(export["started"]),
        "urlRowCountMap": export["urls"] if over else {},
    }


def _moment(value: int) -> str:
    """ISO 8601 with milliseconds and Z."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(value / 1000)) + f".{value % 1000:03d}Z"
