"""Datasets API: the schema that queries see, the one that uploads follow, and changing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from domoadmin.services.arguments import Identifier, Keys, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.request import Expects, Request
from domoadmin.services.results import Done, Schema
from domoadmin.services.roles import Role

COLUMN_KEYS = {"name": str, "id": str, "type": str, "visible": bool, "order": int}


class DatasetSchema(Resource):
    """The operations of client.datasets about schemas."""

    @operation(
        id="datasets.get_schema",
        method="GET",
        path="/api/query/v1/datasources/{dataset_id}/schema/indexed",
        heading="Get Dataset Schema",
    )
    def get_schema(self, dataset_id: Identifier, include_hidden: bool = False) -> Request[Schema]:
        """Return the schema that queries see."""
        # The example authenticates with a session token; the developer token is sent, as everywhere.
        return Request(parse=Schema.from_answer)

    @operation(
        id="datasets.get_latest_schema",
        method="GET",
        path="/api/data/v2/datasources/{dataset_id}/schemas/latest",
        heading="Return the schema for a specified Dataset",
    )
    def get_latest_schema(self, dataset_id: Identifier) -> Request[Schema]:
        """Return the schema that uploads must follow; the indexed one may lag behind."""
        return Request(parse=Schema.from_answer)

    @operation(
        id="datasets.alter_schema",
        method="POST",
        path="/api/data/v2/datasources/{dataset_id}/schemas",
        heading="Alter Dataset Schema",
        destructive=True,  # a column that is left out may be gone
        reverse="datasets.alter_schema",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def alter_schema(
        self,
        dataset_id: Identifier,
        columns: Annotated[Sequence[Mapping[str, Any]], Length(), Keys(COLUMN_KEYS, ("name", "id", "type"))],
        objects: Sequence[Any] = (),
        views: Sequence[Any] = (),
    ) -> Request[Done]:
        """Set the schema: send all columns, {"name", "id", "type", "visible", "order"}, also those that stay.

        Nothing says what happens to a column left out. Index afterwards (datasets.reindex).
        """
        # The table wants an object "schema"; the example, which is what works, has the columns at the top.
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)
