"""DomoAdmin as `make up` starts it, for tests: on a free port, in a directory of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-m", "domoadmin.supervisor"]


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def environment_of(directory: Path, port: int) -> dict[str, str]:
    """Return the environment of an embedded DomoAdmin with a small company."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return {
        **kept,
        "DOMOADMIN_DATA_DIR": str(directory),
        "PORT": str(port),
        "DOMOADMIN_SANDBOX_SIZE": "small",
        "PYTHONUNBUFFERED": "1",
    }


def status_of(port: int, path: str = "/sign-in/") -> int | None:
    """Return the status that a page answers with; None where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as answer:
        return answer.code
    except OSError:
        return None


@contextmanager
def running(directory: Path, port: int, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the supervisor in a process group of its own; gives it and what it said once its first page answered.

    settings: further variables of the environment.
    """
    process = subprocess.Popen(
        COMMAND,
        cwd=ROOT,
        env={**environment_of(directory, port), **settings},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        wait_until(lambda: status_of(port) == 200 or process.poll() is not None, "the first page", seconds=60)
        assert process.stdout is not None
        said = ""
        while "Logs:" not in said:
            line = process.stdout.readline()
            assert line, f"It ended: {said}"
            said += line
        yield process, said
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@dataclass
class Embedded:
    """A DomoAdmin that runs with its own worker, Redis and sandbox."""

    address: str
    sandbox_url: str
    token: str

    @classmethod
    def at(cls, directory: Path, port: int) -> Embedded:
        """Return what runs on a directory."""
        services = json.loads((directory / "run" / "services.json").read_text())
        return cls(f"http://localhost:{port}", services["sandbox_url"], services["sandbox_token"])

    def control(self, **faults: object) -> None:
        """Set the sandbox's fault switches."""
        httpx.put(f"{self.sandbox_url}/_control", json=faults, headers={"X-Sandbox-Control": self.token})

    def uploads(self) -> list[dict[str, Any]]:
        """Return what the sandbox counted of each upload."""
        answer = httpx.get(f"{self.sandbox_url}/_control/stats", headers={"X-Sandbox-Control": self.token})
        return list(answer.json()["uploads"].values())

    def create_dataset(self, name: str, columns: list[tuple[str, str]]) -> str:
        """Create an empty dataset with columns of (name, type) and return its id."""
        schema = {"columns": [{"type": kind, "name": column} for column, kind in columns]}
        body = {"userDefinedType": "api", "dataSourceName": name, "schema": schema}
        answer = self._post("/api/data/v2/datasources", body)
        source = answer.get("dataSource", answer)
        return str(source.get("dataSourceId") or source.get("id"))

    def count(self, dataset_id: str) -> int:
        """Count a dataset's rows."""
        statement = {"sql": f"SELECT COUNT(*) FROM `{dataset_id}`"}
        return int(self._post(f"/api/query/v1/execute/export/{dataset_id}", statement)["rows"][0][0])

    @contextmanager
    def signed_in(self, username: str = "admin") -> Iterator[httpx.Client]:
        """Give a client that has signed in as one of the demo's people."""
        password = f"{username}-demo-2026"
        with httpx.Client(base_url=self.address, timeout=60, follow_redirects=True) as client:
            client.get("/sign-in/").raise_for_status()
            form = {"username": username, "password": password, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
            answer = client.post("/sign-in/", data=form, headers={"Referer": f"{self.address}/sign-in/"})
            assert "/sign-in/" not in str(answer.raise_for_status().url), "The sign-in was refused"
            yield client

    def _post(self, path: str, body: object) -> Any:
        headers = {"X-DOMO-Developer-Token": self.token}
        return httpx.post(f"{self.sandbox_url}{path}", json=body, headers=headers).raise_for_status().json()
