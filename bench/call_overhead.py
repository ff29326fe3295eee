"""What the service layer costs: an operation through it beside bare httpx, the same call on the same sandbox.

Run: python bench/call_overhead.py [--calls 1500] [--profile]. Prints medians over calls that take turns on warm
connections, in microseconds, and their ratio to bare httpx. Two pairs, each like with like: the typed method beside
httpx with the answer parsed from JSON, and the raw door of command line and console beside httpx with its text.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import pstats
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from domoadmin.services.client import Client, ConnectionSettings, connect
from domoadmin.services.wire import read_call
from tests.sandbox_process import SandboxProcess

BUDGET = 1.25
WARM_UP = 100


def measured(calls: int, contestants: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median time of each contestant in seconds; they take turns, each going first as often."""
    names = list(contestants)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(WARM_UP):
        for contestant in contestants.values():
            contestant()
    gc.collect()
    for number in range(calls):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            started = time.perf_counter()
            contestants[name]()
            taken[name].append(time.perf_counter() - started)
    return {name: median(found) for name, found in taken.items()}


def profiled(contestant: Callable[[], object]) -> None:
    """Print where the time of a contestant goes."""
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(1000):
        contestant()
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(40)


def run(client: Client, bare: httpx.Client, dataset: str, calls: int, profile: bool) -> float:
    """Measure, print, and return the largest ratio."""
    path = f"/api/data/v3/datasources/{dataset}"
    read = read_call("datasets.get_metadata", {"dataset_id": dataset})
    contestants: dict[str, Callable[[], object]] = {
        "bare httpx, answer as JSON": lambda: bare.get(path).raise_for_status().json(),
        "client.datasets.get_metadata": lambda: client.datasets.get_metadata(dataset),
        "bare httpx, answer as text": lambda: bare.get(path).raise_for_status().text,
        "client.exchange": lambda: client.exchange(read),
    }
    found = measured(calls, contestants)
    pairs = list(found.items())
    largest = 0.0
    for (bare_name, plain), (name, ours) in zip(pairs[::2], pairs[1::2], strict=True):
        ratio = ours / plain
        largest = max(largest, ratio)
        print(f"{bare_name:32} {plain * 1e6:8.0f} µs")
        print(f"{name:32} {ours * 1e6:8.0f} µs   ratio {ratio:.3f}")
    if profile:
        profiled(contestants["client.datasets.get_metadata"])
    return largest


def main() -> int:
    """Start a sandbox and measure; the exit code is 1 when the budget is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1500)
    parser.add_argument("--profile", action="store_true", help="print where the time of the typed call goes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, SandboxProcess(Path(directory)) as sandbox:
        settings = ConnectionSettings(kind="domo", slug="bench", base_url=sandbox.url, secrets={"token": sandbox.token})
        headers = {"X-DOMO-Developer-Token": sandbox.token, "Accept": "application/json"}
        with connect(settings) as client, httpx.Client(base_url=sandbox.url, headers=headers) as bare:
            dataset = bare.get("/api/data/v3/datasources?limit=1").json()["dataSources"][0]["id"]
            largest = run(client, bare, dataset, options.calls, options.profile)
    print(f"largest ratio {largest:.3f}, budget {BUDGET}")
    return int(largest > BUDGET)


if __name__ == "__main__":
    sys.exit(main())
