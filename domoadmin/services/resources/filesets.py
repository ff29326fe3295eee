"""FileSets API (BETA): the sets. The files in them: fileset_files.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from domoadmin.services.arguments import Between, Identifier, Keys, Length
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.paging import Paging
from domoadmin.services.places import Field, Query
from domoadmin.services.request import Expects, Request
from domoadmin.services.resources.fileset_files import DateFilters, FieldSort, FilesetFiles, Filters
from domoadmin.services.results import Done, Listing
from domoadmin.services.results.fields import wire_number
from domoadmin.services.results.filesets import Fileset, done
from domoadmin.services.roles import Role

PATH = "/api/files/v1/filesets/{fileset_id}"
# It stands in the place of an id.
SEARCH = "search"


class Filesets(FilesetFiles):
    """FileSets and their files."""

    @operation(
        id="filesets.search",
        method="POST",
        path=f"/api/files/v1/filesets/{SEARCH}",
        heading="Search FileSets",
        mutates=False,  # reads, although it is a POST
        paging=Paging(),
    )
    def search(
        self,
        limit: Annotated[int | None, Between(1), Query()] = None,
        offset: Annotated[int | None, Between(0), Query()] = None,
        field_sort: FieldSort = None,
        filters: Filters = None,
        date_filters: DateFilters = None,
    ) -> Request[Listing[Fileset]]:
        """Return a page of the FileSets that fit all filters, with the total; without filters all of them."""
        return Request(parse=Fileset.page)

    @operation(
        id="filesets.create",
        method="POST",
        path="/api/files/v1/filesets",
        heading="Create FileSet",
        reverse="filesets.delete",
        role=Role.STEWARD,
        # Names aren't said to be unique, but a search by name tells creator and time.
        retry_safety=RetrySafety.VERIFIABLE,
    )
    def create(
        self,
        name: Annotated[str, Length()],
        account_id: Identifier | None = None,
        connector_context: Annotated[
            Mapping[str, Any] | None, Keys({"connector": str, "relativePath": str}, required=("connector",))
        ] = None,
        description: str | None = None,
    ) -> Request[Fileset]:
        """Create a FileSet. Account and connector ({"connector", "relativePath"}) can't be changed afterwards."""
        body = {
            "name": name,
            "accountId": None if account_id is None else wire_number(account_id),
            "connectorContext": connector_context,
            "description": description,
        }
        return Request(parse=Fileset.from_answer, json={key: value for key, value in body.items() if value is not None})

    @operation(id="filesets.get", method="GET", path=PATH, heading="Get FileSet by Id")
    def get(self, fileset_id: Identifier) -> Request[Fileset]:
        """Return one FileSet; which fields come beyond name, description and creation isn't documented."""
        return Request(parse=Fileset.from_answer)

    @operation(
        id="filesets.update",
        method="POST",
        path=PATH,
        heading="Update FileSet by Id",
        reverse="filesets.update",
        role=Role.STEWARD,
        # A POST, but it sets name and description to what is sent.
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def update(
        self,
        fileset_id: Identifier,
        name: Annotated[str | None, Length(), Field()] = None,
        description: str | None = None,
    ) -> Request[Done]:
        """Change name, description or both. Read it again afterwards: the answer may still show the old name."""
        if str(fileset_id) == SEARCH:
            raise InvalidArguments("fileset_id is not an id, it is the search", argument="fileset_id")
        if name is None and description is None:
            raise InvalidArguments("name or description must be given", argument="name")
        return Request(parse=Done.from_answer)

    @operation(
        id="filesets.delete",
        method="DELETE",
        path=PATH,
        heading="Delete FileSet by Id",
        destructive=True,
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def delete(self, fileset_id: Identifier) -> Request[Done]:
        """Delete a FileSet and, since nothing else is said, surely the files in it."""
        return Request(parse=done, expects=Expects.ANYTHING)

    @operation(
        id="filesets.transfer_ownership",
        method="POST",
        path=f"{PATH}/ownership",
        heading="Others: POST files/v1/filesets/{id}/ownership",
        reverse="filesets.transfer_ownership",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
        documented=False,
    )
    def transfer_ownership(self, fileset_id: Identifier, user_id: Identifier) -> Request[Done]:
        """Give a FileSet to another owner; the one before may keep access."""
        return Request(parse=Done.from_answer, json={"userId": wire_number(user_id)}, expects=Expects.ANYTHING)
