"""FileSets API (BETA): the files in a FileSet."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from domoadmin.services.arguments import Between, Identifier, Keys, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.bodies import FileContent
from domoadmin.services.forms import form_body
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.paging import Paging
from domoadmin.services.places import FormField, Local, Query, Upload
from domoadmin.services.request import Expects, Request
from domoadmin.services.results import Done, Listing
from domoadmin.services.results.filesets import FileMatch, FilesetFile, done
from domoadmin.services.roles import Role

PATH = "/api/files/v1/filesets/{fileset_id}"
Operator = Literal[
    "EQUALS", "GREATER_THAN", "LESS_THAN", "LESS_THAN_OR_EQUAL", "GREATER_THAN_OR_EQUAL", "IN", "IS_NULL", "LIKE"
]
# The direction is called order here, and sortOrder in the search API.
FieldSort = Annotated[
    Sequence[Mapping[str, Any]] | None, Keys({"field": str, "order": Literal["ASC", "DESC"]}, required=("field",))
]
# value is a list also for one value and for LIKE; there is no NOT_EQUALS: `not` turns a filter round.
Filters = Annotated[
    Sequence[Mapping[str, Any]] | None,
    Keys({"field": str, "value": Sequence[Any], "not": bool, "operator": Operator}, required=("field",)),
]
DateFilters = Annotated[
    Sequence[Mapping[str, Any]] | None,
    Keys({"field": str, "start": str, "end": str, "not": bool}, required=("field",)),
]


class FilesetFiles(Resource):
    """The operations of client.filesets on files."""

    @operation(id="filesets.get_file_by_path", method="GET", path=f"{PATH}/path", heading="Get File by Path")
    def get_file_by_path(self, fileset_id: Identifier, path: Annotated[str, Length(), Query()]) -> Request[FilesetFile]:
        """Return the file at a path inside the FileSet; without a download URL."""
        return Request(parse=FilesetFile.from_answer)

    @operation(id="filesets.get_file", method="GET", path=f"{PATH}/files/{{file_id}}", heading="Get File by Id")
    def get_file(self, fileset_id: Identifier, file_id: Identifier) -> Request[FilesetFile]:
        """Return one file."""
        return Request(parse=FilesetFile.from_answer)

    @operation(
        id="filesets.download_file",
        method="GET",
        path=f"{PATH}/files/{{file_id}}/download",
        heading="Download File by Id",
    )
    def download_file(self, fileset_id: Identifier, file_id: Identifier) -> Request[bytes]:
        """Return the content of one file (not of the FileSet), up to 64 MB; client.opened() streams."""
        return Request(parse=lambda answer: answer.body, expects=Expects.BYTES)

    @operation(
        id="filesets.query_files",
        method="POST",
        path=f"{PATH}/query",
        heading="Query Files",
        mutates=False,  # reads, although it is a POST
    )
    def query_files(
        self,
        fileset_id: Identifier,
        query: Annotated[str, Length()],
        directory_path: str | None = None,
        top_k: Annotated[int | None, Between(1)] = None,
    ) -> Request[Listing[FileMatch]]:
        """Return the files that fit a question best, the best first: at most `top_k`, there are no pages."""
        return Request(parse=lambda answer: FileMatch.listing(answer, "matches"))

    @operation(
        id="filesets.upload_file",
        method="POST",
        path=f"{PATH}/files",
        heading="Upload File",
        reverse="filesets.delete_file",
        role=Role.STEWARD,
        # Reading the path tells hash, size and time.
        retry_safety=RetrySafety.VERIFIABLE,
    )
    def upload_file(
        self,
        fileset_id: Identifier,
        file: Annotated[FileContent, Upload()],
        create_file_request: Annotated[str | Mapping[str, Any] | None, FormField("createFileRequest")] = None,
        directory_path: Annotated[str, Local()] = "",
    ) -> Request[FilesetFile]:
        """Put a file into a directory ("" is the root); whether a file of the same path is replaced isn't documented.

        The path and name of the result are those that the upstream chose. `create_file_request` is the field of the
        form itself, for callers that have it ready.
        """
        # Whether the field may be left out isn't said: it is always there.
        asked = {"directoryPath": directory_path} if create_file_request is None else create_file_request
        text = asked if isinstance(asked, str) else json.dumps(asked, ensure_ascii=False, separators=(",", ":"))
        return Request(parse=FilesetFile.from_answer, body=form_body("file", file, {"createFileRequest": text}))

    @operation(
        id="filesets.search_files",
        method="POST",
        path=f"{PATH}/files/search",
        heading="Search Files in FileSet",
        mutates=False,  # reads, although it is a POST
        paging=Paging(place="next_token", style="marker"),
    )
    def search_files(
        self,
        fileset_id: Identifier,
        directory_path: Annotated[str | None, Query()] = None,
        immediate_children: Annotated[bool | None, Query()] = None,
        limit: Annotated[int | None, Between(1), Query()] = None,
        next_token: Annotated[str | None, Query("next")] = None,
        field_sort: FieldSort = None,
        filters: Filters = None,
        date_filters: DateFilters = None,
    ) -> Request[Listing[FilesetFile]]:
        """Return a page of files that fit all filters; `next_marker` of the result is the next `next_token`.

        Directories may be among them: see FilesetFile.is_directory.
        """
        return Request(parse=FilesetFile.page)

    @operation(
        id="filesets.delete_file_by_path",
        method="DELETE",
        path=f"{PATH}/path",
        heading="Delete Files by Path",
        destructive=True,
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def delete_file_by_path(self, fileset_id: Identifier, path: Annotated[str, Length(), Query()]) -> Request[Done]:
        """Delete what is at a path. The heading says files: a directory's path may delete everything below it."""
        return Request(parse=done, expects=Expects.ANYTHING)

    @operation(
        id="filesets.delete_file",
        method="DELETE",
        path=f"{PATH}/files/{{file_id}}",
        heading="Delete File by Id",
        destructive=True,
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def delete_file(self, fileset_id: Identifier, file_id: Identifier) -> Request[Done]:
        """Delete one file."""
        return Request(parse=done, expects=Expects.ANYTHING)
