"""A million entries of the activity log by `manage.py export_activity --inline`, in every format, one after another.

    .venv/bin/python bench/activity.py [--formats csv,jsonl,parquet] [--sandbox-size large]

Prints how long each takes and the peak memory of the command's process tree, and compares count and checksum of the
file with what the sandbox says of itself; exits 1 when a count or checksum differs or the memory misses its mark.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.upload import ROOT, TOKEN, Sandbox, peak_memory

MEMORY_MARK = 200.0
FORMATS = ("csv", "jsonl", "parquet")
COLUMNS = (
    "time", "userId", "userName", "userType", "actionType", "objectType", "objectId", "objectName",
    "additionalComment", "eventText",
)  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def proof(rows: Iterator[Sequence[Any]]) -> tuple[int, str]:
    """Return count and checksum of rows, as `Activity.proof` of the sandbox describes them; time is milliseconds."""
    count = total = 0
    for row in rows:
        text = "\x1f".join("" if value is None else str(value) for value in row)
        total += int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        count += 1
    return count, f"{total % 2**64:016x}"


def rows_of(path: Path, form: str) -> Iterator[Sequence[Any]]:
    """Yield the values of a file's entries in the order of COLUMNS, with the time in epoch milliseconds."""
    if form == "jsonl":
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                entry = json.loads(line)
                yield [entry[name] for name in COLUMNS]
    elif form == "csv":
        with path.open(encoding="utf-8", newline="") as opened:
            reader = csv.reader(opened)
            assert tuple(next(reader)) == COLUMNS
            for row in reader:
                at = datetime.fromisoformat(row[0].replace("Z", "+00:00"))
                yield [(at - _EPOCH) // timedelta(milliseconds=1), *row[1:]]
    else:
        import duckdb

        names = ", ".join(COLUMNS[1:])
        found = duckdb.connect().execute(f"SELECT epoch_ms(time), {names} FROM '{path}'")  # noqa: S608 - our own path
        while batch := found.fetchmany(10_000):
            yield from batch


def export(environment: dict[str, str], form: str, target: Path) -> tuple[dict[str, Any], float, float]:
    """Export everything there is; return the job's facts, the peak memory in MB and the seconds."""
    command = [sys.executable, "manage.py", "export_activity", "--connection", "bench", "--since", "1970-01-02"]
    command += ["--format", form, "--output", str(target), "--inline", "--json"]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE)
    memory = peak_memory(process)
    seconds = time.perf_counter() - started
    assert process.stdout is not None
    output = process.stdout.read()
    if process.returncode != 0:
        raise SystemExit(f"the export ended with {process.returncode}:\n{output}")
    facts: dict[str, Any] = json.loads(output)
    return facts, memory, seconds


def prepared(directory: Path, sandbox: Sandbox) -> dict[str, str]:
    """Make a database with a connection to the sandbox; return the environment of the command."""
    environment = {
        **os.environ,
        "DOMOADMIN_DATA_DIR": str(directory),
        "DOMOADMIN_UPSTREAM_HOSTS": "127.0.0.1",
        "BENCH_TOKEN": TOKEN,
    }
    environment.pop("DATABASE_URL", None)
    prepare = [sys.executable, "-m", "domoadmin.supervisor", "--prepare"]
    subprocess.run(prepare, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    connect = [sys.executable, "manage.py", "connect", "--kind", "domo", "--name", "Bench", "--url", sandbox.url]
    connect += ["--token-env", "BENCH_TOKEN", "--environment", "sandbox"]
    subprocess.run(connect, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return environment


def control(sandbox: Sandbox, path: str) -> Any:
    """Ask the sandbox's control interface."""
    request = urllib.request.Request(f"{sandbox.url}/_control{path}", headers={"X-Sandbox-Control": TOKEN})
    with urllib.request.urlopen(request, timeout=600) as answer:
        return json.loads(answer.read())


def main() -> int:
    """Run the exports; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--formats", default=",".join(FORMATS))
    parser.add_argument("--sandbox-size", default="large")
    parser.add_argument("--directory", type=Path, help="where to work (a temporary directory unless told)")
    options = parser.parse_args()
    directory = Path(tempfile.mkdtemp(dir=options.directory))
    sandbox = Sandbox(directory / "sandbox", options.sandbox_size)
    kept = True
    try:
        wanted = control(sandbox, "/activity")
        print(f"the sandbox     {wanted['count']:,} entries, checksum {wanted['checksum']}")
        environment = prepared(directory / "data", sandbox)
        for form in options.formats.split(","):
            target = directory / f"log.{form}"
            facts, memory, seconds = export(environment, form, target)
            count, checksum = proof(rows_of(target, form))
            size = target.stat().st_size / 1e6
            target.unlink()
            same = (count, checksum) == (wanted["count"], wanted["checksum"]) and facts["entries"] == count
            print(
                f"{form:<15} {count:,} entries, checksum {checksum} {'the same' if same else 'DIFFERS'}; "
                f"{size:,.0f} MB in {seconds:.0f} s ({count / seconds:,.0f} a second); "
                f"peak memory {memory:.0f} MB of the command's process tree (mark: {MEMORY_MARK:.0f})"
            )
            kept = kept and same and memory < MEMORY_MARK
        calls = control(sandbox, "/stats")["received"].get("activity_log.list", 0)
        print(f"calls           {calls:,} pages asked of the log in all")
    finally:
        sandbox.process.terminate()
        sandbox.process.wait()
        shutil.rmtree(directory)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
