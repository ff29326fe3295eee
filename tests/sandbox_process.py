"""Starts and steers a sandbox process for tests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import psutil
import pytest

from tests.waiting import wait_until

START_SECONDS = 30
TOKEN = "sandbox-test-token"


@cache
def _nursery() -> subprocess.Popen[str]:
    # It ends with this process, whose end of the pipe closes.
    return subprocess.Popen(
        [sys.executable, "-m", "tests.sandbox_nursery"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parent.parent,
    )


def _printed(output: Path) -> str:
    text = output.read_text() if output.exists() else ""
    return text if text.endswith("\n") else ""


class SandboxProcess:
    """A sandbox on a free port of this machine. Use as a context manager, or call start() and stop()."""

    def __init__(
        self, data_directory: Path, size: str = "small", seed: int = 1, token: str = TOKEN, port: int = 0
    ) -> None:
        self.data_directory, self.size, self.seed, self.token, self.port = data_directory, size, seed, token, port
        self.url = ""
        self.process: psutil.Process | None = None
        # Kept, since making a client costs more than what most tests ask; nothing here speaks TLS.
        self._controlling = httpx.Client(timeout=30, verify=False)  # noqa: S501

    def start(self) -> SandboxProcess:
        """Returns when the sandbox answers; raises RuntimeError when it does not start."""
        arguments = ["--size", self.size, "--seed", str(self.seed), "--port", str(self.port)]
        arguments += ["--data-dir", str(self.data_directory)]
        self.data_directory.mkdir(parents=True, exist_ok=True)
        output, errors = self.data_directory / "output.log", self.data_directory / "errors.log"
        output.unlink(missing_ok=True)
        environment = {name: value for name, value in os.environ.items() if name.startswith("DOMOADMIN_SANDBOX_")}
        environment["DOMOADMIN_SANDBOX_TOKEN"] = self.token
        wanted = {"arguments": arguments, "environment": environment, "output": str(output), "errors": str(errors)}
        nursery = _nursery()
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        nursery.stdin.write(json.dumps(wanted) + "\n")
        nursery.stdin.flush()
        number = int(nursery.stdout.readline())
        wait_until(lambda: _printed(output) or not psutil.pid_exists(number), "a sandbox", START_SECONDS, every=0.005)
        line = _printed(output)
        if "listening on " not in line:
            raise RuntimeError(f"the sandbox did not start: {line!r} {errors.read_text()}")
        self.process = psutil.Process(number)
        self.url = line.rsplit(" ", 1)[1].strip()
        self.port = int(self.url.rsplit(":", 1)[1])
        return self

    def stop(self) -> None:
        """Ends the process cleanly."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends the process with SIGKILL, as a crash would."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        if self.process is None:
            return
        try:
            self.process.send_signal(number)
            self.process.wait(10)
        except psutil.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        except psutil.NoSuchProcess:
            pass  # it ended by itself
        self.process = None

    def __enter__(self) -> SandboxProcess:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def client(self, timeout: float = 30) -> httpx.Client:
        """An HTTP client that is signed in with the sandbox's token."""
        headers = {"X-DOMO-Developer-Token": self.token}
        return httpx.Client(base_url=self.url, headers=headers, timeout=timeout, verify=False)  # noqa: S501

    def _control(self, method: str, path: str, json: Any = None) -> Any:
        headers = {"X-Sandbox-Control": self.token}
        answer = self._controlling.request(method, f"{self.url}/_control{path}", headers=headers, json=json)
        answer.raise_for_status()
        return answer.json()

    def control(self, **faults: Any) -> Any:
        """Sets the fault switches (all others go off), for example control(status_503=1.0, match="commit", count=2)."""
        return self._control("PUT", "", faults)

    def reset(self) -> None:
        """All faults off, counters at zero. What clients have changed stays."""
        self._control("POST", "/reset")

    def stats(self) -> dict[str, Any]:
        """Counters of received requests, effects and uploads."""
        report: dict[str, Any] = self._control("GET", "/stats")
        return report

    def log(self, count: int = 100) -> list[dict[str, Any]]:
        """The last requests."""
        requests: list[dict[str, Any]] = self._control("GET", f"/log?count={count}")
        return requests


@pytest.fixture(scope="module", name="sandbox")
def sandbox_of_one_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """A sandbox for the tests of one file: what they find depends on what was changed before."""
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process
