"""FileSets and the files in them."""

from __future__ import annotations

import json
from typing import Any

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.filesets import records
from domoadmin.sandbox.filesets.cursor import page_after
from domoadmin.sandbox.filesets.filesets import Filesets
from domoadmin.sandbox.filesets.ranking import score, words_of
from domoadmin.sandbox.filesets.selection import Selection
from domoadmin.sandbox.http.message import Request, Response
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.store import Document
from domoadmin.sandbox.stored_files.receiving import UploadSink
from domoadmin.sandbox.stored_files.storage import download
from domoadmin.sandbox.world import World

router = Router()
BASE = "/api/files/v1/filesets"
FILESET = BASE + "/{fileset_id}"
FILES = FILESET + "/files"
USUAL_PAGE, LARGEST_PAGE = 100, 1000
USUAL_MATCHES, MOST_MATCHES = 10, 100
Record = dict[str, Any]


def _deleted(what: str) -> Record:
    return {"status": "success", "message": f"{what} deleted successfully."}


@router.add("filesets.search", "POST", BASE + "/search", mutates=False, heavy=True)
def search(world: World, request: Request) -> Any:
    """Search FileSets, by limit and offset."""
    selection = Selection(request.json_object(), records.FOUND_FIELDS, "name")
    found = selection.apply(world.part(Filesets).visible())
    limit = max(1, request.number("limit", USUAL_PAGE, LARGEST_PAGE))
    offset = request.number("offset", 0, 1_000_000)
    return {
        "fileSets": [records.only(each, records.FOUND_FIELDS) for each in found[offset : offset + limit]],
        "pageContext": {"offset": offset, "limit": limit, "total": len(found)},
    }


@router.add("filesets.create", "POST", BASE)
def create(world: World, request: Request) -> Any:
    """Create FileSet."""
    filesets = world.part(Filesets)
    return records.only(filesets.record(filesets.create(request.json_object())), records.CREATED_FIELDS)


@router.add("filesets.get", "GET", FILESET)
def get_fileset(world: World, request: Request, fileset_id: str) -> Any:
    """Get FileSet by Id, with the fields of the longer sample."""
    return world.part(Filesets).record(fileset_id)


@router.add("filesets.update", "POST", FILESET)
def update(world: World, request: Request, fileset_id: str) -> Any:
    """Update FileSet by Id."""
    filesets = world.part(Filesets)
    filesets.update(fileset_id, request.json_object())
    return records.only(filesets.record(fileset_id), records.CREATED_FIELDS)


@router.add("filesets.delete", "DELETE", FILESET)
def delete(world: World, request: Request, fileset_id: str) -> Any:
    """Delete FileSet by Id."""
    world.part(Filesets).delete(fileset_id)
    return _deleted("FileSet")


@router.add("filesets.transfer_ownership", "POST", FILESET + "/ownership")
def transfer_ownership(world: World, request: Request, fileset_id: str) -> Any:
    """Gives a FileSet to another owner; not in the documents, but public clients do it."""
    user = str(request.json_object().get("userId") or "")
    if not user:
        raise ApiError(400, "userId is required")
    return {"fileSetId": fileset_id, "fileSetAccess": world.part(Filesets).transfer(fileset_id, user)}


@router.add("filesets.query_files", "POST", FILESET + "/query", mutates=False, heavy=True)
def query_files(world: World, request: Request, fileset_id: str) -> Any:
    """Query Files: the best matches first."""
    body = request.json_object()
    query, directory, most = body.get("query"), _directory(body.get("directoryPath")), body.get("topK", USUAL_MATCHES)
    if not isinstance(query, str) or not query.strip():
        raise ApiError(400, "query is required")
    if most is None:
        most = USUAL_MATCHES
    if not isinstance(most, int) or isinstance(most, bool) or most < 1:
        raise ApiError(400, "topK must be a number from 1")
    filesets, wanted = world.part(Filesets), words_of(query)
    scored = [
        (score(wanted, file["path"], filesets.text(file)), key, file)
        for key, file in list(filesets.files(fileset_id).items())
        if _inside(file["path"], directory)
    ]
    best = sorted((each for each in scored if each[0] > 0), key=lambda each: (-each[0], each[2]["path"]))
    return {
        "matches": [
            records.match_record(key, file, filesets.facts(file)["size"], found)
            for found, key, file in best[: min(most, MOST_MATCHES)]
        ]
    }


def _directory(value: Any) -> str:
    """A directory without slashes at its ends; ApiError 400 for one that leads elsewhere."""
    if value is not None and not isinstance(value, str):
        raise ApiError(400, "directoryPath must be text")
    path = (value or "").strip().strip("/")
    if any(part in ("", ".", "..") for part in path.split("/")) and path:
        raise ApiError(400, "directoryPath is not a path")
    return path


def _inside(path: str, directory: str) -> bool:
    return not directory or path.startswith(f"{directory}/")


@router.add("filesets.search_files", "POST", FILES + "/search", mutates=False, heavy=True)
def search_files(world: World, request: Request, fileset_id: str) -> Any:
    """Search Files in FileSet, by token. Directories are among immediate children only, as the sample suggests."""
    selection = Selection(request.json_object(), records.LISTED_FIELDS, "path")
    directory = _directory(request.query.get("directoryPath"))
    listed = _listed(world, request, fileset_id, directory, direct=request.flag("immediateChildren"))
    limit = max(1, request.number("limit", USUAL_PAGE, LARGEST_PAGE))
    order = tuple(field for field, _ in selection.sorts)
    found, following = page_after(
        selection.apply(listed), request.query.get("next", ""), limit, order, selection.sorted
    )
    return {
        "files": [records.only(each, records.LISTED_FIELDS) for each in found],
        "pageContext": {"next": following},
    }


def _listed(world: World, request: Request, fileset_id: str, directory: str, *, direct: bool) -> list[Record]:
    filesets = world.part(Filesets)
    listed: list[Record] = []
    directories: dict[str, Document] = {}
    prefix = f"{directory}/" if directory else ""
    for key, file in list(filesets.files(fileset_id).items()):
        if not _inside(file["path"], directory):
            continue
        rest = file["path"][len(prefix) :]
        if direct and "/" in rest:
            path = prefix + rest.partition("/")[0]
            directories[path] = min(directories.get(path, file), file, key=lambda each: int(each["created"]))
        else:
            listed.append(_file(filesets, request, fileset_id, key))
    return listed + [records.directory_record(fileset_id, path, first) for path, first in directories.items()]


def _file(filesets: Filesets, request: Request, fileset_id: str, key: str, *, with_url: bool = True) -> Record:
    file = filesets.file(fileset_id, key)
    address = f"http://{request.headers.get('host', '')}{BASE}/{fileset_id}/files/{key}/download"
    return records.file_record(key, file, filesets.facts(file), address if with_url else None)


def _form_sink(world: World, request: Request, fileset_id: str) -> UploadSink:
    filesets = world.part(Filesets)
    filesets.find(fileset_id, to_change=True)
    return filesets.storage.sink(request, form_only=True)


@router.add("filesets.upload_file", "POST", FILES, sink=_form_sink)
def upload_file(world: World, request: Request, fileset_id: str) -> Any:
    """Upload File: a form with file and createFileRequest, which is JSON; without it the file goes to the root."""
    filesets, sink = world.part(Filesets), request.received
    if not isinstance(sink, UploadSink):
        raise TypeError("a file must arrive on disk")
    received = sink.received()
    if received.name in ("", ".", ".."):
        raise ApiError(400, "file needs a file name")
    directory = _asked_directory(received.fields.get("createFileRequest", ""))
    path = f"{directory}/{received.name}" if directory else received.name
    file_id = filesets.store(fileset_id, path, received)
    return records.only(_file(filesets, request, fileset_id, file_id), records.UPLOADED_FIELDS)


def _asked_directory(text: str) -> str:
    try:
        asked = json.loads(text or "{}")
    except ValueError as error:
        raise ApiError(400, "createFileRequest must be JSON") from error
    if not isinstance(asked, dict):
        raise ApiError(400, "createFileRequest must be an object")
    return _directory(asked.get("directoryPath"))


def _path(request: Request) -> str:
    path = request.query.get("path", "").strip()
    if not path:
        raise ApiError(400, "path is required")
    return path


@router.add("filesets.get_file_by_path", "GET", FILESET + "/path")
def get_file_by_path(world: World, request: Request, fileset_id: str) -> Any:
    """Get File by Path; downloadUrl is null here."""
    filesets = world.part(Filesets)
    return _file(filesets, request, fileset_id, filesets.at(fileset_id, _path(request)), with_url=False)


@router.add("filesets.delete_file_by_path", "DELETE", FILESET + "/path")
def delete_file_by_path(world: World, request: Request, fileset_id: str) -> Any:
    """Delete Files by Path: one file, as the text and the answer have it."""
    filesets = world.part(Filesets)
    filesets.find(fileset_id, to_change=True)
    filesets.delete_file(fileset_id, filesets.at(fileset_id, _path(request)))
    return _deleted("File")


@router.add("filesets.get_file", "GET", FILES + "/{file_id}")
def get_file(world: World, request: Request, fileset_id: str, file_id: str) -> Any:
    """Get File by Id."""
    return _file(world.part(Filesets), request, fileset_id, file_id.lower())


@router.add("filesets.download_file", "GET", FILES + "/{file_id}/download")
def download_file(world: World, request: Request, fileset_id: str, file_id: str) -> Response:
    """Download File by Id."""
    filesets = world.part(Filesets)
    file = filesets.file(fileset_id, file_id)
    return download(filesets.content(file), file["content_type"], records.name_of(file["path"]))


@router.add("filesets.delete_file", "DELETE", FILES + "/{file_id}")
def delete_file(world: World, request: Request, fileset_id: str, file_id: str) -> Any:
    """Delete File by Id."""
    world.part(Filesets).delete_file(fileset_id, file_id)
    return _deleted("File")
