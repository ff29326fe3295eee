"""The FileSets as they are now: the generated ones with what clients have changed since."""

from __future__ import annotations

import uuid
from typing import Any, BinaryIO

from domoadmin.sandbox.catalog import now_ms
from domoadmin.sandbox.company.documents import content_of, facts_of
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.filesets.generated import document_of, make_fileset_files, make_filesets
from domoadmin.sandbox.filesets.records import fileset_record
from domoadmin.sandbox.store import Document
from domoadmin.sandbox.stored_files.receiving import ReceivedFile
from domoadmin.sandbox.stored_files.storage import FileStorage
from domoadmin.sandbox.world import World

FILESET, FILE = "fileset", "fileset-file"
OWNER, WRITE, READ = "OWNER", "WRITE", "READ"
READABLE_BYTES = 64 * 1024
READABLE_TYPES = ("text/", "application/json")
GONE: Document = {"deleted": True}


class Filesets:
    """FileSets by id, each with its files by id. Files are made when a FileSet is first looked into."""

    def __init__(self, world: World) -> None:
        self._company, self._store, self._directory = world.company, world.store, world.directory
        self._filesets = make_filesets(world.company)
        for identifier, document in self._store.all(FILESET).items():
            _apply(self._filesets, identifier, document)
        self._files: dict[str, dict[str, Document]] = {}
        self._changed: dict[str, dict[str, Document]] = {}
        for key, document in self._store.all(FILE).items():
            fileset, _, file = key.partition(":")
            self._changed.setdefault(fileset, {})[file] = document
        known = [each["content"] for files in self._changed.values() for each in files.values() if "content" in each]
        self.storage = FileStorage(world.directory_path / "filesets", known)

    def _permission(self, fileset: Document) -> str | None:
        return OWNER if fileset["owner"] == self._directory.me.id else fileset["share"]

    def find(self, identifier: str, *, to_change: bool = False) -> Document:
        """A FileSet that the token's owner may read, or change; ApiError 403 or 404."""
        fileset = self._filesets.get(identifier.lower())
        if fileset is None:
            raise not_found("FileSet", identifier)
        permission = self._permission(fileset)
        if permission is None or (to_change and permission == READ):
            raise ApiError(403, f"You do not have permission to {'change' if to_change else 'read'} this FileSet")
        return fileset

    def files(self, identifier: str) -> dict[str, Document]:
        """The files of a FileSet by id."""
        fileset = self.find(identifier)
        with self._store.lock:
            if identifier.lower() not in self._files:
                made = make_fileset_files(self._company, fileset) if "number" in fileset else {}
                for file, document in self._changed.get(identifier.lower(), {}).items():
                    _apply(made, file, document)
                self._files[identifier.lower()] = made
            return self._files[identifier.lower()]

    def visible(self) -> list[dict[str, Any]]:
        """All FileSets that the token's owner may read, as records; their size is left at zero."""
        with self._store.lock:
            readable = [(key, each) for key, each in self._filesets.items() if self._permission(each)]
            return [
                fileset_record(key, each, str(self._permission(each)), len(self.files(key)), 0)
                for key, each in readable
            ]

    def record(self, identifier: str) -> dict[str, Any]:
        """One FileSet with the size of its files."""
        fileset, files = self.find(identifier), self.files(identifier)
        size = sum(self.facts(file)["size"] for file in files.values())
        return fileset_record(identifier.lower(), fileset, str(self._permission(fileset)), len(files), size)

    def create(self, values: dict[str, Any]) -> str:
        """Create FileSet: gives the id; ApiError 400."""
        name = _name(values.get("name"))
        account, context = values.get("accountId"), values.get("connectorContext")
        if account is not None and (not isinstance(account, int) or isinstance(account, bool)):
            raise ApiError(400, "accountId must be a number")
        if context is not None and not (isinstance(context, dict) and isinstance(context.get("connector"), str)):
            raise ApiError(400, "connectorContext.connector is required")
        me, moment = self._directory.me.id, now_ms()
        document = {
            "name": name,
            "description": str(values.get("description") or ""),
            "ai": False,
            "connector": context["connector"] if context else "DOMO",
            "context": context,
            "account": account or 0,
            "created": moment,
            "created_by": me,
            "updated": moment,
            "updated_by": me,
            "owner": me,
            "share": None,
        }
        identifier = str(uuid.uuid4())
        self._save(identifier, document)
        return identifier

    def update(self, identifier: str, values: dict[str, Any]) -> None:
        """Update FileSet: the name and description that are sent; anything else stays as it is."""
        changes: Document = {}
        if values.get("name") is not None:
            changes["name"] = _name(values["name"])
        if values.get("description") is not None:
            changes["description"] = str(values["description"])
        self._change(identifier, self.find(identifier, to_change=True), changes)

    def transfer(self, identifier: str, user_id: str) -> list[dict[str, Any]]:
        """Gives a FileSet to another owner; the one before keeps an owner's rights. Gives who has access."""
        fileset = self.find(identifier)
        if self._permission(fileset) != OWNER:
            raise ApiError(403, "Only the owner may give a FileSet away")
        owner = self._directory.person(user_id).id
        self._change(identifier, fileset, {"owner": owner, "share": OWNER})
        entities = dict.fromkeys((owner, fileset["owner"]))
        return [{"entityId": int(each), "entityType": "USER", "permission": OWNER} for each in entities]

    def _change(self, identifier: str, fileset: Document, changes: Document) -> None:
        if changes:
            changes |= {"updated": now_ms(), "updated_by": self._directory.me.id}
            self._save(identifier.lower(), {**fileset, **changes})

    def _save(self, identifier: str, document: Document) -> None:
        with self._store.lock:
            self._store.put(FILESET, identifier, document)
            _apply(self._filesets, identifier, document)

    def delete(self, identifier: str) -> None:
        """Deletes a FileSet with its files; only its owner may."""
        with self._store.lock:
            if self._permission(self.find(identifier)) != OWNER:
                raise ApiError(403, "Only the owner may delete a FileSet")
            key, files = identifier.lower(), self.files(identifier)
            uploaded: list[tuple[str, str, Document | None]] = [
                (FILE, f"{key}:{file}", None) for file in self._changed.get(key, {})
            ]
            self._store.put_all([(FILESET, key, GONE), *uploaded])
            _apply(self._filesets, key, GONE)
            self._files.pop(key, None)
            self._changed.pop(key, None)
        self.storage.remove(file["content"] for file in files.values() if "content" in file)

    def file(self, identifier: str, file_id: str) -> Document:
        """A file of a FileSet; ApiError 404."""
        file = self.files(identifier).get(file_id.lower())
        if file is None:
            raise not_found("File", file_id)
        return file

    def at(self, identifier: str, path: str) -> str:
        """The id of the file at a path; ApiError 404. A directory is none."""
        wanted = path.strip("/")
        for key, file in self.files(identifier).items():
            if file["path"] == wanted:
                return key
        raise not_found("File", path)

    def store(self, identifier: str, path: str, received: ReceivedFile) -> str:
        """Upload File: a file at the same path gets the new content and keeps its id. Gives the id."""
        with self._store.lock:
            self.find(identifier, to_change=True)
            try:
                file_id = self.at(identifier, path)
            except ApiError:
                file_id = str(uuid.uuid4())
            before = self.files(identifier).get(file_id, {})
            file = {
                "path": path,
                "content_type": received.content_type,
                "created": now_ms(),
                "created_by": self._directory.me.id,
                "content": self.storage.keep(received),
                "size": received.size,
                "sha256": received.sha256,
            }
            self._save_file(identifier, file_id, file)
        self.storage.remove([before["content"]] if "content" in before else [])
        return file_id

    def delete_file(self, identifier: str, file_id: str) -> None:
        """Deletes one file; ApiError 403 or 404."""
        with self._store.lock:
            self.find(identifier, to_change=True)
            before = self.file(identifier, file_id)
            self._save_file(identifier, file_id.lower(), GONE)
        self.storage.remove([before["content"]] if "content" in before else [])

    def _save_file(self, identifier: str, file_id: str, document: Document) -> None:
        key, files = identifier.lower(), self.files(identifier)
        self._store.put(FILE, f"{key}:{file_id}", document)
        self._changed.setdefault(key, {})[file_id] = document
        _apply(files, file_id, document)

    def content(self, file: Document) -> bytes | BinaryIO:
        """The bytes of a file."""
        if "content" in file:
            return self.storage.open(file["content"])
        fileset, place = file["made"]
        return content_of(document_of(self._company, fileset, place), 0)

    def facts(self, file: Document) -> dict[str, Any]:
        """Size and hash of a file."""
        if "content" in file:
            return {name: file[name] for name in ("size", "sha256")}
        fileset, place = file["made"]
        return vars(facts_of(document_of(self._company, fileset, place), 0))

    def text(self, file: Document) -> str:
        """What of a file can be searched: its text, or the beginning of it; empty for what holds none."""
        if "made" in file:
            document = document_of(self._company, *file["made"])
            return " ".join([document.topic, document.department, *document.lines(0)])
        if not file["content_type"].startswith(READABLE_TYPES):
            return ""
        return self.storage.beginning(file["content"], READABLE_BYTES).decode("utf-8", "replace")


def _apply(documents: dict[str, Document], identifier: str, document: Document) -> None:
    if document.get("deleted"):
        documents.pop(identifier, None)
    else:
        documents[identifier] = document


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ApiError(400, "name is required")
    return value.strip()
