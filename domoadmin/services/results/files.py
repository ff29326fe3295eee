"""Files: metadata, revisions, permissions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from domoadmin.services.results.base import Result
from domoadmin.services.results.fields import Raw, flag, identifier, mapping, mappings, moment, number, text

SAFE = "SAFE"


@dataclass(frozen=True, kw_only=True)
class FileRevision(Result):
    """One version of a file. Hashes in lower-case hex; `size` in bytes."""

    id: str
    file_id: str
    content_type: str
    size: int | None
    scan_state: str
    md5: str
    sha256: str
    uploaded: datetime | None
    uploaded_by: str
    upload_milliseconds: int | None

    @property
    def is_safe(self) -> bool:
        """Whether the upstream's scan found nothing: look here before you offer a download."""
        return self.scan_state == SAFE

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a revision, or the answer to an upload, which holds only its id."""
        return cls(
            id=identifier(raw, "dataFileRevisionId", "revisionId"),
            file_id=identifier(raw, "dataFileId"),
            content_type=text(raw, "contentType"),
            size=number(raw, "sizeBytes"),
            scan_state=text(raw, "scanState"),
            md5=text(raw, "md5Hash").lower(),
            sha256=text(raw, "sha256HashValue").lower(),
            uploaded=moment(raw, "datetimeUploaded"),
            uploaded_by=identifier(raw, "uploadUserId"),
            # Of the two fields that look like times, this one is how long the upload took.
            upload_milliseconds=number(raw, "uploadTimeMillis"),
            raw=raw,
            request_id=request_id,
        )


@dataclass(frozen=True, kw_only=True)
class DataFile(Result):
    """A file. `current_revision` is None where the answer doesn't hold it; `revisions` come only when asked for."""

    id: str
    name: str
    owner_id: str
    created: datetime | None
    current_revision: FileRevision | None
    revisions: tuple[FileRevision, ...]

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a file, or the answer to an upload, which holds only its id."""
        current = mapping(raw, "currentRevision")
        return cls(
            id=identifier(raw, "dataFileId"),
            name=text(raw, "name"),
            owner_id=identifier(raw, "responsibleUserId"),
            created=moment(raw, "datetimeCreated"),
            current_revision=FileRevision.from_raw(current, request_id) if current else None,
            revisions=tuple(FileRevision.from_raw(each, request_id) for each in mappings(raw, "revisions")),
            raw=raw,
            request_id=request_id,
        )


@dataclass(frozen=True, kw_only=True)
class FileGrant(Result):
    """What one user or group may do. `grant` is words in one text, e.g. READ_WRITE_DELETE_SHARE_ADMIN."""

    entity_type: str
    entity_id: str
    grant: str

    @property
    def allowed(self) -> frozenset[str]:
        """The words of the grant; which ones exist isn't documented."""
        return frozenset(self.grant.split("_")) if self.grant else frozenset()

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read an entry."""
        return cls(
            entity_type=text(raw, "entityType"),
            entity_id=identifier(raw, "entityId"),
            grant=text(raw, "grant"),
            raw=raw,
            request_id=request_id,
        )


@dataclass(frozen=True, kw_only=True)
class FilePermissions(Result):
    """Who may do what with a file. `public_access` lets everybody in the instance read it; None when not said."""

    public_access: bool | None
    entries: tuple[FileGrant, ...]

    @property
    def wire_entries(self) -> list[Raw]:
        """The entries as they came, for files.update_permissions: it takes all of them, the owner's too."""
        return [entry.raw for entry in self.entries]

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read the permissions."""
        return cls(
            public_access=flag(raw, "publicAccess", "public"),
            entries=tuple(FileGrant.from_raw(each, request_id) for each in mappings(raw, "entries")),
            raw=raw,
            request_id=request_id,
        )
