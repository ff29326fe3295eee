"""Datasets API: metadata, lists, tags, properties, cards, new datasets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from domoadmin.services.arguments import Between, Identifier, Keys, Length, problem_with
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.paging import Paging
from domoadmin.services.places import Field, Query, Whole
from domoadmin.services.request import Expects, Request
from domoadmin.services.resources.dataset_access import DatasetAccess
from domoadmin.services.resources.dataset_data import DatasetData
from domoadmin.services.resources.dataset_partitions import DatasetPartitions
from domoadmin.services.resources.dataset_schema import DatasetSchema
from domoadmin.services.results import Card, Dataset, Done, Listing
from domoadmin.services.results.fields import number
from domoadmin.services.roles import Role

# Beyond this the bulk call refuses (facts.md, other caps).
MOST_IDS = 100
_NEW_COLUMNS = Annotated[Sequence[Mapping[str, Any]], Length(), Keys({"name": str, "type": str}, ("name", "type"))]


class Datasets(DatasetData, DatasetAccess, DatasetSchema, DatasetPartitions):
    """Everything about datasets."""

    @operation(
        id="datasets.get_metadata",
        method="GET",
        path="/api/data/v3/datasources/{dataset_id}",
        heading="Get Metadata",
    )
    def get_metadata(
        self, dataset_id: Identifier, part: Annotated[str | Sequence[str] | None, Query(joined=True)] = None
    ) -> Request[Dataset]:
        """Return a dataset's metadata; `part` asks for more, e.g. "core,permission,certification"."""
        # The table calls it requestedParts, the example URL uses part: the example is what works.
        return Request(parse=Dataset.from_answer)

    @operation(
        id="datasets.list",
        method="GET",
        path="/api/data/v3/datasources",
        heading="Datasets: GET data/v3/datasources",
        documented=False,
        paging=Paging(usual=50),
    )
    def list(
        self,
        limit: Annotated[int, Between(1)] = 50,
        offset: Annotated[int, Between(0)] = 0,
        part: str | None = None,
        order_by: str | None = None,
        owner_id: Identifier | None = None,
        name_like: str | None = None,
    ) -> Request[Listing[Dataset]]:
        """Return a page of datasets with the total; owner_id takes users only."""

        def total(data: Any) -> int | None:
            return number(data, "_metaData.totalCount") if isinstance(data, Mapping) else None

        return Request(parse=lambda answer: Dataset.listing(answer, "dataSources", total=total(answer.data)))

    @operation(
        id="datasets.bulk_get",
        method="POST",
        path="/api/data/v3/datasources/bulk",
        heading="Datasets: POST data/v3/datasources/bulk",
        mutates=False,  # reads, although it is a POST
        documented=False,
    )
    def bulk_get(
        self,
        dataset_ids: Annotated[Sequence[Identifier], Length(1, MOST_IDS), Whole()],
        part: Annotated[str | None, Query()] = None,
    ) -> Request[Listing[Dataset]]:
        """Return the metadata of up to 100 datasets; ids that this token may not see are absent."""
        return Request(
            parse=lambda answer: Dataset.listing(answer, "dataSources"),
            json=[str(dataset_id) for dataset_id in dataset_ids],
        )

    @operation(
        id="datasets.create_tag",
        method="POST",
        path="/api/data/ui/v3/datasources/{dataset_id}/tags",
        heading="createDatasetTag",
        role=Role.STEWARD,
        # Whether the list replaces the tags (so facts.md) or adds to them: a repeat ends in the same tags.
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def create_tag(self, dataset_id: Identifier, tags: Annotated[Sequence[str], Whole()]) -> Request[Done]:
        """Set the tags: send the complete list, since it replaces the present tags (read, merge, write)."""
        # The table names one text "tag", the example sends an array: the array.
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="datasets.change_properties",
        method="PUT",
        path="/api/data/v3/datasources/{dataset_id}/properties",
        heading="Change Dataset Properties",
        reverse="datasets.change_properties",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def change_properties(self, dataset_id: Identifier, data_provider_type: Annotated[str, Length()]) -> Request[Done]:
        """Set the type of the data provider, the one property that is documented; metadata shows the present one."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="datasets.create_copy",
        method="POST",
        path="/api/data/v2/datasources",
        heading="Create Dataset Copy",
        role=Role.STEWARD,
        # Names aren't unique, so no reading tells whether a lost call made one; none can be deleted either.
        retry_safety=RetrySafety.UNSAFE,
    )
    def create_copy(
        self,
        name: Annotated[str, Length(), Field("dataSourceName")],
        columns: Annotated[Sequence[Mapping[str, Any]] | Mapping[str, Any], Length(), Field("schema")],
        user_defined_type: str = "api",
    ) -> Request[Dataset]:
        """Create an empty dataset with these columns, {"type", "name"} each, bare or as {"columns": [...]}.

        No rows are copied, despite the heading: no source is named. It can't be deleted by a documented call.
        """
        listed = columns.get("columns") if isinstance(columns, Mapping) else columns
        problem = problem_with(listed, _NEW_COLUMNS)
        if problem:
            raise InvalidArguments(f"columns {problem}", argument="columns")
        schema = columns if isinstance(columns, Mapping) else {"columns": [dict(column) for column in columns]}
        body = {"userDefinedType": user_defined_type, "dataSourceName": name, "schema": schema}
        return Request(
            # No answer is documented: where the new dataset comes back wrapped, its id is still found.
            parse=lambda answer: Dataset.from_raw(_created(answer.data), answer.request_id),
            json=body,
            expects=Expects.ANYTHING,
        )

    @operation(
        id="datasets.list_cards",
        method="GET",
        path="/api/content/v1/datasources/{dataset_id}/cards",
        heading="Get Cards for a Dataset ID",
    )
    def list_cards(self, dataset_id: Identifier, drill: bool = False) -> Request[Listing[Card]]:
        """Return the cards built on a dataset; `drill` adds drill paths, as the upstream does unless told."""
        return Request(parse=lambda answer: Card.listing(answer, "cards"))


def _created(data: Any) -> Mapping[str, Any]:
    inner = data.get("dataSource") if isinstance(data, dict) else None
    return inner if isinstance(inner, dict) else data if isinstance(data, dict) else {}
