"""Managing Dataset History."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from domoadmin.services.arguments import Identifier, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.places import Query, Whole
from domoadmin.services.request import Expects, Request
from domoadmin.services.results import DataVersion, Done, Listing
from domoadmin.services.results.fields import wire_number
from domoadmin.services.roles import Role


class DatasetHistory(Resource):
    """The versions of a dataset's data."""

    @operation(
        id="dataset_history.list_versions",
        method="GET",
        path="/api/data/v2/datasources/{dataset_id}/dataversions",
        heading="Listing Dataset Versions",
    )
    def list_versions(self, dataset_id: Identifier) -> Request[Listing[DataVersion]]:
        """Return all versions in the order of the upstream; no paging is documented."""
        return Request(parse=lambda answer: DataVersion.listing(answer, "dataVersions", "versions"))

    @operation(
        id="dataset_history.delete_versions",
        method="DELETE",
        path="/api/data/v2/datasources/{dataset_id}/dataversions",
        heading="Deleting Dataset Versions",
        destructive=True,
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def delete_versions(
        self,
        dataset_id: Identifier,
        data_ids: Annotated[Sequence[Identifier], Length(), Whole()],
        index: Annotated[bool, Query()] = True,
    ) -> Request[Done]:
        """Delete data versions for good, by their data_id; there is no way back.

        `index` also takes the rows out of what queries see; without it they stay queryable.
        """
        # The example leaves index out and its default isn't given: it is always said.
        numbers = [wire_number(data_id) for data_id in data_ids]
        return Request(parse=Done.from_answer, json=numbers, expects=Expects.ANYTHING)
