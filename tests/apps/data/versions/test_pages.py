"""The pages of versions and partitions: what they list, what they delete, and what they refuse."""

from __future__ import annotations

import html

import pytest
from django.test import Client

from apps.audit.models import AuditRecord
from apps.connections.models import Connection, Environment
from apps.jobs.models import Job
from tests.apps.data.support import PARTIAL, calls, csv_rows, text_of
from tests.apps.data.versions.support import load, loaded, page, partitioned, tags_of, versions_of, with_data
from tests.clients import client_with_role
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def steward(halden: Connection, no_broker: None) -> Client:
    """A steward's browser, with a connection to the sandbox."""
    return client_with_role("steward")


def outcomes(operation: str) -> list[str]:
    """Return the outcomes that the trail has of an operation."""
    return sorted(AuditRecord.objects.filter(operation=operation).values_list("outcome", flat=True))


def test_both_listings_and_the_one_for_magic(steward: Client, sandbox: SandboxProcess) -> None:
    dataset = loaded(sandbox, 3, 5)
    text = html.unescape(text_of(steward.get(page(dataset, "versions/"))))
    assert '<strong class="text-body">2</strong> versions' in text
    for shown in ("Newest", "Not in use", "Succeeded", ">both<", f"{page(dataset, 'versions/1/delete/')}"):
        assert shown in text
    received = calls(sandbox)
    assert (received["dataset_history.list_versions"], received["datasets.list_data_versions"]) == (1, 1)
    found = text_of(steward.get(page(dataset, "versions/?q=2&status=success"), headers=PARTIAL))
    assert f'data-query="dataset={dataset}&amp;q=2&amp;status=success"' in found
    assert f'value="{dataset}/2"' in found
    assert f'value="{dataset}/1"' not in found
    rows = csv_rows(text_of(steward.get(page(dataset, "versions/export.csv?q=2"))))
    assert [row[:5] for row in rows[1:]] == [["2", "success", "newest", "", "5"]]
    magic = text_of(steward.get(page(dataset, "versions/magic/")))
    assert "What a Magic dataflow would load" in magic
    assert 'name="action"' not in magic


def test_a_version_in_use_is_deleted_with_its_index_and_one_record(steward: Client, sandbox: SandboxProcess) -> None:
    dataset = loaded(sandbox, 3, 5)
    url = page(dataset, "versions/2/delete/")
    dialog = html.unescape(text_of(steward.get(url, headers=PARTIAL)))
    assert "This is the newest version: its 5 rows are what cards show." in dialog
    assert " checked" in dialog, "Its rows are in the index"
    assert "can’t be undone" in dialog
    assert "checked" not in text_of(steward.get(page(dataset, "versions/1/delete/"), headers=PARTIAL))
    answer = steward.post(url, {"index": "on"}, headers=PARTIAL)
    assert answer.status_code == 204
    assert "dataset-changed" in answer.headers["HX-Trigger"]
    assert versions_of(sandbox, dataset) == [1]
    assert outcomes("dataset_history.delete_versions") == ["intended", "succeeded"]
    record = AuditRecord.objects.get(operation="dataset_history.delete_versions", outcome="intended")
    assert (record.target_id, record.after) == (dataset, {"there": False, "index": True})
    assert steward.get(url).status_code == 404, "It is gone"


def test_refusals(steward: Client, sandbox: SandboxProcess) -> None:
    dataset = loaded(sandbox, 3, 5)
    viewer = client_with_role("viewer")
    text = text_of(viewer.get(page(dataset, "versions/")))
    assert "Clean up" not in text
    assert "delete/" not in text
    for rest in ("versions/1/delete/", "versions/clean-up/", "partitions/clean-up/", "partitions/delete-tag/"):
        assert viewer.post(page(dataset, rest)).status_code == 403
    Connection.objects.update(environment=Environment.PRODUCTION)
    text = html.unescape(text_of(steward.post(page(dataset, "versions/1/delete/"), {"confirm": "no"}), 422))
    assert "That is not halden. Nothing was sent." in text
    sandbox.control(match="dataset_history.delete_versions", token_mode="read_only")
    answer = steward.post(page(dataset, "versions/1/delete/"), {"confirm": "halden"}, headers=PARTIAL)
    assert "Request id" in text_of(answer, 403)
    assert versions_of(sandbox, dataset) == [1, 2]
    assert outcomes("dataset_history.delete_versions") == ["failed", "intended"]


def test_partitions_are_listed_bounded_and_drawn(steward: Client, sandbox: SandboxProcess) -> None:
    dataset = partitioned(sandbox, _2026_01=3, _2026_02=5)
    text = text_of(steward.get(page(dataset, "partitions/")))
    assert "2026_02" in text
    assert f'data-query="dataset={dataset}&amp;state=data"' in text
    assert "Delete tag" in text
    assert calls(sandbox)["datasets.search_partitions"] == 1, "A page is one search"
    rows = csv_rows(text_of(steward.get(page(dataset, "partitions/export.csv"))))
    assert [row[:3] for row in rows[1:]] == [["2026_02", "yes", "5"], ["2026_01", "yes", "3"]]
    assert "No partition matches" in text_of(steward.get(page(dataset, "partitions/?until=2020-01-01")))
    refused = html.unescape(text_of(steward.get(page(dataset, "partitions/?since=2026-02-01&until=2026-01-01"))))
    assert "This day lies before the first one" in refused
    found = text_of(steward.get(page(dataset, "partitions/?q=_01"), headers=PARTIAL))
    assert f'value="{dataset}/2026_01"' in found
    assert "2026_02" not in found
    overview = html.unescape(text_of(steward.get(page(dataset, "partitions/overview/"), headers=PARTIAL)))
    assert "2 of 400 partitions" in overview
    assert '<td class="num" data-value="5">5</td>' in overview
    assert "All 2 partitions" in text_of(steward.get(page(dataset, "panels/partitions/"), headers=PARTIAL))
    plain = loaded(sandbox, 1)
    assert "Not partitioned." in text_of(steward.get(page(plain, "panels/partitions/"), headers=PARTIAL))


def test_the_data_and_the_tag_are_two_deletions(steward: Client, sandbox: SandboxProcess) -> None:
    dataset = partitioned(sandbox, _a=3, _b=5)
    data, tag = (page(dataset, f"partitions/delete-{what}/?partition=a") for what in ("data", "tag"))
    assert "Its data is not deleted by this" in text_of(steward.get(tag, headers=PARTIAL))
    assert "Its 3 rows are marked as deleted" in text_of(steward.get(data, headers=PARTIAL))
    assert steward.post(data, headers=PARTIAL).status_code == 204
    assert (tags_of(sandbox, dataset), with_data(sandbox, dataset)) == (["a", "b"], {"b": 5})
    overview = text_of(steward.get(page(dataset, "partitions/overview/"), headers=PARTIAL))
    assert "1 tag is left without data and still counts" in overview
    assert "There is no data behind it" in text_of(steward.get(tag, headers=PARTIAL))
    assert steward.post(tag, headers=PARTIAL).status_code == 204
    assert tags_of(sandbox, dataset) == ["b"]
    assert outcomes("datasets.delete_data_version") == outcomes("datasets.delete_partition_tag")
    assert outcomes("datasets.delete_partition_tag") == ["intended", "succeeded"]
    assert steward.get(tag).status_code == 404


def test_a_clean_up_becomes_a_previewed_job(steward: Client, sandbox: SandboxProcess) -> None:
    dataset = loaded(sandbox, 1)
    url = page(dataset, "versions/clean-up/")
    assert "Keep the newest" in text_of(steward.get(url))
    wrong = {"rule": "keep", "keep": "0", "older": "x"}
    refused = html.unescape(text_of(steward.post(url, wrong, headers=PARTIAL), 422))
    assert 'id="id_keep_error"' in refused
    assert 'id="id_older_error"' not in refused, "The number of the other rule counts for nothing"
    answer = steward.post(url, {"rule": "keep", "keep": "3"}, headers=PARTIAL)
    job = Job.objects.get()
    assert answer.headers["HX-Redirect"] == job.get_absolute_url()
    assert (job.kind, job.params["selection"]) == ("delete-versions", {"query": {"dataset": dataset, "keep": "3"}})
    load(sandbox, dataset, 2, "APPEND", "2026-01")
    asked = {"rule": "older", "older": "30", "order": "name", "what": "delete-partition-tags"}
    steward.post(page(dataset, "partitions/clean-up/"), asked)
    job = Job.objects.get(kind="delete-partition-tags")
    assert job.params["selection"]["query"] == {"dataset": dataset, "older": "30", "order": "name"}
