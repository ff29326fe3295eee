"""Datasets API: the data of a dataset. Uploads in three stages, index, queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from domoadmin.services.arguments import Between, Identifier, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.exports import ExportedRows
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.places import Content, Field, Local, Query
from domoadmin.services.request import Expects, Request, StreamedBody
from domoadmin.services.results import Done, IndexRequest, IndexStatus, QueryResult, Upload
from domoadmin.services.results.fields import wire_number
from domoadmin.services.roles import Role

UploadAction = Literal["APPEND", "REPLACE"]
CSV_OR_JSON = "text/csv, application/json;q=0.9"


class DatasetData(Resource):
    """The operations of client.datasets that move rows."""

    @operation(
        id="datasets.create_upload",
        method="POST",
        path="/api/data/v3/datasources/{dataset_id}/uploads",
        heading="Stage 1 - Get Upload ID",
        role=Role.STEWARD,
        # It only opens an upload: a second one is left behind empty, and nothing changes before the commit.
        retry_safety=RetrySafety.IDEMPOTENT,
        aliases=("datasets.append_row", "datasets.csv_get_upload_id", "datasets.partition_get_upload_id"),
        presets={"datasets.append_row": {"action": "APPEND", "append_id": "latest"}},
    )
    def create_upload(
        self,
        dataset_id: Identifier,
        action: Annotated[UploadAction | None, Field(null=True)] = None,
        append_id: Annotated[str | None, Field(null=True)] = None,
        message: str | None = None,
        restate_data_tag: Annotated[str | None, Query()] = None,
    ) -> Request[Upload]:
        """Open an upload and return its id.

        action and append_id stay null for a CSV; the append example sends APPEND, "latest" and a message, without the
        rows that its table asks for: they go as a part. restate_data_tag names a partition (largely deprecated).
        """
        return Request(parse=Upload.from_answer)

    @operation(
        id="datasets.upload_part",
        method="PUT",
        path="/api/data/v3/datasources/{dataset_id}/uploads/{upload_id}/parts/{part}",
        heading="Stage 2 - Upload CSV",
        role=Role.STEWARD,
        # A part of the same number takes the place of the earlier one.
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def upload_part(
        self,
        dataset_id: Identifier,
        upload_id: Identifier,
        part: Annotated[int, Between(1)],
        body: Annotated[Callable[[], Iterator[bytes]], Content()],
        length: Annotated[int | None, Between(0), Local()] = None,
    ) -> Request[Done]:
        """Send one part, numbered from 1 without holes; parts may go in parallel, all before the commit.

        `body` makes the bytes anew for each attempt: UTF-8 CSV in schema order without a header, whole records.
        `length` in bytes is checked while sending, and announced unless the connection compresses.
        """
        # No answer is documented: any 2xx that isn't a page counts.
        return Request(
            parse=Done.from_answer,
            body=StreamedBody(body, length, "text/csv", compressible=True),
            expects=Expects.ANYTHING,
        )

    @operation(
        id="datasets.commit_upload",
        method="PUT",
        path="/api/data/v3/datasources/{dataset_id}/uploads/{upload_id}/commit",
        heading="Stage 3 - Commit and Index",
        destructive=True,  # REPLACE wipes what was there
        role=Role.STEWARD,
        retry_safety=RetrySafety.VERIFIABLE,
    )
    def commit_upload(
        self,
        dataset_id: Identifier,
        upload_id: Identifier,
        action: UploadAction,
        index: bool | Literal["true", "false"],
        restate_data_tag: str | None = None,
    ) -> Request[Done]:
        """Make the parts the new data (REPLACE) or add them (APPEND); never sent twice after a doubt (AnswerLost).

        With restate_data_tag the parts become the data of that partition.
        """
        # index is the text "true" in one example and a boolean in the other and in the table: boolean it is.
        body: dict[str, Any] = {"action": action, "index": index in (True, "true")}
        if restate_data_tag is not None:
            body["restateDataTag"] = restate_data_tag
        return Request(parse=Done.from_answer, json=body, expects=Expects.ANYTHING)

    @operation(
        id="datasets.index",
        method="POST",
        path="/api/data/v3/datasources/{dataset_id}/indexes",
        heading="Index Dataset",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def index(self, dataset_id: Identifier, data_ids: Sequence[Identifier] = ()) -> Request[IndexRequest]:
        """Ask to index these data versions, or with none all complete ones that aren't indexed yet."""
        numbers = [wire_number(data_id) for data_id in data_ids]
        return Request(parse=IndexRequest.from_answer, json={"dataIds": numbers}, expects=Expects.ANYTHING)

    @operation(
        id="datasets.reindex",
        method="POST",
        path="/api/query/v1/datasources/{dataset_id}",
        heading="Index Dataset",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def reindex(self, dataset_id: Identifier) -> Request[Done]:
        """Index the whole dataset, needed after a change of its schema; the other call of the same heading."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="datasets.index_progress",
        method="GET",
        path="/api/data/v3/datasources/{dataset_id}/indexes/{index_id}/statuses",
        heading="Index Dataset Progress",
    )
    def index_progress(self, dataset_id: Identifier, index_id: Identifier) -> Request[IndexStatus]:
        """Return how far indexing is; "unknown" when the answer, which isn't documented, doesn't say."""
        return Request(parse=IndexStatus.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="datasets.query_sql",
        method="POST",
        path="/api/query/v1/execute/{dataset_id}",
        heading="Query with SQL",
        mutates=False,  # reads, although it is a POST
        role=Role.STEWARD,
    )
    def query_sql(self, dataset_id: Identifier, sql: Annotated[str, Length()]) -> Request[list[dict[str, Any]]]:
        """Return the rows as dicts; the table in the SQL is the dataset id in back quotes."""
        return Request(parse=lambda answer: QueryResult.from_answer(answer).as_dicts())

    @operation(
        id="datasets.query_export",
        method="POST",
        path="/api/query/v1/execute/export/{dataset_id}",
        heading="Query Dataset",
        mutates=False,  # reads, although it is a POST
        role=Role.STEWARD,
    )
    def query_export(
        self,
        dataset_id: Identifier,
        sql: Annotated[str, Length()],
        include_header: Annotated[bool, Query()] = True,
    ) -> Request[QueryResult]:
        """Return columns and rows in memory (at most 64 MB); `exported` streams larger ones."""
        # Whether JSON or CSV comes is not documented: both are read. includeHeader is described nowhere.
        return Request(parse=QueryResult.from_answer, expects=Expects.ANYTHING)

    @contextmanager
    def exported(self, dataset_id: Identifier, sql: str) -> Iterator[ExportedRows]:
        """Give the answer of query_export while it comes: `columns`, then `rows()` once, in bounded memory.

        Raises like query_export; a break midway raises AnswerLost, an answer cut short UnexpectedAnswer.
        """
        # Rows as CSV can be written and read one by one; an upstream that knows the documented JSON alone sends that.
        with self.client.opened("datasets.query_export", CSV_OR_JSON, dataset_id=dataset_id, sql=sql) as answer:
            yield ExportedRows(answer)
