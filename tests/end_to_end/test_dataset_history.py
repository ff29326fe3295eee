"""The history of a dataset's data over the service layer against the sandbox."""

from __future__ import annotations

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import Forbidden


def test_versions_are_listed_and_deleted(domo: Client) -> None:
    dataset = domo.datasets.create_copy("Stocktake corrections", [{"type": "LONG", "name": "article"}])
    for rows in ([b"1\n"], [b"2\n", b"3\n"]):
        opened = domo.datasets.create_upload(dataset.id)
        domo.datasets.upload_part(dataset.id, opened.upload_id, 1, rows.__iter__)
        domo.datasets.commit_upload(dataset.id, opened.upload_id, "APPEND", index=True)
    first, second = domo.dataset_history.list_versions(dataset.id)
    assert (first.row_count, second.row_count, second.upload_status) == (1, 2, "success")
    assert first.completed is not None
    domo.dataset_history.delete_versions(dataset.id, [first.data_id])
    assert [each.data_id for each in domo.dataset_history.list_versions(dataset.id)] == [second.data_id]
    assert domo.datasets.get_metadata(dataset.id).row_count == 2


def test_versions_of_others_are_not_deleted(domo: Client) -> None:
    legal = next(each for each in domo.datasets.list(limit=500) if each.writable is False)
    versions = domo.dataset_history.list_versions(legal.id)
    with pytest.raises(Forbidden, match="permission") as caught:
        domo.dataset_history.delete_versions(legal.id, [versions[0].data_id])
    assert caught.value.request_id
    assert domo.dataset_history.list_versions(legal.id) == versions
