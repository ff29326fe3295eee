"""Datasets over the service layer against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from domoadmin.services import search_filters as filters
from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, Forbidden, NotFound
from domoadmin.services.results import Dataset
from tests.waiting import wait_until

COLUMNS = [{"type": "LONG", "name": "article"}, {"type": "STRING", "name": "remark"}]


@pytest.fixture
def dataset(domo: Client) -> Dataset:
    """A new, empty dataset."""
    return domo.datasets.create_copy("Recall of stove valves", COLUMNS)


def upload(domo: Client, dataset: Dataset, rows: bytes, tag: str | None = None) -> None:
    """Upload rows and wait until queries see them."""
    opened = domo.datasets.create_upload(dataset.id, restate_data_tag=tag)
    domo.datasets.upload_part(dataset.id, opened.upload_id, 1, lambda: iter([rows]), len(rows))
    domo.datasets.commit_upload(dataset.id, opened.upload_id, "APPEND", index=False, restate_data_tag=tag)
    index_id = domo.datasets.index(dataset.id).index_id
    assert index_id
    wait_until(lambda: domo.datasets.index_progress(dataset.id, index_id).state == "done", "indexed")


def test_a_dataset_is_created_changed_and_listed(domo: Client, dataset: Dataset) -> None:
    domo.datasets.create_tag(dataset.id, ["recall", "stores"])
    domo.datasets.change_properties(dataset.id, "domo-jupyterdata")
    found = domo.datasets.get_metadata(dataset.id)
    assert (found.name, found.tags, found.data_provider_type) == (
        "Recall of stove valves",
        ("recall", "stores"),
        "domo-jupyterdata",
    )
    listed = domo.walk("datasets.list", name_like="Recall of stove valves", limit=1)
    assert dataset.id in [each.id for each in listed]


def test_a_schema_is_altered_for_uploads_first_and_for_queries_after_indexing(domo: Client, dataset: Dataset) -> None:
    columns: list[dict[str, Any]] = [
        *({**column, "id": column["name"]} for column in COLUMNS),
        {"name": "lot", "id": "lot", "type": "STRING", "visible": False},
    ]
    upload(domo, dataset, b"4711,in transit\n")
    domo.datasets.alter_schema(dataset.id, columns)
    assert [column.name for column in domo.datasets.get_latest_schema(dataset.id).columns][-1] == "lot"
    assert len(domo.datasets.get_schema(dataset.id, include_hidden=True).columns) == 2
    domo.datasets.reindex(dataset.id)
    wait_until(lambda: len(domo.datasets.get_schema(dataset.id, include_hidden=True).columns) == 3, "indexed")
    assert len(domo.datasets.get_schema(dataset.id).columns) == 2
    with pytest.raises(BadRequest, match="DATE, DATETIME") as caught:
        domo.datasets.alter_schema(dataset.id, [{"name": "lot", "id": "lot", "type": "BLOB"}])
    assert caught.value.request_id


def test_access_is_given_and_taken_in_each_spelling(domo: Client, dataset: Dataset) -> None:
    people = [user.id for user in domo.users.list(limit=5)][1:5]
    given = [{"id": person, "type": "USER", "accessLevel": "CAN_VIEW"} for person in people]
    domo.datasets.share(dataset.id, given)
    assert set(people) <= {entry.id for entry in domo.datasets.list_permissions(dataset.id)}
    domo.datasets.revoke_access(dataset.id, people[0])
    domo.datasets.remove_user(dataset.id, people[1])
    domo.datasets.remove_users(dataset.id, [{"id": person, "type": "USER"} for person in people[2:]])
    assert [entry.access_level for entry in domo.datasets.list_permissions(dataset.id)] == ["OWNER"]


def test_partitions_are_filled_listed_and_deleted(domo: Client, dataset: Dataset) -> None:
    upload(domo, dataset, b"4711,in transit\n4712,sold\n", "2026-10")
    upload(domo, dataset, b"4713,in store\n", "2026-11")
    found = list(domo.walk("datasets.search_partitions", dataset_id=dataset.id, limit=1))
    assert [(each.id, each.row_count) for each in found] == [("2026-10", 2), ("2026-11", 1)]
    assert all(each.completed for each in found)
    assert len(domo.datasets.hydrate_data_versions(dataset.id)) == len(domo.datasets.list_data_versions(dataset.id))
    domo.datasets.delete_data_version(dataset.id, "2026-10")
    assert [each.id for each in domo.datasets.search_partitions(dataset.id)] == ["2026-11"]
    assert [each.id for each in domo.datasets.list_partitions(dataset.id)] == ["2026-10", "2026-11"]
    domo.datasets.delete_partition_tag(dataset.id, "2026-10")
    assert [each.id for each in domo.datasets.list_partitions(dataset.id)] == ["2026-11"]
    with pytest.raises(NotFound, match="Partition 2026-10 was not found"):
        domo.datasets.delete_partition_tag(dataset.id, "2026-10")


def test_queries_and_cards(domo: Client, dataset: Dataset) -> None:
    upload(domo, dataset, b"4711,in transit\n4712,sold\n")
    sql = f"SELECT article FROM `{dataset.id}` ORDER BY article"
    assert domo.datasets.query_sql(dataset.id, sql) == [{"article": 4711}, {"article": 4712}]
    assert domo.datasets.query_export(dataset.id, sql).rows == [[4711], [4712]]
    (hit,) = domo.search.query(filters=[filters.term("name", "Loyalty members")]).hits
    cards = domo.datasets.list_cards(hit.id)
    assert len(cards) == domo.datasets.get_metadata(hit.id).card_count


def test_what_belongs_to_others_and_what_does_not_exist_is_refused(domo: Client) -> None:
    legal = next(each for each in domo.datasets.list(limit=500) if each.writable is False)
    with pytest.raises(Forbidden, match="permission") as caught:
        domo.datasets.change_properties(legal.id, "api")
    assert caught.value.request_id
    with pytest.raises(NotFound, match="was not found"):
        domo.datasets.get_metadata("00000000-0000-4000-8000-000000000000")
