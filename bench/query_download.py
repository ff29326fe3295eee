"""All rows of a query through the web process, against curl of the same export from the same sandbox.

    .venv/bin/python bench/query_download.py [--rows 1000000] [--runs 3]

Starts DomoAdmin as `make up` does, downloads the result of a statement as CSV through the console's button, and
watches the resident memory of the web process meanwhile; then the same rows by curl straight from the sandbox. Exits 1
when the memory rises by more than the mark over what a small download left, when it takes more than twice curl's time,
or when rows are missing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.embedded import free_port, running

MEMORY_MARK = 48.0
RATIO_MARK = 2.0
SMALL = 20_000


class Memory:
    """The highest resident memory of a process while a block runs, in MB."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self._ended = threading.Event()
        self.highest = 0.0

    def __enter__(self) -> Memory:
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *details: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.02):
            self.highest = max(self.highest, self._process.memory_info().rss / 1e6)


def web_process(supervisor: int) -> psutil.Process:
    """Return the process that answers pages: the child of gunicorn's own."""
    for each in psutil.Process(supervisor).children(recursive=True):
        if any("gunicorn" in part for part in each.cmdline()) and not each.children():
            return each
    raise SystemExit("no web process was found")


def signed_in(port: int) -> httpx.Client:
    """Return a browser's client, signed in as the demo's admin."""
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=600, follow_redirects=True)
    client.get("/sign-in/")
    values = {"username": "admin", "password": "admin-demo-2026", "csrfmiddlewaretoken": client.cookies["csrftoken"]}
    client.post("/sign-in/", data=values).raise_for_status()
    return client


def downloaded(client: httpx.Client, dataset: str, sql: str) -> tuple[int, int, float]:
    """Download the rows as the console's button does; return rows (without the header), bytes and seconds."""
    rows = size = 0
    started = time.perf_counter()
    values = {"sql": sql, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
    with client.stream("POST", f"/c/sandbox/data/datasets/{dataset}/query/result.csv", data=values) as answer:
        answer.raise_for_status()
        for chunk in answer.iter_bytes():
            size += len(chunk)
            rows += chunk.count(b"\n")
    return rows - 1, size, time.perf_counter() - started


def by_curl(services: dict[str, Any], dataset: str, sql: str) -> float:
    """Return how many seconds curl needs for the same rows."""
    url = f"{services['sandbox_url']}/api/query/v1/execute/export/{dataset}?includeHeader=true"
    headers = [f"X-DOMO-Developer-Token: {services['sandbox_token']}", "Content-Type: application/json"]
    command = ["curl", "-sS", "--fail", "-o", "/dev/null", "-H", "Accept: text/csv"]
    for header in headers:
        command += ["-H", header]
    started = time.perf_counter()
    subprocess.run([*command, "-d", json.dumps({"sql": sql}), url], check=True)
    return time.perf_counter() - started


def largest(services: dict[str, Any]) -> str:
    """Return the id of the sandbox's dataset with the most rows."""
    asked = {"count": 1000, "query": "*", "entityList": [["dataset"]]}
    headers = {"X-DOMO-Developer-Token": services["sandbox_token"]}
    answer = httpx.post(f"{services['sandbox_url']}/api/search/v1/query", json=asked, headers=headers, timeout=60)
    found = max(answer.json()["searchObjects"], key=lambda each: each.get("rowCount") or 0)
    return str(found["databaseId"])


def main() -> int:
    """Run the comparison; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    port = free_port()
    with tempfile.TemporaryDirectory() as scratch, running(Path(scratch), port) as (process, _):
        services = json.loads(next(Path(scratch).rglob("services.json")).read_text())
        dataset = largest(services)
        select = f"SELECT * FROM `{dataset}` LIMIT "  # noqa: S608 - the sandbox's own id
        web, client = web_process(process.pid), signed_in(port)
        with Memory(web) as small:
            downloaded(client, dataset, select + str(SMALL))
        curls, seconds, highest = [], [], 0.0
        for _ in range(options.runs):
            curls.append(by_curl(services, dataset, select + str(options.rows)))
            with Memory(web) as memory:
                rows, size, taken = downloaded(client, dataset, select + str(options.rows))
            seconds.append(taken)
            highest = max(highest, memory.highest)
    rise, ratio = highest - small.highest, median(seconds) / median(curls)
    print(f"downloaded      {rows:,} rows, {size / 1e6:,.0f} MB of CSV")
    both = f"{median(seconds):.1f} s, curl of the export {median(curls):.1f} s"
    print(f"time            {both}, ratio {ratio:.2f} (mark: {RATIO_MARK})")
    print(f"memory          {small.highest:.0f} MB after {SMALL:,} rows, {highest:.0f} MB at most with {rows:,}")
    print(f"rise            {rise:.0f} MB (mark: {MEMORY_MARK:.0f})")
    return 0 if rows >= options.rows and rise <= MEMORY_MARK and ratio <= RATIO_MARK else 1


if __name__ == "__main__":
    sys.exit(main())
