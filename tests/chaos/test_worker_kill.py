"""`make up` with the worker killed in the middle of an upload: it comes back, and the upload ends as if nothing was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.apps.data.uploads.support import COLUMNS, csv_bytes, rows_of
from tests.embedded import ROOT, Embedded, environment_of, free_port, running
from tests.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.chaos]

ROWS = 3_000
# Short leases, so that what the dead worker held is free again soon.
SETTINGS = {
    "DOMOADMIN_LEASE_SECONDS": "2",
    "DOMOADMIN_JOB_SWEEP_SECONDS": "1",
    "DOMOADMIN_UPLOAD_PART_BYTES": "4000",
}


def _accepted(embedded: Embedded) -> int:
    return sum(part["accepted"] for upload in embedded.uploads() for part in upload["parts"].values())


def _worker(supervisor: subprocess.Popen[str]) -> psutil.Process | None:
    """Return Celery's main process, once it is there; its pool is among its children."""
    children = psutil.Process(supervisor.pid).children()
    return next((child for child in children if {"celery", "worker"} <= _words(child)), None)


def _words(process: psutil.Process) -> set[str]:
    return {Path(word).name for word in process.cmdline()}


def test_a_worker_killed_midway_is_started_again_and_the_upload_ends_with_every_row_and_one_commit(
    tmp_path: Path,
) -> None:
    directory, port, path = tmp_path / "data", free_port(), tmp_path / "orders.csv"
    path.write_bytes(csv_bytes(rows_of(ROWS)))
    with running(directory, port, **SETTINGS) as (supervisor, _):
        embedded = Embedded.at(directory, port)
        dataset = embedded.create_dataset("Orders", COLUMNS)
        embedded.control(latency_ms=150, match="/parts/")
        options = ["--connection", "sandbox", "--action", "APPEND", "--wait"]
        command = subprocess.Popen(
            [sys.executable, "manage.py", "upload", dataset, str(path), *options],
            cwd=ROOT,
            env={**environment_of(directory, port), **SETTINGS},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            wait_until(lambda: _accepted(embedded) >= 4 or command.poll() is not None, "parts on their way", seconds=30)
            worker = _worker(supervisor)
            assert worker is not None
            # The whole group at once, as the kernel's out-of-memory killer or a power cut does it.
            os.killpg(worker.pid, signal.SIGKILL)
            before = _accepted(embedded)
            said, complained = command.communicate(timeout=60)
        finally:
            command.kill()
        parts = [part for upload in embedded.uploads() for part in upload["parts"].values()]
        assert 4 <= before < len(parts), "killed midway"
        assert (command.returncode, complained) == (0, "")
        assert f"{ROWS:,} of {ROWS:,} rows sent" in said
        assert embedded.count(dataset) == ROWS
        assert [upload["commits_received"] for upload in embedded.uploads()] == [1]
        # Only what was on its way at the kill may have gone up twice.
        assert sum(part["accepted"] for part in parts) <= len(parts) + 4
        again = wait_until(lambda: _worker(supervisor), "the worker to be there")
        assert again.pid != worker.pid
