"""Datasets API: data versions and partitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from domoadmin.services.arguments import Between, Identifier, Keys
from domoadmin.services.base_client import Resource
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.paging import Paging
from domoadmin.services.places import Field, Query
from domoadmin.services.request import Expects, Request
from domoadmin.services.results import DataVersion, Done, Listing
from domoadmin.services.results.partitions import Partition
from domoadmin.services.results.undocumented import read_list
from domoadmin.services.roles import Role

_FIELD_KEYS = {"fieldName": str, "sortOrder": Literal["ASC", "DESC"], "filterValues": Mapping[str, Any]}
_EVERY_VERSION = {"type": "EXPRESSION", "expression": "1=1"}


class DatasetPartitions(Resource):
    """The operations of client.datasets about data versions and partitions."""

    @operation(
        id="datasets.list_data_versions",
        method="GET",
        path="/api/data/v3/datasources/{dataset_id}/dataversions/details",
        heading="GET Data Versions",
    )
    def list_data_versions(self, dataset_id: Identifier) -> Request[Listing[DataVersion]]:
        """Return the versions of the data; the answer isn't documented, dataset_history.list_versions shows a shape."""
        return Request(
            parse=lambda answer: read_list(DataVersion, answer, "dataVersions", "versions", "details"),
            expects=Expects.ANYTHING,
        )

    @operation(
        id="datasets.hydrate_data_versions",
        method="POST",
        path="/api/dataprocessing/v2/dataflows/data-version-hydrate",
        heading="Data Version List from Magic",
        mutates=False,  # reads, although it is a POST
        paging=Paging(usual=500),
    )
    def hydrate_data_versions(
        self,
        dataset_id: Annotated[Identifier, Field("dataSourceId")],
        engine: Annotated[str, Query()] = "MAGIC",
        limit: Annotated[int, Between(1), Query()] = 500,
        offset: Annotated[int, Between(0), Query()] = 0,
        load_id: Annotated[str, Field("id")] = "",
        load_type: Annotated[str, Field("type")] = "LoadFromVault",
        version_window: Mapping[str, Any] = _EVERY_VERSION,
    ) -> Request[Listing[DataVersion]]:
        """Return the data versions that Magic would load, a page of them.

        load_id, load_type and version_window are known only from the example; the window takes an expression.
        """
        # The table calls the dataset dataset_id, the example sends it as dataSourceId in the body.
        return Request(
            parse=lambda answer: read_list(DataVersion, answer, "dataVersions", "versions", "results"),
            expects=Expects.ANYTHING,
        )

    @operation(
        id="datasets.list_partitions",
        method="GET",
        path="/api/query/v1/datasources/{dataset_id}/partition",
        heading="GET Partition List",
    )
    def list_partitions(self, dataset_id: Identifier) -> Request[Listing[Partition]]:
        """Return the partitions without counts; those marked for deletion can't be told from the others."""
        return Request(parse=Partition.partitions, expects=Expects.ANYTHING)

    @operation(
        id="datasets.search_partitions",
        method="POST",
        path="/api/query/v1/datasources/{dataset_id}/partition/list",
        heading="Search Partition List",
        mutates=False,  # reads, although it is a POST
        paging=Paging(usual=100),
    )
    def search_partitions(
        self,
        dataset_id: Identifier,
        pagination_fields: Annotated[Sequence[Mapping[str, Any]] | None, Keys(_FIELD_KEYS, ("fieldName",))] = None,
        limit: Annotated[int, Between(1)] = 100,
        offset: Annotated[int, Between(0)] = 0,
    ) -> Request[Listing[Partition]]:
        """Return a page of partitions with their counts, sorted and filtered by pagination_fields.

        An entry is {"fieldName": e.g. "datecompleted" in lower case, "sortOrder": ASC or DESC, "filterValues":
        {"MIN", "MAX"}, null for an open side}.
        """
        return Request(parse=Partition.partitions, expects=Expects.ANYTHING)

    @operation(
        id="datasets.delete_data_version",
        method="DELETE",
        path="/api/query/v1/datasources/{dataset_id}/tag/{dataset_partition_id}/data",
        heading="Delete Data Version",
        destructive=True,
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def delete_data_version(self, dataset_id: Identifier, dataset_partition_id: Identifier) -> Request[Done]:
        """Mark the data of a partition as deleted; its tag stays until delete_partition_tag, its rows until indexed."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="datasets.delete_partition_tag",
        method="DELETE",
        path="/api/query/v1/datasources/{dataset_id}/partition/{dataset_partition_id}",
        heading="Delete Partition Tag",
        destructive=True,
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def delete_partition_tag(self, dataset_id: Identifier, dataset_partition_id: Identifier) -> Request[Done]:
        """Take a partition off the list; its rows stay (delete_data_version deletes those, call it first)."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)
