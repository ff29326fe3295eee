"""10,000 datasets certified by one process against an upstream that takes 50 ms for each call.

    .venv/bin/python bench/bulk.py [--items 10000] [--latency 50] [--database postgres://…]

The ideal is what the upstream alone would take: items × latency ÷ the action's concurrency. Prints the ratio of the
run to its ideal, and how far the memory rose from the first tenth of the run to the last; exits 1 when one of them
misses its mark.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.sandbox_process import SandboxProcess

ROOT = Path(__file__).resolve().parent.parent
CONCURRENCY_MARK, MEMORY_MARK = 1.15, 10.0
OPERATION = "certified_content.certify"
CONCURRENCY = "from apps.jobs.kinds import get_kind; print(get_kind('certify').concurrency)"


def dataset_ids(sandbox: SandboxProcess, count: int) -> list[str]:
    """Return ids of datasets that are not certified and may be."""
    found: list[str] = []
    offset = 0
    with sandbox.client() as client:
        while len(found) < count:
            answer = client.get("/api/data/v3/datasources", params={"limit": 1000, "offset": offset}).json()
            page = answer["dataSources"]
            offset += len(page)
            found += [
                str(each["id"]) for each in page if not each.get("certification") and "WRITE" in each["permissions"]
            ]
    return found[:count]


class DomoAdmin:
    """Commands of DomoAdmin on a database of its own."""

    def __init__(self, directory: Path, sandbox: SandboxProcess, database: str) -> None:
        self.directory = directory
        self.environment = {
            **os.environ,
            "DOMOADMIN_DATA_DIR": str(directory),
            "DOMOADMIN_UPSTREAM_HOSTS": "127.0.0.1",
            "DOMOADMIN_SEARCH_PER_MINUTE": "1000000",
            "BENCH_TOKEN": sandbox.token,
        }
        self.environment.pop("DATABASE_URL", None)
        if database:
            self.environment["DATABASE_URL"] = database
        self.run([sys.executable, "-m", "domoadmin.supervisor", "--prepare"])
        connect = ["connect", "--kind", "domo", "--name", "Bench", "--url", sandbox.url, "--token-env", "BENCH_TOKEN"]
        self.manage(*connect, "--environment", "sandbox")

    def run(self, command: list[str]) -> str:
        """Run a command to its end and return what it prints."""
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)
        return done.stdout

    def manage(self, *command: str) -> str:
        """Run a command of manage.py."""
        return self.run([sys.executable, "manage.py", *command])

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a command of manage.py."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, text=True, stdout=subprocess.PIPE
        )


def measured(process: subprocess.Popen[str]) -> list[tuple[float, float]]:
    """Return (time, resident MB) of the process and those below it until it ends."""
    samples: list[tuple[float, float]] = []
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            tree = [watched, *watched.children(recursive=True)]
            samples.append((time.time(), sum(member.memory_info().rss for member in tree) / 1e6))
        except psutil.NoSuchProcess:
            continue
        time.sleep(0.25)
    return samples


def rise(samples: list[tuple[float, float]], begun: float, ended: float) -> tuple[float, float]:
    """Return the highest memory of the first tenth of the run, and how far that of the last tenth lies above it."""
    tenth = (ended - begun) / 10
    first = max(memory for at, memory in samples if begun <= at <= begun + tenth)
    last = max(memory for at, memory in samples if ended - tenth <= at <= ended)
    return first, last - first


def main() -> int:
    """Run the bench; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--latency", type=float, default=50, help="of each call, in ms")
    parser.add_argument(
        "--database", default="", help="DATABASE_URL of an empty PostgreSQL database; SQLite unless told"
    )
    options = parser.parse_args()
    size = "medium" if options.items <= 3_000 else "large"
    with tempfile.TemporaryDirectory() as directory, SandboxProcess(Path(directory) / "sandbox", size) as sandbox:
        domoadmin = DomoAdmin(Path(directory) / "data", sandbox, options.database)
        selection = Path(directory) / "ids.txt"
        selection.write_text("\n".join(dataset_ids(sandbox, options.items)))
        arguments = ["bulk", "certify", "--connection", "bench", "--ids", str(selection)]
        sandbox.control(latency_ms=options.latency)
        process = domoadmin.start(*arguments, "--run", "--inline", "--json")
        samples = measured(process)
        assert process.stdout is not None
        job: dict[str, Any] = json.loads(process.stdout.read())
        certified = sandbox.stats()["effects"][OPERATION]
        concurrency = int(domoadmin.manage("shell", "-c", CONCURRENCY).split()[-1])
    begun, ended = (datetime.fromisoformat(job[name]).timestamp() for name in ("started_at", "finished_at"))
    ideal = options.items * options.latency / 1000 / concurrency
    first, risen = rise(samples, begun, ended)
    ratio = (ended - begun) / ideal
    print(f"items           {job['counts']}; the sandbox certified {certified:,}")
    print(f"wall time       {ended - begun:.1f} s, ideal {ideal:.1f} s at {concurrency} side by side")
    print(f"ratio           {ratio:.3f} (mark: {CONCURRENCY_MARK})")
    print(f"memory          {first:.0f} MB at first, {risen:+.1f} MB at the end (mark: {MEMORY_MARK:+.0f})")
    kept = ratio <= CONCURRENCY_MARK and risen <= MEMORY_MARK
    return 0 if kept and certified == options.items == job["counts"].get("succeeded") else 1


if __name__ == "__main__":
    sys.exit(main())
