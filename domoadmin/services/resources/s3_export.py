"""Export to S3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from domoadmin.services.arguments import Identifier, Keys, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.request import Request
from domoadmin.services.results import Listing
from domoadmin.services.results.s3_export import DatasetExport
from domoadmin.services.roles import Role

# Keys of temporary credentials begin like this at AWS.
_TEMPORARY_KEY = "ASIA"
_QUERY_KEYS = {"includeBOM": bool, "useCache": bool, "query": Mapping[str, Any]}


class S3Export(Resource):
    """Datasets to S3, asynchronously."""

    @operation(
        id="s3_export.create",
        method="POST",
        path="/api/query/v1/export/{datasource_id}",
        heading="Create Export",
        role=Role.STEWARD,
        secret=("aws_access_key", "aws_access_secret", "aws_session_token"),
        # The status call lists what was started.
        retry_safety=RetrySafety.VERIFIABLE,
    )
    def create(
        self,
        datasource_id: Identifier,
        aws_access_key: Annotated[str | None, Length()] = None,
        aws_access_secret: Annotated[str | None, Length()] = None,
        bucket: Annotated[str | None, Length()] = None,
        path: str | None = None,
        region: Annotated[str | None, Length()] = None,
        query_request: Annotated[Mapping[str, Any] | None, Keys(_QUERY_KEYS)] = None,
        aws_session_token: Annotated[str | None, Length()] = None,
    ) -> Request[DatasetExport]:
        """Start an export of a dataset to a bucket, which must lie in this region; poll s3_export.status for its end.

        Only one can run per dataset. When the data is the same as at the last export, that one is returned.
        Temporary credentials need a session token.
        """
        # A session token is asked for in the text, but no field for it is documented: it is sent under AWS' own name.
        if aws_access_key is not None and aws_access_key.startswith(_TEMPORARY_KEY) and not aws_session_token:
            raise InvalidArguments(
                "aws_session_token is missing: the credentials are temporary", argument="aws_session_token"
            )
        return Request(parse=DatasetExport.from_answer)

    @operation(
        id="s3_export.status",
        method="GET",
        path="/api/query/v1/export/{datasource_id}",
        heading="Export Status",
    )
    def status(self, datasource_id: Identifier) -> Request[Listing[DatasetExport]]:
        """Return the exports of a dataset as the upstream lists them."""
        return Request(parse=lambda answer: DatasetExport.listing(answer, "exports"))
