"""`make up` as a newcomer meets it: one command, a page that answers, an end that leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.embedded import COMMAND, ROOT, environment_of, free_port, running, status_of
from tests.small_disk import small_disk
from tests.waiting import wait_until

pytestmark = pytest.mark.slow


def _below(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def _stop(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """Stop it as a terminal does (SIGINT goes to the whole group) or as a service manager (SIGTERM to the leader)."""
    children = _below(process)
    asked = time.monotonic()
    if number == signal.SIGINT:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    process.communicate(timeout=15)
    assert time.monotonic() - asked < 10
    assert process.returncode == 0
    assert [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE] == []


def test_it_starts_stops_by_either_signal_and_keeps_its_data(tmp_path: Path) -> None:
    directory, port = tmp_path / "data", free_port()
    with running(directory, port) as (process, said):
        names = " ".join(" ".join(child.cmdline()) for child in _below(process))
        assert all(word in names for word in ("redis", "domoadmin.sandbox", "gunicorn", "worker", "beat"))
        assert f"http://localhost:{port}/" in said
        for name in ("viewer", "steward", "support", "admin"):
            assert f"{name}-demo-2026" in said
        key = (directory / "keys" / "secret_key").read_text()
        again = subprocess.run(
            COMMAND, cwd=ROOT, env=environment_of(directory, free_port()), text=True, capture_output=True, timeout=60
        )
        assert (again.returncode, again.stderr.count("\n")) == (1, 1)
        assert "is running on" in again.stderr
        web = next(child for child in _below(process) if "gunicorn" in " ".join(child.cmdline()))
        web.kill()
        wait_until(lambda: status_of(port) == 200, "the web server to come back", seconds=30)
        _stop(process, signal.SIGINT)
    with running(directory, port) as (process, _):
        assert (directory / "keys" / "secret_key").read_text() == key
        assert status_of(port, "/health/") == 200
        _stop(process, signal.SIGTERM)


def test_a_taken_port_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = subprocess.run(
            COMMAND, cwd=ROOT, env=environment_of(tmp_path, port), text=True, capture_output=True, timeout=60
        )
    assert answer.returncode == 1
    assert answer.stderr == (
        f"domoadmin: port {port} is taken. Stop what uses it, or choose another: make up PORT={port + 1000}\n"
    )


@pytest.mark.parametrize("options", [[], ["--prepare"]])
def test_a_full_disk_is_one_line(tmp_path: Path, options: list[str]) -> None:
    with small_disk(tmp_path / "data", kilobytes=64) as directory:
        (directory / "fill").write_bytes(b"x" * 64 * 1024)
        answer = subprocess.run(
            [*COMMAND, *options],
            cwd=ROOT,
            env=environment_of(directory, free_port()),
            text=True,
            capture_output=True,
            timeout=60,
        )
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == (
        f"domoadmin: the disk is full: 0 MB are free below {directory}, 300 MB are needed. "
        "Free some, or set DOMOADMIN_DATA_DIR.\n"
    )


@pytest.mark.parametrize("port", ["http", "0", "70000"])
def test_a_port_that_is_none_is_one_line(tmp_path: Path, port: str) -> None:
    environment = {**environment_of(tmp_path, 0), "PORT": port}
    answer = subprocess.run(COMMAND, cwd=ROOT, env=environment, text=True, capture_output=True, timeout=60)
    assert (answer.returncode, answer.stderr) == (1, f"domoadmin: PORT is a number from 1 to 65535, not '{port}'.\n")


def test_a_python_that_is_too_old_is_one_line(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\ncase "$2" in *exit*) exit 1;; *) echo 3.9.2;; esac\n')
    old.chmod(0o755)
    answer = subprocess.run(
        ["sh", str(ROOT / "tools" / "environment"), "base"],
        cwd=tmp_path,
        env={**os.environ, "SYSTEM_PYTHON": str(old)},
        text=True,
        capture_output=True,
        timeout=60,
    )
    assert answer.returncode == 1
    assert answer.stderr.startswith("domoadmin: Python 3.11 or newer is needed; found: 3.9.2.")
    assert answer.stderr.count("\n") == 1


def test_reset_removes_only_what_is_ours(tmp_path: Path) -> None:
    foreign = tmp_path / "thesis"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("years of work")
    reset = ["sh", str(ROOT / "tools" / "reset")]

    def run(directory: Path) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "DOMOADMIN_DATA_DIR": str(directory)}
        return subprocess.run(reset, env=environment, text=True, capture_output=True, timeout=60)

    assert run(foreign).returncode == 1
    assert (foreign / "thesis.txt").exists()
    data = tmp_path / "data"
    (data / "keys").mkdir(parents=True)
    (data / "domoadmin.sqlite3").touch()
    (data / "mine.txt").touch()
    assert run(data).returncode == 0
    assert [path.name for path in data.iterdir()] == ["mine.txt"]
