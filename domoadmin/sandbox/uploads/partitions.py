"""Partitions of a dataset: the tags under which data versions were uploaded."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.catalog import Catalog
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.store import Store
from domoadmin.sandbox.uploads.versions import Version, Versions, milliseconds
from domoadmin.sandbox.world import World

Record = dict[str, Any]
MOST_LISTED = 1_000
# field name of a search, in lower case, and the field of a partition that it means
SEARCHED = {
    "datecompleted": "dateCompleted",
    "partitionid": "partitionId",
    "datatag": "partitionId",
    "rowcount": "rowCount",
    "bytecount": "byteCount",
    "dataid": "dataId",
}


class Partitions:
    """Reads and changes partitions; they live in the version documents."""

    def __init__(self, world: World) -> None:
        self._catalog: Catalog = world.catalog
        self._versions: Versions = world.versions
        self._store: Store = world.store

    def listing(self, index: int) -> list[Record]:
        """GET Partition List: no counts, and nothing tells those whose data is marked as deleted."""
        return [{"partitionId": tag, "status": "active"} for tag in self._tagged(index)]

    def _tagged(self, index: int) -> dict[str, list[Version]]:
        """The versions under each tag; those that a later upload restated don't count."""
        found: dict[str, list[Version]] = {}
        for version in self._versions.document(index)["versions"]:
            if version.get("tag") and (version["active"] or version.get("deleted")):
                found.setdefault(version["tag"], []).append(version)
        return found

    def _with_data(self, index: int) -> list[Record]:
        records = []
        for tag, versions in self._tagged(index).items():
            kept = [version for version in versions if version["active"]]
            if kept:
                records.append(
                    {
                        "partitionId": tag,
                        "status": "active",
                        "dataId": kept[-1]["dataId"],
                        "rowCount": sum(version["numRows"] for version in kept),
                        "byteCount": sum(version["numBytes"] for version in kept),
                        "dateCompleted": max(milliseconds(version["uploadCompletedDate"]) for version in kept),
                    }
                )
        return records

    def search(self, index: int, body: Record) -> list[Record]:
        """Search Partition List: what has data, with counts; sorted and bounded as paginationFields say."""
        limit, offset = _whole(body, "limit", 100), _whole(body, "offset", 0)
        fields = body.get("paginationFields") or []
        if not isinstance(fields, list) or not all(isinstance(field, dict) for field in fields):
            raise ApiError(400, "paginationFields must be a list of objects")
        records = self._with_data(index)
        for field in reversed(fields):
            name = SEARCHED.get(str(field.get("fieldName", "")).lower())
            if name is None:
                raise ApiError(400, f"paginationFields: unknown fieldName {field.get('fieldName')}")
            records = [record for record in records if _within(record[name], field.get("filterValues") or {})]
            records.sort(key=lambda record: record[name], reverse=_descends(field))
        return records[offset : offset + min(limit, MOST_LISTED)]

    def delete_data(self, index: int, tag: str) -> None:
        """Delete Data Version: its rows go with the next index, the tag stays. ApiError 404."""
        self._change(index, tag, {"active": False, "deleted": True})

    def delete_tag(self, index: int, tag: str) -> None:
        """Delete Partition Tag: the rows stay, without a tag. ApiError 404."""
        self._change(index, tag, {"tag": None})

    def _change(self, index: int, tag: str, changes: Record) -> None:
        with self._store.lock:
            document = self._versions.document(index)
            if not any(version.get("tag") == tag for version in document["versions"]):
                raise not_found("Partition", tag)
            versions = [
                {**version, **changes} if version.get("tag") == tag else version for version in document["versions"]
            ]
            self._versions.write(index, {**document, "versions": versions})


def _whole(body: Record, name: str, default: int) -> int:
    value = body.get(name)
    if value is None:
        return default
    if not str(value).isdigit():
        raise ApiError(400, f"{name} must be a whole number")
    return int(value)


def _descends(field: Record) -> bool:
    order = str(field.get("sortOrder") or "ASC").upper()
    if order not in ("ASC", "DESC"):
        raise ApiError(400, "sortOrder must be ASC or DESC")
    return order == "DESC"


def _within(value: Any, bounds: Record) -> bool:
    """Whether a value lies between MIN and MAX; null leaves a side open."""
    least, most = bounds.get("MIN"), bounds.get("MAX")
    try:
        least, most = (bound if bound is None else type(value)(bound) for bound in (least, most))
    except ValueError as error:
        raise ApiError(400, "MIN and MAX of filterValues must fit the field") from error
    return (least is None or value >= least) and (most is None or value <= most)
