"""Upload by command line against `curl -T` of the same file to the same server, in one run.

    .venv/bin/python bench/upload.py [--bytes 2000000000] [--sandbox-size small]

Prints the throughput of the whole-file check, the sending phase as a ratio of curl's, and the peak memory of the
command's process tree; exits 1 when one of the three misses its mark.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.data import SCHEMA, write_csv

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "bench-token"
CHECK_MARK, SEND_MARK, MEMORY_MARK = 100.0, 0.8, 250.0


class Sandbox:
    """The sandbox upstream in a process of its own."""

    def __init__(self, directory: Path, size: str) -> None:
        command = [sys.executable, "-m", "domoadmin.sandbox", "--port", "0", "--size", size, "--seed", "7"]
        environment = {**os.environ, "DOMOADMIN_SANDBOX_TOKEN": TOKEN}
        self.process = subprocess.Popen(
            [*command, "--data-dir", str(directory)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "listening on" in line:
                self.url = line.split("listening on", 1)[1].strip()
                break
        else:
            raise SystemExit("the sandbox did not start")
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Send one JSON request; returns the parsed answer."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"X-DOMO-Developer-Token": TOKEN, "Content-Type": "application/json", "Accept": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=600) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def create_dataset(self, name: str) -> str:
        """Create a dataset with the schema of the bench file; returns its id."""
        columns = [{"type": kind, "name": column} for kind, column in SCHEMA]
        body = {"userDefinedType": "api", "dataSourceName": name, "schema": {"columns": columns}}
        answer = self.call("POST", "/api/data/v2/datasources", body)
        source = answer.get("dataSource", answer)
        return str(source.get("dataSourceId") or source.get("id"))


def peak_memory(process: subprocess.Popen[str]) -> float:
    """Return the highest resident memory of the process and all below it, in MB, watched until it ends."""
    highest = 0
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            tree = [watched, *watched.children(recursive=True)]
            highest = max(highest, sum(member.memory_info().rss for member in tree))
        except psutil.NoSuchProcess:
            continue
        time.sleep(0.02)
    return highest / 1e6


def curl_seconds(sandbox: Sandbox, dataset: str, path: Path) -> float:
    """Return how long one curl -T of the file as a single part takes."""
    upload = sandbox.call("POST", f"/api/data/v3/datasources/{dataset}/uploads", {"action": None, "appendId": None})
    url = f"{sandbox.url}/api/data/v3/datasources/{dataset}/uploads/{upload['uploadId']}/parts/1"
    headers = ["-H", f"X-DOMO-Developer-Token: {TOKEN}", "-H", "Content-Type: text/csv", "-H", "Expect:"]
    started = time.perf_counter()
    subprocess.run(["curl", "-sS", "--fail", "-o", "/dev/null", "-T", str(path), *headers, url], check=True)
    return time.perf_counter() - started


def upload(directory: Path, sandbox: Sandbox, dataset: str, path: Path) -> tuple[dict[str, Any], float]:
    """Upload by `manage.py upload --inline`; returns the job's facts and the peak memory in MB."""
    environment = {
        **os.environ,
        "DOMOADMIN_DATA_DIR": str(directory),
        "DOMOADMIN_UPSTREAM_HOSTS": "127.0.0.1",
        "BENCH_TOKEN": TOKEN,
    }
    environment.pop("DATABASE_URL", None)
    manage = [sys.executable, "manage.py"]
    # Makes the database and the demo people, one of whom the command acts as.
    prepare = [sys.executable, "-m", "domoadmin.supervisor", "--prepare"]
    subprocess.run(prepare, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    connect = ["connect", "--kind", "domo", "--name", "Bench", "--url", sandbox.url, "--token-env", "BENCH_TOKEN"]
    subprocess.run([*manage, *connect, "--environment", "sandbox"], cwd=ROOT, env=environment, check=True)
    command = [
        *manage,
        "upload",
        dataset,
        str(path),
        "--connection",
        "bench",
        "--action",
        "REPLACE",
        "--inline",
        "--json",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE)
    memory = peak_memory(process)
    assert process.stdout is not None
    output = process.stdout.read()
    if process.returncode != 0:
        raise SystemExit(f"the upload ended with {process.returncode}:\n{output}")
    facts: dict[str, Any] = json.loads(output)
    return facts, memory


@contextmanager
def fresh_sandbox(directory: Path, size: str) -> Iterator[Sandbox]:
    """Run a sandbox whose data is gone afterwards."""
    sandbox = Sandbox(directory / "sandbox", size)
    try:
        yield sandbox
    finally:
        sandbox.process.terminate()
        sandbox.process.wait()
        shutil.rmtree(directory / "sandbox")


def main() -> int:
    """Run the comparison; returns the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--bytes", type=int, default=2_000_000_000)
    parser.add_argument("--sandbox-size", default="small")
    parser.add_argument("--directory", type=Path, help="where to work (a temporary directory unless told)")
    options = parser.parse_args()
    directory = Path(tempfile.mkdtemp(dir=options.directory))
    try:
        path = directory / "sales.csv"
        rows = write_csv(path, options.bytes)
        size = path.stat().st_size
        # Each meets a server that has stored nothing yet, one right after the other: on a virtual machine the first
        # touch of fresh memory can cost more than the whole transfer.
        with fresh_sandbox(directory, options.sandbox_size) as sandbox:
            curl = curl_seconds(sandbox, sandbox.create_dataset("Bench curl"), path)
        with fresh_sandbox(directory, options.sandbox_size) as sandbox:
            facts, memory = upload(directory / "data", sandbox, sandbox.create_dataset("Bench upload"), path)
    finally:
        shutil.rmtree(directory)
    phases = facts["phases"]
    check = size / 1e6 / phases["check"]
    send, single = size / 1e6 / phases["send"], size / 1e6 / curl
    print(f"file            {size / 1e9:.2f} GB, {rows:,} rows; upstream reports {facts['account']['reported']:,}")
    print(f"check           {check:,.0f} MB/s (mark: {CHECK_MARK:.0f})")
    print(
        f"send            {send:,.0f} MB/s, curl -T {single:,.0f} MB/s, ratio {send / single:.2f} (mark: {SEND_MARK})"
    )
    print(f"peak memory     {memory:,.0f} MB of the command's process tree (mark: {MEMORY_MARK:.0f})")
    kept = check >= CHECK_MARK and send / single >= SEND_MARK and memory <= MEMORY_MARK
    return 0 if kept and facts["account"]["reported"] == rows else 1


if __name__ == "__main__":
    sys.exit(main())
