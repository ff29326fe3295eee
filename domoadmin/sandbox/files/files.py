"""The files as they are now: the generated ones with what clients have changed since."""

from __future__ import annotations

from typing import Any, BinaryIO

from domoadmin.sandbox.catalog import now_ms
from domoadmin.sandbox.company.documents import content_of, facts_of
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.files.generated import FIRST_FILE, FIRST_REVISION, MOST_REVISIONS, document_of, make_files
from domoadmin.sandbox.files.grants import DELETE, READ, SHARE, WRITE, allows, grant_entry, read_permissions
from domoadmin.sandbox.store import Document
from domoadmin.sandbox.stored_files.receiving import ReceivedFile
from domoadmin.sandbox.stored_files.storage import FileStorage
from domoadmin.sandbox.world import World

KIND = "data-file"


class Files:
    """All files by id. A change is written as the whole document of its file."""

    def __init__(self, world: World) -> None:
        self._company, self._store, self._directory = world.company, world.store, world.directory
        self._files = make_files(world.company)
        self._generated = len(self._files)
        for identifier, document in self._store.all(KIND).items():
            self._apply(identifier, document)
        known = [name for file in self._files.values() for name in _contents(file)]
        self.storage = FileStorage(world.directory_path / "files", known)

    def _apply(self, identifier: str, document: Document) -> None:
        if document.get("deleted"):
            self._files.pop(identifier, None)
        else:
            self._files[identifier] = document

    def _save(self, identifier: str, document: Document) -> None:
        self._store.put(KIND, identifier, document)
        self._apply(identifier, document)

    def visible(self) -> list[tuple[str, Document]]:
        """The files that the token's owner may read, by id."""
        with self._store.lock:
            return [(key, file) for key, file in self._files.items() if allows(file, self._directory, READ)]

    def find(self, identifier: str, word: str = READ) -> Document:
        """A file with which the token's owner may do this; ApiError 403 or 404."""
        file = self._files.get(identifier)
        if file is None:
            raise not_found("DataFile", identifier)
        if not allows(file, self._directory, word):
            raise ApiError(403, f"You do not have permission to {word.lower()} DataFile {identifier}")
        return file

    def revision(self, identifier: str, revision: str) -> Document:
        """One revision of a file; ApiError 403 or 404."""
        for each in self.find(identifier)["revisions"]:
            if str(each["id"]) == revision:
                found: Document = each
                return found
        raise not_found(f"Revision of DataFile {identifier}", revision)

    def create(self, name: str, description: str, public: bool, received: ReceivedFile) -> str:
        """Upload a File: gives the id."""
        with self._store.lock:
            return self._create(name, description, public, self._new_revision(received))

    def _create(self, name: str, description: str, public: bool, revision: Document) -> str:
        me = self._directory.me.id
        identifier = str(self._store.next_number(KIND, FIRST_FILE + self._generated))
        file = {
            "name": name,
            "description": description,
            "owner": me,
            "created": now_ms(),
            "public": public,
            "entries": [grant_entry("USER", me)],
            "revisions": [revision],
        }
        self._save(identifier, file)
        return identifier

    def add_revision(self, identifier: str, received: ReceivedFile) -> int:
        """Upload a File Revision: gives its id."""
        with self._store.lock:
            self.find(identifier, WRITE)
            return self._append(identifier, self._new_revision(received))

    def _append(self, identifier: str, revision: Document) -> int:
        file = self._files[identifier]
        self._save(identifier, {**file, "revisions": [*file["revisions"], revision]})
        return int(revision["id"])

    def _new_revision(self, received: ReceivedFile) -> Document:
        return {
            **self._revision_head(received.took),
            "content_type": received.content_type,
            "content": self.storage.keep(received),
            "size": received.size,
            "md5": received.md5,
            "sha256": received.sha256,
        }

    def _revision_head(self, took: int) -> Document:
        number = self._store.next_number("data-file-revision", FIRST_REVISION + self._generated * MOST_REVISIONS)
        me = self._directory.me.id
        return {"id": number, "user": me, "took": took, "uploaded": now_ms(), "scan": "SAFE"}

    def _copied(self, revision: Document) -> Document:
        copy = {**revision, **self._revision_head(revision["took"])}
        if "content" in revision:
            copy["content"] = self.storage.copy(revision["content"])
        return copy

    def copy(self, source: str, target: str) -> int:
        """Copy/Move a File: the source's current content becomes a new revision of the target."""
        with self._store.lock:
            current = self.find(source)["revisions"][-1]
            self.find(target, WRITE)
            return self._append(target, self._copied(current))

    def duplicate(self, identifier: str) -> str:
        """Duplicate a File: a new file of the token's owner with the current content."""
        with self._store.lock:
            file = self.find(identifier)
            revision = self._copied(file["revisions"][-1])
            return self._create(file["name"], file["description"], file["public"], revision)

    def delete(self, identifier: str) -> None:
        """Deletes a file with all its revisions."""
        with self._store.lock:
            file = self.find(identifier, DELETE)
            self._save(identifier, {"deleted": True})
        self.storage.remove(_contents(file))

    def delete_revision(self, identifier: str, revision: str) -> None:
        """Deletes a revision; the one before it becomes the current one. The last one stays: ApiError 409."""
        with self._store.lock:
            file = self.find(identifier, DELETE)
            gone = self.revision(identifier, revision)
            if len(file["revisions"]) == 1:
                raise ApiError(409, f"Revision {revision} is the only one of DataFile {identifier}: delete the file")
            self._save(identifier, {**file, "revisions": [each for each in file["revisions"] if each is not gone]})
        self.storage.remove(_contents({"revisions": [gone]}))

    def set_permissions(self, identifier: str, body: dict[str, Any]) -> None:
        """Update file permissions: what is sent takes the place of all that was."""
        with self._store.lock:
            file = self.find(identifier, SHARE)
            self._save(identifier, {**file, **read_permissions(body, self._directory)})

    def content(self, revision: Document) -> bytes | BinaryIO:
        """The bytes of a revision."""
        if "content" in revision:
            return self.storage.open(revision["content"])
        number, turn = revision["made"]
        return content_of(document_of(self._company, number), turn)

    def facts(self, revision: Document) -> dict[str, Any]:
        """Size and hashes of a revision."""
        if "content" in revision:
            return {name: revision[name] for name in ("size", "md5", "sha256")}
        number, turn = revision["made"]
        return vars(facts_of(document_of(self._company, number), turn))


def _contents(file: Document) -> list[str]:
    return [revision["content"] for revision in file["revisions"] if "content" in revision]
