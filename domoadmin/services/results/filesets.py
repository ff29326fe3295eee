"""FileSets, the files in them, and the answers to questions about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from domoadmin.services.answers import Answer
from domoadmin.services.results.base import Done, Listing, Result
from domoadmin.services.results.fields import Raw, flag, identifier, mapping, moment, number, text

DIRECTORY = "DIRECTORY"


@dataclass(frozen=True, kw_only=True)
class Fileset(Result):
    """A FileSet. Answers differ in what they hold: `size` (bytes), `file_count` and the rest are None when not said."""

    id: str
    name: str
    description: str
    owner_id: str
    permission: str
    file_count: int | None
    size: int | None
    ai_enabled: bool | None
    connector: str
    account_id: str
    created: datetime | None
    created_by: str
    updated: datetime | None
    updated_by: str

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a FileSet."""
        return cls(
            id=identifier(raw, "id"),
            name=text(raw, "name"),
            description=text(raw, "description"),
            # owner comes as text, createdBy as a number.
            owner_id=identifier(raw, "owner"),
            permission=text(raw, "permission"),
            file_count=number(raw, "fileCount"),
            size=number(raw, "size"),
            ai_enabled=flag(raw, "aiEnabled"),
            connector=text(raw, "connector", "connectorContext.connector"),
            account_id=identifier(raw, "accountId"),
            created=moment(raw, "created"),
            created_by=identifier(raw, "createdBy"),
            updated=moment(raw, "updated"),
            updated_by=identifier(raw, "updatedBy"),
            raw=raw,
            request_id=request_id,
        )

    @classmethod
    def page(cls, answer: Answer) -> Listing[Self]:
        """Read a page of a search with its total."""
        total = number(answer.data, "pageContext.total") if isinstance(answer.data, Mapping) else None
        # Some clients read "filesets": both spellings are taken.
        return cls.listing(answer, "fileSets", "filesets", total=total)


@dataclass(frozen=True, kw_only=True)
class FilesetFile(Result):
    """A file or directory of a FileSet. `size` in bytes; `hash` by `hash_algorithm`.

    `download_url` is set in some answers only, and needs the token: use filesets.download_file.
    """

    id: str
    path: str
    name: str
    file_type: str
    content_type: str
    size: int | None
    hash: str
    hash_algorithm: str
    download_url: str
    created: datetime | None
    created_by: str

    @property
    def is_directory(self) -> bool:
        """Whether it is a directory; it has no content."""
        return self.file_type == DIRECTORY

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a file."""
        return cls(
            id=identifier(raw, "id", "fileId"),
            path=text(raw, "path"),
            name=text(raw, "name") or text(raw, "path").rpartition("/")[2],
            # FILE in lists and TEXT by id, for the same file: only directories can be told from it.
            file_type=text(raw, "fileType"),
            content_type=text(raw, "contentType"),
            size=number(raw, "size"),
            hash=text(raw, "hash"),
            hash_algorithm=text(raw, "hashAlgorithm"),
            download_url=text(raw, "downloadUrl"),
            # Epoch milliseconds in matches, ISO 8601 elsewhere.
            created=moment(raw, "created"),
            created_by=identifier(raw, "createdBy"),
            raw=raw,
            request_id=request_id,
        )

    @classmethod
    def page(cls, answer: Answer) -> Listing[Self]:
        """Read a page of a listing with the token of the next one."""
        found = cls.listing(answer, "files")
        if isinstance(answer.data, Mapping):
            found.next_marker = text(answer.data, "pageContext.next")
        return found


@dataclass(frozen=True, kw_only=True)
class FileMatch(Result):
    """A file that fits a question; a higher `score` fits better."""

    id: str
    file: FilesetFile
    score: float | None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a match: the file is its node, or its metadata in other versions of this API."""
        node = mapping(raw, "node", "metadata")
        score = raw.get("score")
        return cls(
            id=identifier(raw, "id") or identifier(node, "id", "fileId"),
            file=FilesetFile.from_raw(node, request_id),
            score=float(score) if isinstance(score, int | float) else None,
            raw=raw,
            request_id=request_id,
        )


def done(answer: Answer) -> Done:
    """Read {"status": "success", "message": ...}; raises UnexpectedAnswer for another status. Nothing is taken too."""
    data: Any = answer.data
    status = text(data, "status") if isinstance(data, Mapping) else ""
    if status and status.lower() != "success":
        raise answer.unexpected(text(data, "message") or f"its status is {status}")
    return Done.from_answer(answer)
