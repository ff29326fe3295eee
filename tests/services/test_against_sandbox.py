"""The service layer and the sandbox, written apart from each other, must understand each other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domoadmin.services import search_filters as filters
from domoadmin.services.client import Client, ConnectionSettings, connect
from domoadmin.services.clock import Clock
from domoadmin.services.errors import AnswerLost, NotFound, Unauthorized
from domoadmin.services.results import Dataset
from tests.sandbox_process import SandboxProcess
from tests.waiting import wait_until


@pytest.fixture
def domo(sandbox: SandboxProcess) -> Iterator[Client]:
    """A client of the sandbox, with all faults off before and after."""
    sandbox.reset()
    settings = ConnectionSettings(
        kind="domo",
        slug="sandbox",
        base_url=sandbox.url,
        secrets={"token": sandbox.token},
        clock=Clock(sleep=lambda seconds: None),
    )
    with connect(settings) as client:
        yield client
    sandbox.reset()


@pytest.fixture
def dataset(domo: Client) -> Dataset:
    """A new, empty dataset."""
    return domo.datasets.create_copy("Orders", [{"type": "LONG", "name": "n"}, {"type": "STRING", "name": "t"}])


def test_the_token_says_who_it_is(domo: Client, sandbox: SandboxProcess) -> None:
    found = domo.identity.whoami()
    assert found.user_id
    assert found.role_name
    assert found.unknown == ()
    wrong = ConnectionSettings(kind="domo", slug="wrong", base_url=sandbox.url, secrets={"token": "wrong-token"})
    with connect(wrong) as client, pytest.raises(Unauthorized) as caught:
        client.identity.whoami()
    assert caught.value.request_id


def test_a_search_is_walked_to_its_end(domo: Client) -> None:
    page = domo.search.query(sort=[("name_sort", "ASC")], count=10, facets=["OWNER_ID"])
    assert len(page.hits) == 10
    assert page.facets["OWNER_ID"]
    found = list(domo.search.walk(page_size=70, entities=["dataset"], sort=[("name_sort", "ASC")]))
    assert len({hit.id for hit in found}) == len(found) == page.total
    some = domo.search.query(filters=[filters.term("databaseId", found[5].id)])
    assert [hit.id for hit in some.hits] == [found[5].id]


def test_what_is_read_of_a_dataset(domo: Client) -> None:
    hit = domo.search.query(count=1).hits[0]
    found = domo.datasets.get_metadata(hit.id)
    assert (found.id, found.name) == (hit.id, hit.name)
    assert found.owner is not None
    columns = domo.datasets.get_schema(hit.id).columns
    assert len(columns) == found.column_count
    assert [column.name for column in domo.datasets.get_latest_schema(hit.id).columns] == [c.name for c in columns]
    assert domo.dataset_history.list_versions(hit.id)[0].data_id
    assert domo.users.get(found.owner.id).name == found.owner.name
    assert domo.datasets.bulk_get([hit.id])[0].id == hit.id
    with pytest.raises(NotFound) as caught:
        domo.datasets.get_metadata("00000000-0000-0000-0000-000000000000")
    assert caught.value.request_id


@pytest.mark.parametrize("gzip", [False, True])
def test_an_upload_arrives_whole(domo: Client, dataset: Dataset, sandbox: SandboxProcess, gzip: bool) -> None:
    settings = ConnectionSettings(
        kind="domo", slug="gzip", base_url=sandbox.url, secrets={"token": sandbox.token}, gzip=gzip
    )
    rows = b"".join(b'%d,"line\nbreak"\n' % number for number in range(1000))
    with connect(settings) as client:
        upload = client.datasets.create_upload(dataset.id)
        for part in (1, 2):
            client.datasets.upload_part(dataset.id, upload.upload_id, part, lambda: iter([rows]), len(rows))
        client.datasets.commit_upload(dataset.id, upload.upload_id, "REPLACE", index=False)
        index = client.datasets.index(dataset.id)
        assert index.index_id
        index_id = index.index_id
        wait_until(lambda: client.datasets.index_progress(dataset.id, index_id).state == "done", "the index is done")
        assert client.datasets.query_sql(dataset.id, f"select count(*) as n from `{dataset.id}`") == [{"n": 2000}]
        with client.datasets.exported(dataset.id, f"select * from `{dataset.id}`") as export:
            assert export.columns == ("n", "t")
            assert sum(1 for row in export.rows() if row[1] == "line\nbreak") == 2000


def test_a_commit_that_is_cut_after_its_effect_is_settled_by_reading(
    domo: Client, dataset: Dataset, sandbox: SandboxProcess
) -> None:
    upload = domo.datasets.create_upload(dataset.id)
    domo.datasets.upload_part(dataset.id, upload.upload_id, 1, lambda: iter([b"1,x\n"]), 4)
    before = {version.data_id for version in domo.dataset_history.list_versions(dataset.id)}
    sandbox.control(cut_after_effect=1.0, match="commit", count=1)
    with pytest.raises(AnswerLost):
        domo.datasets.commit_upload(dataset.id, upload.upload_id, "APPEND", index=True)
    after = {version.data_id for version in domo.dataset_history.list_versions(dataset.id)}
    assert len(after - before) == 1


def test_reads_get_through_a_bad_hour(domo: Client, sandbox: SandboxProcess) -> None:
    for fault in ("status_429", "status_500", "status_502", "status_503", "cut_before_effect", "html_maintenance"):
        sandbox.control(**{fault: 1.0, "count": 1})
        assert domo.search.query(count=1).hits


def test_certifying_and_taking_it_away(domo: Client, dataset: Dataset) -> None:
    domo.certified_content.certify("DATA_SOURCE", dataset.id)
    assert domo.certified_content.get_status("DATA_SOURCE", dataset.id).certified
    domo.certified_content.decertify("DATA_SOURCE", dataset.id)
    assert not domo.certified_content.get_status("DATA_SOURCE", dataset.id).certified
