"""Where the access and refresh tokens of a Domoscio connection are kept between calls."""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar, cast

import redis

logger = logging.getLogger(__name__)

Value = TypeVar("Value")

# The document gives no lifetime; version 2.3 says about two hours for an access token.
_KEPT_SECONDS = 24 * 3600
# Longer than any call that signs in: a process that died holding the turn must not hold up the others for long.
_TURN_SECONDS = 90
_LONGEST_WAIT_FOR_TURN = 60
_SECONDS_BETWEEN_LOOKS = 0.02
_SECONDS_WITHOUT_REDIS = 15.0

# KEYS: tokens. ARGV: session, sealed pair, seconds. An answer that belongs to an earlier session changes nothing.
_RENEW = """
if redis.call('HGET', KEYS[1], 'session') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'sealed', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""
_MARK = """
if redis.call('HGET', KEYS[1], 'session') ~= ARGV[1] then return 0 end
return redis.call('HSET', KEYS[1], 'one_at_a_time', '1')
"""


@dataclass(frozen=True)
class TokenPair:
    """The tokens of a session; never shown. `session` tells sessions apart and is no secret.

    `one_at_a_time` says that this upstream takes an access token only until it has given the next one, so that calls
    can't go side by side.
    """

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    session: str = field(default_factory=lambda: secrets.token_hex(8))
    one_at_a_time: bool = False


class TokenStore(Protocol):
    """Keeps one pair. Implementations must be safe for threads; several processes may share one."""

    def load(self) -> TokenPair | None:
        """Return the pair, or None when there is none."""

    def save(self, pair: TokenPair | None) -> None:
        """Keep the pair of a new session; None forgets it."""

    def renew(self, pair: TokenPair) -> None:
        """Keep the new tokens of a session, unless another session has taken its place."""

    def mark_one_at_a_time(self, session: str) -> None:
        """Remember of a session that its calls must go one after another."""

    def alone(self) -> AbstractContextManager[None]:
        """Let no other process that shares this store be alone meanwhile. Threads see to themselves."""


class MemoryTokenStore:
    """Keeps the pair in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pair: TokenPair | None = None

    def load(self) -> TokenPair | None:
        """Return the pair, or None when there is none."""
        with self._lock:
            return self._pair

    def save(self, pair: TokenPair | None) -> None:
        """Keep the pair of a new session; None forgets it."""
        with self._lock:
            self._pair = pair

    def renew(self, pair: TokenPair) -> None:
        """Keep the new tokens of a session, unless another session has taken its place."""
        with self._lock:
            if self._pair is not None and self._pair.session == pair.session:
                self._pair = replace(pair, one_at_a_time=self._pair.one_at_a_time)

    def mark_one_at_a_time(self, session: str) -> None:
        """Remember of a session that its calls must go one after another."""
        with self._lock:
            if self._pair is not None and self._pair.session == session:
                self._pair = replace(self._pair, one_at_a_time=True)

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else has this store."""
        return nullcontext()


class RedisTokenStore:
    """Keeps the pair in Redis for all processes, sealed by the given functions (text to text).

    Losing it costs one more start with the authorization token, so trouble with Redis is logged, not raised; while it
    is away, each process keeps a pair of its own.
    """

    def __init__(
        self, server: redis.Redis, slug: str, seal: Callable[[str], str], unseal: Callable[[str], str]
    ) -> None:
        self._server = server
        self._key = f"domoadmin:session:{slug}"
        self._seal = seal
        self._unseal = unseal
        self._renewing = server.register_script(_RENEW)
        self._marking = server.register_script(_MARK)
        self._own = MemoryTokenStore()
        self._without_until = float("-inf")

    def load(self) -> TokenPair | None:
        """Return the pair, or None when there is none or it can't be read."""
        names = ["session", "sealed", "one_at_a_time"]
        kept = self._ask(lambda: cast(list[bytes | None], self._server.hmget(self._key, names)))
        if kept is None:
            return self._own.load()
        session, sealed, marked = kept
        if session is None or sealed is None:
            return None
        try:
            content = json.loads(self._unseal(sealed.decode()))
            return TokenPair(content["access"], content["refresh"], session.decode(), marked is not None)
        except Exception as error:  # noqa: BLE001 - whatever unseal raises for a rotated key; the type is enough
            logger.warning("Tokens in Redis can't be unsealed (%s); they are fetched anew", type(error).__name__)
            return None

    def save(self, pair: TokenPair | None) -> None:
        """Keep the pair of a new session; None forgets it."""
        self._own.save(pair)

        def write() -> bool:
            with self._server.pipeline(transaction=True) as pipeline:
                pipeline.delete(self._key)
                if pair is not None:
                    pipeline.hset(self._key, mapping={"session": pair.session, "sealed": self._sealed(pair)})
                    if pair.one_at_a_time:
                        pipeline.hset(self._key, "one_at_a_time", "1")
                    pipeline.expire(self._key, _KEPT_SECONDS)
                pipeline.execute()
            return True

        self._ask(write)

    def renew(self, pair: TokenPair) -> None:
        """Keep the new tokens of a session, unless another session has taken its place."""
        self._own.renew(pair)
        self._ask(lambda: self._renewing(keys=[self._key], args=[pair.session, self._sealed(pair), _KEPT_SECONDS]))

    def mark_one_at_a_time(self, session: str) -> None:
        """Remember of a session that its calls must go one after another."""
        self._own.mark_one_at_a_time(session)
        self._ask(lambda: self._marking(keys=[self._key], args=[session]))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let no other process be alone meanwhile. Without Redis, or after a minute, it goes on all the same.

        Two that are alone at once may both start a session; neither call fails for that.
        """
        turn = self._server.lock(
            f"{self._key}:turn",
            timeout=_TURN_SECONDS,
            sleep=_SECONDS_BETWEEN_LOOKS,
            blocking_timeout=_LONGEST_WAIT_FOR_TURN,
            thread_local=False,
        )
        taken = self._ask(turn.acquire)
        try:
            yield
        finally:
            if taken:
                try:
                    turn.release()
                except redis.RedisError as error:
                    logger.warning("The turn to sign in was over before its end (%s)", type(error).__name__)

    def _sealed(self, pair: TokenPair) -> str:
        return self._seal(json.dumps({"access": pair.access, "refresh": pair.refresh}))

    def _ask(self, question: Callable[[], Value]) -> Value | None:
        """Return what Redis answers, or None while it is away: nobody waits for a time-out with each call."""
        if time.monotonic() < self._without_until:
            return None
        try:
            return question()
        except redis.RedisError as error:
            logger.warning("Tokens can't be shared through Redis (%s)", type(error).__name__)
            self._without_until = time.monotonic() + _SECONDS_WITHOUT_REDIS
            return None
