"""Files API: contents with revisions, metadata, permissions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from domoadmin.services.arguments import Digits, Identifier, Keys, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.bodies import FileContent
from domoadmin.services.forms import bare_body, form_body
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.places import Content, Local, Query
from domoadmin.services.request import Expects, Request, StreamedBody
from domoadmin.services.results import Done, Listing
from domoadmin.services.results.files import DataFile, FilePermissions, FileRevision
from domoadmin.services.roles import Role

# The documents name no field; pages of Domo's own that upload files call it so.
FILE_FIELD = "file"
# "details" in the place of an id is the list of all files.
FileId = Annotated[Identifier, Digits()]
RevisionId = Annotated[Identifier, Digits()]
Expansion = Literal["revisions", "metadata"]
Expand = Annotated[Sequence[Expansion] | Expansion | None, Query(joined=True)]
Entries = Annotated[
    Sequence[Mapping[str, Any]],
    Length(),
    Keys(
        {"entityType": Literal["USER", "GROUP"], "entityId": Identifier, "grant": str},
        required=("entityType", "entityId", "grant"),
    ),
]


def _body(file: FileContent, as_form: bool) -> StreamedBody:
    # The documents hand the file to fetch() where its options belong, which sends nothing at all. A form with the
    # field "file" is what browsers send for it; as_form=False sends the bytes as they are.
    return form_body(FILE_FIELD, file) if as_form else bare_body(file)


class Files(Resource):
    """The files of the instance. Use client.opened("files.download", ...) for contents too large for memory."""

    @operation(
        id="files.upload",
        method="POST",
        path="/api/data/v1/data-files",
        heading="Upload a File",
        reverse="files.delete",
        role=Role.STEWARD,
        # Names aren't unique, but a listing tells name, owner, time and SHA-256.
        retry_safety=RetrySafety.VERIFIABLE,
    )
    def upload(
        self,
        name: Annotated[str, Length(), Query()],
        file: Annotated[FileContent, Content()],
        description: Annotated[str | None, Query()] = None,
        public: Annotated[bool, Query()] = False,
        as_form: Annotated[bool, Local()] = True,
    ) -> Request[DataFile]:
        """Store a new file; of the result only the id is set.

        `public` lets everybody in the instance read it. Upstream that is the default: here it isn't, and always said.
        """
        return Request(parse=DataFile.from_answer, body=_body(file, as_form))

    @operation(
        id="files.upload_revision",
        method="PUT",
        path="/api/data/v1/data-files/{data_file_id}",
        heading="Upload a File Revision",
        reverse="files.delete_revision",
        role=Role.STEWARD,
        # A PUT that adds a revision each time; the list of revisions tells whether it did.
        retry_safety=RetrySafety.VERIFIABLE,
    )
    def upload_revision(
        self,
        data_file_id: FileId,
        file: Annotated[FileContent, Content()],
        as_form: Annotated[bool, Local()] = True,
    ) -> Request[FileRevision]:
        """Add a revision, which becomes the current one; of the result only the id is set."""
        return Request(parse=FileRevision.from_answer, body=_body(file, as_form))

    @operation(
        id="files.list_metadata",
        method="GET",
        path="/api/data/v1/data-files/details",
        heading="Get All Files Metadata",
    )
    def list_metadata(
        self,
        user_id: Identifier | None = None,
        expand: Expand = None,
        data_file_ids: Annotated[Sequence[Identifier] | Identifier | None, Query("dataFileIds", joined=True)] = None,
    ) -> Request[Listing[DataFile]]:
        """Return the files that this token may see, all at once: no paging is documented.

        `user_id` keeps those of one owner, `data_file_ids` those named; `expand` adds revisions, metadata or both.
        """
        return Request(parse=lambda answer: DataFile.listing(answer, "dataFiles", "files"))

    @operation(
        id="files.get_metadata",
        method="GET",
        path="/api/data/v1/data-files/{data_file_id}/details",
        heading="Get File Metadata by ID",
    )
    def get_metadata(self, data_file_id: FileId, expand: Expand = None) -> Request[DataFile]:
        """Return one file; the current revision may be absent: files.list_revisions has it."""
        return Request(parse=DataFile.from_answer)

    @operation(
        id="files.get_revision_metadata",
        method="GET",
        path="/api/data/v1/data-files/{data_file_id}/revisions/{revision_id}/details",
        heading="Get Revision Metadata by ID",
    )
    def get_revision_metadata(
        self, data_file_id: FileId, revision_id: RevisionId, expand: Expand = None
    ) -> Request[FileRevision]:
        """Return one revision: type, size, hashes, and what the virus scan said."""
        return Request(parse=FileRevision.from_answer)

    @operation(
        id="files.list_revisions",
        method="GET",
        path="/api/data/v1/data-files/{data_file_id}/revisions/details",
        heading="Get All File Revisions by ID",
    )
    def list_revisions(self, data_file_id: FileId, expand: Expand = None) -> Request[Listing[FileRevision]]:
        """Return all revisions of a file; their order isn't documented."""
        return Request(parse=lambda answer: FileRevision.listing(answer, "revisions"))

    @operation(
        id="files.download",
        method="GET",
        path="/api/data/v1/data-files/{data_file_id}",
        heading="Download a File",
    )
    def download(self, data_file_id: FileId, file_name: str | None = None) -> Request[bytes]:
        """Return the content of the current revision; `file_name` is what the upstream is to call it.

        Keeps up to 64 MB in memory: client.opened() streams.
        """
        return Request(parse=lambda answer: answer.body, expects=Expects.BYTES)

    @operation(
        id="files.download_revision",
        method="GET",
        # "revision" here, "revisions" in every other path.
        path="/api/data/v1/data-files/{data_file_id}/revision/{revision_id}",
        heading="Download a File",
    )
    def download_revision(
        self, data_file_id: FileId, revision_id: RevisionId, file_name: str | None = None
    ) -> Request[bytes]:
        """Return the content of one revision, up to 64 MB; client.opened() streams."""
        return Request(parse=lambda answer: answer.body, expects=Expects.BYTES)

    @operation(
        id="files.copy",
        method="POST",
        path="/api/data/v1/data-files/copy/{source_data_file_id}/revisions/current/{target_data_file_id}",
        heading="Copy/Move a File",
        destructive=True,
        role=Role.STEWARD,
        retry_safety=RetrySafety.VERIFIABLE,
    )
    def copy(self, source_data_file_id: FileId, target_data_file_id: FileId) -> Request[FileRevision]:
        """Replace the target's content by the source's, which stays as it is; return the target's revision (its id).

        Whether deleting that revision brings the earlier content back isn't documented.
        """
        return Request(parse=FileRevision.from_answer)

    @operation(
        id="files.duplicate",
        method="POST",
        path="/api/data/v1/data-files/{data_file_id}/duplicate",
        heading="Duplicate a File",
        reverse="files.delete",
        role=Role.STEWARD,
        retry_safety=RetrySafety.VERIFIABLE,
    )
    def duplicate(self, data_file_id: FileId) -> Request[DataFile]:
        """Make a new file with the same content; the result is the new one."""
        return Request(parse=DataFile.from_answer)

    @operation(
        id="files.delete",
        method="DELETE",
        path="/api/data/v1/data-files/{data_file_id}",
        heading="Delete a File",
        destructive=True,
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def delete(self, data_file_id: FileId) -> Request[Done]:
        """Delete a file with all its revisions, for ever."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="files.delete_revision",
        method="DELETE",
        path="/api/data/v1/data-files/{data_file_id}/revisions/{revision_id}",
        heading="Delete a File Revision",
        destructive=True,
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def delete_revision(self, data_file_id: FileId, revision_id: RevisionId) -> Request[Done]:
        """Delete one revision."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="files.get_permissions",
        method="GET",
        # The Endpoint line has /domo/data-files/v1/..., the path of pages inside Domo; the code has this one, which
        # also fits the update.
        path="/api/data/v1/data-files/{data_file_id}/permissions",
        heading="Get File Permissions",
    )
    def get_permissions(self, data_file_id: FileId) -> Request[FilePermissions]:
        """Return who may do what with a file."""
        return Request(parse=FilePermissions.from_answer)

    @operation(
        id="files.update_permissions",
        method="PUT",
        path="/api/data/v1/data-files/{data_file_id}/permissions",
        heading="Update file permissions",
        reverse="files.update_permissions",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def update_permissions(self, data_file_id: FileId, public_access: bool, entries: Entries) -> Request[Done]:
        """Replace all permissions of a file: read them first and send the owner's entry along.

        An entry is {"entityType", "entityId", "grant", "pass"}; FilePermissions.wire_entries has those of now.
        """
        # Without any entry nobody could undo it.
        body = {
            "publicAccess": public_access,
            "entries": [{**entry, "entityId": str(entry["entityId"])} for entry in entries],
        }
        return Request(parse=Done.from_answer, json=body, expects=Expects.ANYTHING)
