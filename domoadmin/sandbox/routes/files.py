"""Files: upload, revisions, metadata, download, permissions."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.files.files import Files
from domoadmin.sandbox.files.grants import WRITE
from domoadmin.sandbox.http.message import Request, Response
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.store import Document
from domoadmin.sandbox.stored_files.receiving import ReceivedFile, UploadSink
from domoadmin.sandbox.stored_files.storage import download
from domoadmin.sandbox.world import World

router = Router()
BASE = "/api/data/v1/data-files"
FILE = BASE + "/{data_file_id}"
EXPANSIONS = {"revisions", "metadata"}


def _received(request: Request) -> ReceivedFile:
    if not isinstance(request.received, UploadSink):
        raise TypeError("a file must arrive on disk")
    return request.received.received()


def _new_file_sink(world: World, request: Request) -> UploadSink:
    _name(request)
    return world.part(Files).storage.sink(request)


def _revision_sink(world: World, request: Request, data_file_id: str) -> UploadSink:
    files = world.part(Files)
    files.find(data_file_id, WRITE)
    return files.storage.sink(request)


def _name(request: Request) -> str:
    name = request.query.get("name", "").strip()
    if not name:
        raise ApiError(400, "name is required")
    return name


@router.add("files.upload", "POST", BASE, sink=_new_file_sink)
def upload(world: World, request: Request) -> Any:
    """Upload a File. The bytes are the body, or the field file of a form: the document leaves it open."""
    public = request.query.get("public", "true").lower()
    if public not in ("true", "false"):
        raise ApiError(400, "public must be true or false")
    description = request.query.get("description", "")
    identifier = world.part(Files).create(_name(request), description, public == "true", _received(request))
    return {"dataFileId": int(identifier)}


@router.add("files.upload_revision", "PUT", FILE, sink=_revision_sink)
def upload_revision(world: World, request: Request, data_file_id: str) -> Any:
    """Upload a File Revision."""
    return {"revisionId": world.part(Files).add_revision(data_file_id, _received(request))}


@router.add("files.list_metadata", "GET", BASE + "/details", heavy=True)
def list_metadata(world: World, request: Request) -> Any:
    """Get All Files Metadata: the files that the token's owner may read."""
    files, expanded = world.part(Files), _expansions(request)
    owner = request.query.get("userId", "").strip()
    if owner and not owner.isdigit():
        raise ApiError(400, "userId must be a number")
    wanted = _listed_ids(request)
    return [
        _file_record(files, identifier, file, expanded, current=True)
        for identifier, file in files.visible()
        if owner in ("", file["owner"]) and (wanted is None or identifier in wanted)
    ]


def _listed_ids(request: Request) -> set[str] | None:
    listed = request.query.get("dataFileIds", "").strip().strip("[]")
    if not listed:
        return None
    identifiers = {each.strip() for each in listed.split(",")}
    if not all(each.isdigit() for each in identifiers):
        raise ApiError(400, "dataFileIds must be a list of numbers, separated by commas")
    return identifiers


def _expansions(request: Request) -> set[str]:
    expanded = {each.strip() for each in request.query.get("expand", "").split(",") if each.strip()}
    if not expanded <= EXPANSIONS:
        raise ApiError(400, f"expand takes {' and '.join(sorted(EXPANSIONS))}")
    return expanded


def _file_record(files: Files, identifier: str, file: Document, expanded: set[str], *, current: bool) -> dict[str, Any]:
    record: dict[str, Any] = {
        "dataFileId": int(identifier),
        "name": file["name"],
        "responsibleUserId": int(file["owner"]),
    }
    # The sample of one file lacks the current revision, those of the list and of a duplicate have it.
    if current:
        record["currentRevision"] = _revision_record(files, identifier, file["revisions"][-1])
    listed = file["revisions"] if "revisions" in expanded else []
    record["datetimeCreated"] = file["created"]
    record["revisions"] = [_revision_record(files, identifier, revision) for revision in listed]
    if "metadata" in expanded:
        record["metadata"] = {"description": file["description"]}
    return {**record, "existing": False}


def _revision_record(files: Files, identifier: str, revision: Document) -> dict[str, Any]:
    facts = files.facts(revision)
    return {
        "dataFileRevisionId": revision["id"],
        "dataFileId": int(identifier),
        "contentType": revision["content_type"],
        "uploadUserId": int(revision["user"]),
        "sizeBytes": facts["size"],
        "uploadTimeMillis": revision["took"],
        "md5Hash": facts["md5"],
        "datetimeUploaded": revision["uploaded"],
        "scanState": revision["scan"],
        "sha256HashValue": facts["sha256"],
    }


@router.add("files.get_metadata", "GET", FILE + "/details")
def get_metadata(world: World, request: Request, data_file_id: str) -> Any:
    """Get File Metadata by ID."""
    files = world.part(Files)
    return _file_record(files, data_file_id, files.find(data_file_id), _expansions(request), current=False)


@router.add("files.list_revisions", "GET", FILE + "/revisions/details")
def list_revisions(world: World, request: Request, data_file_id: str) -> Any:
    """Get All File Revisions by ID, oldest first."""
    files = world.part(Files)
    _expansions(request)
    return [_revision_record(files, data_file_id, revision) for revision in files.find(data_file_id)["revisions"]]


@router.add("files.get_revision_metadata", "GET", FILE + "/revisions/{revision_id}/details")
def get_revision_metadata(world: World, request: Request, data_file_id: str, revision_id: str) -> Any:
    """Get Revision Metadata by ID."""
    files = world.part(Files)
    _expansions(request)
    return _revision_record(files, data_file_id, files.revision(data_file_id, revision_id))


@router.add("files.download", "GET", FILE)
def download_current(world: World, request: Request, data_file_id: str) -> Response:
    """Download a File: its current revision."""
    file = world.part(Files).find(data_file_id)
    return _download(world, request, file, file["revisions"][-1])


@router.add("files.download_revision", "GET", FILE + "/revision/{revision_id}")
def download_revision(world: World, request: Request, data_file_id: str, revision_id: str) -> Response:
    """Download a File, one of its revisions."""
    files = world.part(Files)
    return _download(world, request, files.find(data_file_id), files.revision(data_file_id, revision_id))


def _download(world: World, request: Request, file: Document, revision: Document) -> Response:
    # The document writes the parameter both ways.
    name = request.query.get("fileName") or request.query.get("filename") or file["name"]
    return download(world.part(Files).content(revision), revision["content_type"], name)


@router.add("files.copy", "POST", BASE + "/copy/{source}/revisions/current/{target}")
def copy(world: World, request: Request, source: str, target: str) -> Any:
    """Copy/Move a File: gives the current revision of the target."""
    return {"revisionId": world.part(Files).copy(source, target)}


@router.add("files.duplicate", "POST", FILE + "/duplicate")
def duplicate(world: World, request: Request, data_file_id: str) -> Any:
    """Duplicate a File."""
    files = world.part(Files)
    identifier = files.duplicate(data_file_id)
    return _file_record(files, identifier, files.find(identifier), set(), current=True)


@router.add("files.delete", "DELETE", FILE)
def delete(world: World, request: Request, data_file_id: str) -> Response:
    """Delete a File. No answer body is documented."""
    world.part(Files).delete(data_file_id)
    return Response(200)


@router.add("files.delete_revision", "DELETE", FILE + "/revisions/{revision_id}")
def delete_revision(world: World, request: Request, data_file_id: str, revision_id: str) -> Response:
    """Delete a File Revision. No answer body is documented."""
    world.part(Files).delete_revision(data_file_id, revision_id)
    return Response(200)


# The Endpoint line of the document has the second path, its code the first.
@router.add("files.get_permissions", "GET", FILE + "/permissions")
@router.add("files.get_permissions", "GET", "/domo/data-files/v1/{data_file_id}/permissions")
def get_permissions(world: World, request: Request, data_file_id: str) -> Any:
    """Get File Permissions."""
    file = world.part(Files).find(data_file_id)
    return {"publicAccess": file["public"], "entries": file["entries"]}


@router.add("files.update_permissions", "PUT", FILE + "/permissions")
def update_permissions(world: World, request: Request, data_file_id: str) -> Response:
    """Update file permissions. No answer body is documented."""
    world.part(Files).set_permissions(data_file_id, request.json_object())
    return Response(200)
