"""A whole DomoAdmin under attack: its processes to kill, its rows to read, and every request that its sandbox got."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import psutil

from tests.embedded import Embedded
from tests.waiting import wait_until

# Of this share of requests each goes wrong in its own way; together a tenth.
FAULTS: dict[str, Any] = {
    "status_429": 0.02,
    "retry_after": 0.05,
    "status_500": 0.01,
    "status_502": 0.01,
    "status_503": 0.02,
    "html_maintenance": 0.01,
    "cut_before_effect": 0.015,
    "cut_after_effect": 0.015,
}
MOST_REQUESTS = 2000


class Stack:
    """Kills what the supervisor keeps alive."""

    def __init__(self, supervisor: subprocess.Popen[str], directory: Path, embedded: Embedded) -> None:
        self._supervisor = psutil.Process(supervisor.pid)
        self._embedded = embedded
        self._database = directory / "domoadmin.sqlite3"
        self._chance = random.Random(11)

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read from the database, beside DomoAdmin."""
        reading = sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=30)
        try:
            return reading.execute(statement, values).fetchall()
        finally:
            reading.close()

    def kill_worker(self) -> None:
        """Kill the worker with all its processes, as the kernel or a power cut does; it is started again."""
        worker = self._child({"celery", "worker"})
        os.killpg(worker.pid, signal.SIGKILL)

    def kill_worker_process(self) -> None:
        """Kill one of the processes in which the worker runs jobs."""
        pool = wait_until(lambda: self._child({"celery", "worker"}).children(), "a process of the worker")
        self._chance.choice(pool).kill()

    def kill_redis(self) -> None:
        """Kill Redis with all that it holds: it keeps nothing on disk."""
        self._child({"redis-server"}).kill()

    def kill_sandbox(self, seen: Requests) -> None:
        """Kill the sandbox, which forgets what it counted: shortly before, it lets nothing take effect any more."""
        self._embedded.control(cut_before_effect=1.0)
        seen.read()
        self._child({"domoadmin.sandbox"}).kill()
        wait_until(lambda: self._is_faulty(FAULTS), "the sandbox to be back", seconds=30)

    def _is_faulty(self, faults: dict[str, Any]) -> bool:
        try:
            self._embedded.control(**faults)
        except httpx.TransportError:
            return False
        return True

    def _child(self, words: set[str]) -> psutil.Process:
        def found() -> psutil.Process | None:
            return next((each for each in self._supervisor.children() if words <= words_of(each)), None)

        child = wait_until(found, f"{words} to run", seconds=30)
        assert child is not None
        return child


def words_of(process: psutil.Process) -> set[str]:
    """Return the words of a command line, paths by their last part."""
    try:
        # Redis writes its own, as one word with spaces.
        return {Path(word).name for word in " ".join(process.cmdline()).split()}
    except psutil.Error:
        return set()


class Requests:
    """Collects what the sandbox logs, which it does for the last 2,000 requests only. Use as a context manager."""

    def __init__(self, embedded: Embedded) -> None:
        self._embedded = embedded
        self._over = threading.Event()
        self._reading = threading.Lock()
        self._thread = threading.Thread(target=self._read_on, daemon=True)
        self.by_id: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Requests:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def read(self) -> None:
        """Take in what is logged now."""
        address = f"{self._embedded.sandbox_url}/_control/log?count={MOST_REQUESTS}"
        with self._reading:
            found = httpx.get(address, headers={"X-Sandbox-Control": self._embedded.token}, timeout=10).json()
            new = {request["toe"]: request for request in found}
            missed = len(found) == MOST_REQUESTS and self.by_id and not self.by_id.keys() & new.keys()
            assert not missed, "Requests were forgotten before they were read"
            self.by_id |= new

    def effects(self, operation: str, object_of: Callable[[str], str]) -> Counter[str]:
        """Return how often the operation took effect on each object, which `object_of` finds in the path."""
        return Counter(
            object_of(request["path"])
            for request in self.by_id.values()
            if request["operation"] == operation
            and (request["fault"] in (None, "cut_after_effect"))
            and request["status"] in (200, 201, 204, "cut after effect", "gone after effect")
        )

    def _read_on(self) -> None:
        while not self._over.wait(0.3):
            try:
                self.read()
            except httpx.TransportError:
                continue  # it is being started again
