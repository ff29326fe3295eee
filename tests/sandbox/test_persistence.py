"""What was acknowledged survives kill -9; what was not leaves no trace."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.sandbox.clients import DatasetClient, dataset_id
from tests.sandbox_process import SandboxProcess
from tests.waiting import wait_until

pytestmark = pytest.mark.slow


def test_acknowledged_changes_survive_a_kill(tmp_path: Path) -> None:
    process = SandboxProcess(tmp_path)
    with process, process.client() as client:
        dataset = DatasetClient.create(client, {"name": "STRING"})
        dataset.upload(b"kept\n")
        upload = dataset.open()
        dataset.put(upload, 1, b"one\n").raise_for_status()
        store_sales = dataset_id(client, "Store sales daily")
        client.post(f"/api/data/ui/v3/datasources/{store_sales}/tags", json=["after the kill"]).raise_for_status()
        client.put(f"/api/tags/v3/DATA_SOURCE/{dataset.id}/system/CERTIFIED/state/ACTIVE").raise_for_status()
        group = client.post("/api/content/v2/groups", json={"name": "Night shift", "type": "open"}).json()["id"]
        before = client.get(f"/api/data/v3/datasources/{store_sales}").json()
        process.kill()
    with process, process.client() as client:
        dataset = DatasetClient(client, dataset.id)
        assert dataset.rows() == [["kept"]]
        assert dataset.metadata()["certification"]["state"] == "CERTIFIED"
        dataset.put(upload, 2, b"two\n").raise_for_status()
        answer = dataset.commit(upload, "APPEND")
        dataset.wait_for_index(answer.json()["indexId"])
        assert dataset.rows() == [["kept"], ["one"], ["two"]]
        assert dataset.commit(upload, "APPEND").status_code == 409
        assert dataset.open() > upload
        assert client.get(f"/api/data/v3/datasources/{store_sales}").json() == before
        assert client.get(f"/api/content/v2/groups/{group}").json()["name"] == "Night shift"


def test_a_kill_during_a_commit_leaves_all_or_nothing(tmp_path: Path) -> None:
    process, content = SandboxProcess(tmp_path), b"row,1\n" * 400_000
    with process, process.client() as client, ThreadPoolExecutor(1) as threads:
        dataset = DatasetClient.create(client, {"name": "STRING", "n": "LONG"})
        upload = dataset.open()
        dataset.put(upload, 1, content).raise_for_status()
        committing = threads.submit(dataset.commit, upload)
        wait_until(lambda: process.stats()["uploads"][str(upload)]["commits_received"], "the commit arrives")
        process.kill()
        committing.exception()
    with process, process.client() as client:
        dataset = DatasetClient(client, dataset.id)
        known = len(dataset.versions())
        assert dataset.commit(upload).status_code == (409 if known else 200)
        assert [version["numRows"] for version in dataset.versions()] == [400_000]


def test_files_of_a_killed_request_are_swept_away(tmp_path: Path) -> None:
    process = SandboxProcess(tmp_path)
    with process, process.client() as client:
        dataset = DatasetClient.create(client, {"name": "STRING"})
        upload = dataset.open()
        dataset.put(upload, 1, b"one\n").raise_for_status()
        process.kill()
    stray_part = tmp_path / "parts" / str(upload) / "2-half.csv"
    stray_part.write_bytes(b"ha")
    stray_data = tmp_path / "data" / f"{upload}.parquet"
    stray_data.write_bytes(b"half")
    with process, process.client() as client:
        assert not stray_part.exists()
        assert not stray_data.exists()
        assert DatasetClient(client, dataset.id).commit(upload).json()["size"]["rowCount"] == 1


def test_a_data_directory_serves_one_sandbox_of_one_kind(tmp_path: Path) -> None:
    with SandboxProcess(tmp_path), pytest.raises(RuntimeError, match="another sandbox is running"):
        SandboxProcess(tmp_path).start()
    with pytest.raises(RuntimeError, match="seed 1"):
        SandboxProcess(tmp_path, seed=2).start()
