"""Sessions of Domoscio that threads and processes share: where they are kept, and that each is renewed once."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import redis
from cryptography.fernet import Fernet

from domoadmin.services.client import ConnectionSettings, connect
from domoadmin.services.errors import UpstreamError
from domoadmin.services.tokens import MemoryTokenStore, RedisTokenStore, TokenPair
from tests.sandbox_process import SandboxProcess
from tests.services.conftest import Connecting
from tests.services.domoscio_caller import shared_store
from tests.services.domoscio_service import StrictDomoscio
from tests.services.upstream import Upstream
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent.parent


def turned(text: str) -> str:
    """A seal that tests can see through."""
    return text[::-1]


def store_at(url: str, slug: str) -> RedisTokenStore:
    """A store as one process has it."""
    return RedisTokenStore(redis.Redis.from_url(url, socket_timeout=1), slug, turned, turned)


def test_processes_share_a_pair_that_is_sealed(redis_url: str) -> None:
    slug = uuid.uuid4().hex
    first, second = store_at(redis_url, slug), store_at(redis_url, slug)
    assert first.load() is None
    pair = TokenPair("access-1", "refresh-1")
    first.save(pair)
    assert second.load() == pair
    raw = redis.Redis.from_url(redis_url).hgetall(f"domoadmin:session:{slug}")
    assert raw
    assert not any(secret in value for value in raw.values() for secret in (b"access-1", b"refresh-1"))
    first.mark_one_at_a_time(pair.session)
    second.renew(replace(pair, access="access-2"))
    assert first.load() == replace(pair, access="access-2", one_at_a_time=True)
    later = TokenPair("access-9", "refresh-9")
    second.save(later)
    first.renew(pair)
    first.mark_one_at_a_time(pair.session)
    assert first.load() == later, "an answer of an earlier session comes too late"
    first.save(None)
    assert second.load() is None


def test_what_can_t_be_unsealed_is_fetched_anew(redis_url: str, caplog: pytest.LogCaptureFixture) -> None:
    slug = uuid.uuid4().hex
    store_at(redis_url, slug).save(TokenPair("access-1", "refresh-1"))
    server = redis.Redis.from_url(redis_url)
    server.hset(f"domoadmin:session:{slug}", "sealed", "rotten")
    assert store_at(redis_url, slug).load() is None
    server.delete(f"domoadmin:session:{slug}")
    assert "unsealed" in caplog.text


def test_while_redis_is_away_a_process_keeps_its_own_pair(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        url = f"redis://127.0.0.1:{unused.getsockname()[1]}/0"
    store = store_at(url, "away")
    pair = TokenPair("access-1", "refresh-1")
    with store.alone():
        store.save(pair)
    store.renew(replace(pair, access="access-2"))
    assert store.load() == replace(pair, access="access-2")
    assert len(caplog.records) == 1, "said once, not with each call"
    assert "access-" not in caplog.text + repr(pair)


def test_the_store_in_memory_forgets_on_demand() -> None:
    store = MemoryTokenStore()
    store.save(TokenPair("a", "r"))
    store.save(None)
    assert store.load() is None


def test_processes_don_t_outrun_each_other_s_tokens(connecting: Connecting, upstream: Upstream, redis_url: str) -> None:
    service = StrictDomoscio()
    upstream.script(service)
    slug = uuid.uuid4().hex
    # Two clients know no more of each other than two processes do.
    clients = [connecting(kind="domoscio", token_store=store_at(redis_url, slug)) for _ in range(2)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: clients[number % 2].domoscio.list_knowledge_graphs(), range(24)))
        known = service.starts
        service.access = "expired"
        list(pool.map(lambda number: clients[number % 2].domoscio.list_knowledge_graphs(), range(24)))
    assert service.count == 48
    assert known <= 3, "until both know that tokens are good for one call, one may start a session too many"
    assert service.starts == known + 1
    redis.Redis.from_url(redis_url).delete(f"domoadmin:session:{slug}")


def sign_ins(sandbox: SandboxProcess) -> int:
    """How often the authorization token was used."""
    return int(sandbox.stats()["received"].get("domoscio.sign_in", 0))


def let_expire(sandbox: SandboxProcess, times: int) -> None:
    """End the session of whoever calls, again and again while calls are under way; each time waits for the next."""
    before = sign_ins(sandbox)
    for number in range(1, times + 1):
        calls = sandbox.stats()["received"]["domoscio.list_knowledge_graphs"]
        sandbox.control(token_mode="session_expired", match="domoscio", count=1)
        wait_until(lambda number=number: sign_ins(sandbox) >= before + number, f"session {number} is renewed", 60)
        wait_until(
            lambda calls=calls: sandbox.stats()["received"]["domoscio.list_knowledge_graphs"] > calls + 300, "calls", 60
        )


def test_a_hundred_threads_get_through_while_their_session_expires_again_and_again(sandbox: SandboxProcess) -> None:
    sandbox.reset()
    settings = ConnectionSettings(
        kind="domoscio", slug="learning", base_url=f"{sandbox.url}/domoscio", secrets={"token": sandbox.token}
    )
    over = threading.Event()
    failures: list[UpstreamError] = []

    def call_on_and_on(_: int) -> int:
        calls = 0
        while not over.is_set():
            try:
                assert client.domoscio.list_knowledge_graphs(per_page=1)
            except UpstreamError as error:
                failures.append(error)
            calls += 1
        return calls

    with connect(settings) as client, ThreadPoolExecutor(100) as pool:
        try:
            running = [pool.submit(call_on_and_on, number) for number in range(100)]
            wait_until(lambda: sign_ins(sandbox) == 1, "the first session")
            let_expire(sandbox, 4)
        finally:
            over.set()
        counts = [each.result() for each in running]
    assert failures == []
    assert min(counts) > 0
    assert sign_ins(sandbox) == 5, "one for the beginning and one for each expiry"
    sandbox.reset()


@contextmanager
def calling_process(**given: str) -> Iterator[subprocess.Popen[str]]:
    """A process of tests/services/domoscio_caller.py; it ends when its standard input does."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.services.domoscio_caller"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "CALLER": json.dumps(given)},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def test_processes_share_a_session_that_expires_again_and_again(sandbox: SandboxProcess, redis_url: str) -> None:
    sandbox.reset()
    slug, key = uuid.uuid4().hex, Fernet.generate_key().decode()
    given = {"url": f"{sandbox.url}/domoscio", "token": sandbox.token, "redis_url": redis_url, "slug": slug, "key": key}
    with ExitStack() as stack:
        processes = [stack.enter_context(calling_process(**given)) for _ in range(3)]
        wait_until(lambda: sign_ins(sandbox) >= 1, "the first session")
        let_expire(sandbox, 3)
        pair = shared_store(redis_url, slug, key).load()
        told_by = [json.loads(process.communicate(timeout=60)[0]) for process in processes]
    assert [each["failures"] for each in told_by] == [[], [], []]
    assert all(min(each["calls"]) > 0 for each in told_by)
    assert sign_ins(sandbox) == 4, "one for the beginning and one for each expiry, by whichever process"
    assert pair is not None
    server = redis.Redis.from_url(redis_url)
    kept = server.hgetall(f"domoadmin:session:{slug}")
    assert kept
    assert not any(secret.encode() in b"".join(kept.values()) for secret in (pair.access, pair.refresh, sandbox.token))
    server.delete(f"domoadmin:session:{slug}")
    sandbox.reset()
