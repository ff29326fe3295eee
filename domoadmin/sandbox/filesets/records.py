"""FileSets and their files as answers show them. The document shows each in several shapes."""

from __future__ import annotations

import uuid
from typing import Any

from domoadmin.sandbox.filesets.generated import NAMESPACE
from domoadmin.sandbox.filesets.selection import iso
from domoadmin.sandbox.store import Document

Record = dict[str, Any]
CREATED_FIELDS = ("id", "name", "description", "created", "createdBy")
FOUND_FIELDS = (*CREATED_FIELDS, "updated", "updatedBy", "owner", "permission", "fileCount")
UPLOADED_FIELDS = ("id", "path", "name", "fileType", "contentType", "size", "created", "createdBy")
LISTED_FIELDS = (*UPLOADED_FIELDS[:6], "hash", "hashAlgorithm", "downloadUrl", "created", "createdBy")


def only(record: Record, names: tuple[str, ...]) -> Record:
    """The named fields of a record, in this order."""
    return {name: record[name] for name in names}


def fileset_record(identifier: str, fileset: Document, permission: str, file_count: int, size: int) -> Record:
    """A FileSet with all fields; most answers show only some of them."""
    return {
        "id": identifier,
        "name": fileset["name"],
        "description": fileset["description"],
        "aiEnabled": fileset["ai"],
        "indexStatus": None,
        "batchType": "INCREMENTAL",
        "connector": fileset["connector"],
        "created": iso(fileset["created"]),
        "createdBy": int(fileset["created_by"]),
        "updated": iso(fileset["updated"]),
        "updatedBy": int(fileset["updated_by"]),
        "owner": fileset["owner"],
        "accountId": fileset["account"],
        "connectorContext": fileset["context"],
        "permission": permission,
        "size": size,
        "fileCount": file_count,
    }


def name_of(path: str) -> str:
    """The last part of a path."""
    return path.rpartition("/")[2]


def file_type(content_type: str) -> str:
    """TEXT for what is text, FILE for everything else: so the samples have it."""
    return "TEXT" if content_type.startswith("text/") else "FILE"


def file_record(identifier: str, file: Document, facts: dict[str, Any], url: str | None) -> Record:
    """A file with all fields."""
    return {
        "id": identifier,
        "path": file["path"],
        "name": name_of(file["path"]),
        "fileType": file_type(file["content_type"]),
        "contentType": file["content_type"],
        "size": facts["size"],
        "hash": facts["sha256"].lower(),
        "hashAlgorithm": "SHA_256_HEX",
        "downloadUrl": url,
        "created": iso(file["created"]),
        "createdBy": int(file["created_by"]),
        "connectorKey": None,
        "indexStatus": None,
        "indexReason": None,
    }


def directory_record(fileset: str, path: str, first: Document) -> Record:
    """A directory among listed files. `first` is the oldest file in it; there are no empty directories."""
    nothing = dict.fromkeys(("contentType", "size", "hash", "hashAlgorithm", "downloadUrl"))
    return {
        "id": str(uuid.uuid5(NAMESPACE, f"{fileset}/{path}")),
        "path": path,
        "name": name_of(path),
        "fileType": "DIRECTORY",
        **nothing,
        "created": iso(first["created"]),
        "createdBy": int(first["created_by"]),
    }


def match_record(identifier: str, file: Document, size: int, score: float) -> Record:
    """A hit of a query: here times are epoch milliseconds, and every file is a FILE of the type TEXT."""
    node = {
        "id": identifier,
        "path": file["path"],
        "name": name_of(file["path"]),
        "fileType": "FILE",
        "contentType": file["content_type"],
        "size": size,
        "created": file["created"],
        "type": "TEXT",
    }
    return {"id": identifier, "node": node, "score": score}
