"""A compressed file that fits on the disk, and unpacked does not."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client

from apps.connections.models import Connection
from apps.jobs import service as jobs
from domoadmin.environment import ROOT
from tests.apps.data.uploads.support import count, create_dataset, csv_bytes, rows_of, send_and_run, start_upload
from tests.sandbox_process import SandboxProcess
from tests.small_disk import small_disk

NO_ROOM = "The staging storage has no room for orders.csv.gz unpacked."


def test_no_room_to_unpack_is_said_and_with_room_the_same_file_goes_up(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess, tmp_path: Path, settings: LazySettings
) -> None:
    dataset = create_dataset(sandbox)
    content = csv_bytes(rows_of(4_000))
    with small_disk(tmp_path / "staging", kilobytes=128) as place:
        storage = {"BACKEND": "apps.staging.storage.LocalStagingStorage", "OPTIONS": {"location": str(place)}}
        settings.STORAGES = {**settings.STORAGES, "staging": storage}
        assert len(content) > 128 * 1024 > 2 * len(gzip.compress(content))
        job = start_upload(signed_in, connection, dataset, gzip.compress(content), "orders.csv.gz")
        assert (job.state, job.message.startswith(NO_ROOM)) == ("failed", True)
        assert sandbox.stats()["uploads"] == {}
        kept = [path.parent.name for path in place.rglob("0*") if path.is_file()]
        assert set(kept) == {job.params["staged_file"]}, "nothing of what was unpacked is left"
        subprocess.run(["mount", "-o", "remount,size=2m", str(place)], check=True)
        again = jobs.plan_inline(jobs.retry(job, job.actor))
        assert send_and_run(signed_in, again).state == "succeeded"
    assert count(sandbox, dataset) == 4_000


@pytest.mark.slow
@pytest.mark.embedded
def test_on_a_command_line_database_and_files_share_the_full_disk(sandbox: SandboxProcess, tmp_path: Path) -> None:
    dataset = create_dataset(sandbox)
    path = tmp_path / "orders.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as packed:
        packed.write(csv_bytes(rows_of(1)))
        for _ in range(24):
            packed.write(b"7,2026-01-01,Else,1.0,again\n" * 40_000)
    with small_disk(tmp_path / "data", kilobytes=24 * 1024) as directory:
        names = ("DOMOADMIN_", "DATABASE_URL", "REDIS_URL")
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(names)},
            "DOMOADMIN_DATA_DIR": str(directory),
            "DOMOADMIN_UPSTREAM_HOSTS": urlsplit(sandbox.url).netloc,
            "HALDEN_TOKEN": sandbox.token,
        }

        def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
            command = [sys.executable, "manage.py", *arguments]
            return subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
            )

        assert manage("migrate", "--verbosity", "0").returncode == 0
        assert manage("demo").returncode == 0
        options = ["--name", "Halden", "--environment", "test", "--token-env", "HALDEN_TOKEN", "--url", sandbox.url]
        assert manage("connect", "--kind", "domo", *options).returncode == 0
        done = manage("upload", dataset, str(path), "--connection", "halden", "--action", "APPEND", "--inline")
        assert done.returncode == 1
        assert NO_ROOM in done.stderr
        assert "Traceback" not in done.stderr
        assert manage("jobs", "list").returncode == 0, "the database goes on"
    assert count(sandbox, dataset) == 0
