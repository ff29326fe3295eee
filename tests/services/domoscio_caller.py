"""A process that calls Domoscio with several threads until its standard input ends; prints what came of it as JSON."""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import redis
from cryptography.fernet import Fernet

from domoadmin.services.client import ConnectionSettings, connect
from domoadmin.services.errors import UpstreamError
from domoadmin.services.tokens import RedisTokenStore

THREADS = 8


def shared_store(redis_url: str, slug: str, key: str) -> RedisTokenStore:
    """The store that all processes of a test share."""
    seal = Fernet(key)
    return RedisTokenStore(
        redis.Redis.from_url(redis_url),
        slug,
        lambda text: seal.encrypt(text.encode()).decode(),
        lambda text: seal.decrypt(text.encode()).decode(),
    )


def main() -> None:
    """Read the settings from the environment, call, report."""
    given = json.loads(os.environ["CALLER"])
    settings = ConnectionSettings(
        kind="domoscio",
        slug=given["slug"],
        base_url=given["url"],
        secrets={"token": given["token"]},
        token_store=shared_store(given["redis_url"], given["slug"], given["key"]),
    )
    over = Event()
    failures: list[str] = []

    def call_on_and_on(_: int) -> int:
        calls = 0
        while not over.is_set():
            try:
                client.domoscio.list_knowledge_graphs(per_page=1)
            except UpstreamError as error:
                failures.append(repr(error))
            calls += 1
        return calls

    with connect(settings) as client, ThreadPoolExecutor(THREADS) as pool:
        running = [pool.submit(call_on_and_on, number) for number in range(THREADS)]
        sys.stdin.read()
        over.set()
        counts = [each.result() for each in running]
    sys.stdout.write(json.dumps({"calls": counts, "failures": failures}))


if __name__ == "__main__":
    main()
