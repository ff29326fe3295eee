"""One attempt of one request over HTTP: the only module that imports httpx.

It sends, and says of a failure the one thing that matters to whoever retries: whether anything left this machine.
"""

from __future__ import annotations

import os
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from typing import NoReturn

import httpcore
import httpx

from domoadmin.services.addresses import is_forbidden
from domoadmin.services.answers import RawAnswer
from domoadmin.services.connecting import DeadlineError, Exchange, GuardedBackend, exchanging
from domoadmin.services.errors import AnswerLost, ConnectionFailed, InvalidArguments, TooLarge

# Below the keep-alive of common servers and balancers (60 s and more), so that we close an idle connection first: a
# request that crosses the closing of its connection is in doubt.
_KEEP_ALIVE_SECONDS = 20.0
_READ_BYTES = 256 * 1024
USER_AGENT = "DomoAdmin"


@dataclass(frozen=True)
class Timeouts:
    """Seconds: to connect, and without any byte read or written."""

    connect: float
    read: float
    write: float


@dataclass(frozen=True)
class Outgoing:
    """A request ready to send. `chunks` is used up by one attempt; `length` is its number of bytes, None if unknown.

    `patience` is how many seconds may pass without a byte of the answer, where that is more than usual. `secrets` went
    out in it as arguments: an answer that gives them back must not be shown as it is.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(default=b"", repr=False)
    chunks: Callable[[], Iterator[bytes]] | None = field(default=None, repr=False)
    length: int | None = None
    patience: float = 0.0
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass
class OpenAnswer:
    """An answer whose body is read while it comes."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    chunks: Iterator[bytes] = field(repr=False)


class Transport:
    """Pooled connections to one upstream; may be used by many threads, and again after a fork."""

    def __init__(
        self,
        timeouts: Timeouts,
        *,
        connections: int = 32,
        forbidden: Callable[[str], bool] = is_forbidden,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._timeouts = timeouts
        self._connections = connections
        self._forbidden = forbidden
        self._ssl_context = ssl_context
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None
        self._process = 0

    def exchange(self, outgoing: Outgoing, seconds: float | None, most_bytes: int) -> RawAnswer:
        """Send and read the whole answer, within `seconds` (None: only the time-outs of each step hold).

        Raises ConnectionFailed when nothing was sent, AnswerLost when anything was, TooLarge for an answer above
        `most_bytes`, HostNotAllowed, and whatever the body itself raises.
        """
        with self._sending(outgoing, seconds) as response:
            body = bytearray()
            for chunk in response.chunks:
                body += chunk
                if len(body) > most_bytes:
                    raise TooLarge(
                        f"its answer is larger than the {most_bytes:,} bytes that are kept in memory",
                        status=response.status,
                    )
            return RawAnswer(response.status, response.headers, bytes(body))

    @contextmanager
    def open(self, outgoing: Outgoing) -> Iterator[OpenAnswer]:
        """Send and give the answer to be read while it comes; raises as `exchange`, also while reading."""
        with self._sending(outgoing, None) as response:
            yield response

    def close(self) -> None:
        """Close all connections. The transport opens new ones when it is used again."""
        with self._lock:
            if self._client is not None and self._process == os.getpid():
                self._client.close()
            self._client = None

    @contextmanager
    def _sending(self, outgoing: Outgoing, seconds: float | None) -> Iterator[OpenAnswer]:
        exchange = Exchange(ends=None if seconds is None else time.monotonic() + seconds)
        with exchanging(exchange), _told(exchange):
            client = self._http()
            request = client.build_request(
                outgoing.method,
                outgoing.url,
                headers=all_headers(outgoing),
                content=outgoing.content if outgoing.chunks is None else outgoing.chunks(),
                timeout=self._waiting(outgoing.patience),
            )
            response = client.send(request, stream=True)
            try:
                headers = _headers_of(response.headers.raw)
                yield OpenAnswer(response.status_code, headers, _within(exchange, response.iter_bytes(_READ_BYTES)))
            finally:
                response.close()

    def _http(self) -> httpx.Client:
        with self._lock:
            # After a fork the sockets belong to the parent as well: two processes would read each other's answers.
            if self._client is None or self._process != os.getpid():
                self._client = self._new_client()
                self._process = os.getpid()
            return self._client

    def _waiting(self, patience: float) -> httpx.Timeout:
        limits = self._timeouts
        pool = limits.connect + limits.read
        return httpx.Timeout(connect=limits.connect, read=max(limits.read, patience), write=limits.write, pool=pool)

    def _new_client(self) -> httpx.Client:
        client = httpx.Client(
            transport=_GuardedTransport(self._connections, self._forbidden, self._ssl_context),
            # A redirect may lead to another host, which must not see the token.
            follow_redirects=False,
            # A proxy of the environment would resolve names itself, past the guard, and see the token.
            trust_env=False,
        )
        # Cookies would tie calls to a session and grow until the upstream refuses them with 431.
        client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        client.headers.clear()
        return client


class _GuardedTransport(httpx.HTTPTransport):
    """httpx's transport over our own sockets; it has no parameter for them, so its pool is replaced."""

    def __init__(self, connections: int, forbidden: Callable[[str], bool], context: ssl.SSLContext | None) -> None:
        context = context or _default_context()
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=_KEEP_ALIVE_SECONDS,
            http1=True,
            http2=False,
            network_backend=GuardedBackend(forbidden),
        )


@cache
def _default_context() -> ssl.SSLContext:
    # Reading the certificates of the system takes longer than most calls, so all clients share them.
    return ssl.create_default_context()


def all_headers(outgoing: Outgoing) -> dict[str, str]:
    """Return the headers of a request with those that every request has."""
    headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate", **outgoing.headers}
    if outgoing.chunks is not None and outgoing.length is not None:
        headers["Content-Length"] = str(outgoing.length)
    return headers


def _headers_of(raw: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the headers of an answer with lower-case names; those that come again are joined with commas.

    httpx looks at all of them to decode each, which takes longer than everything else that is done to an answer.
    """
    headers: dict[str, str] = {}
    for name, value in raw:
        key = name.decode("latin-1").lower()
        try:
            text = value.decode()
        except UnicodeDecodeError:
            text = value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _within(exchange: Exchange, chunks: Iterator[bytes]) -> Iterator[bytes]:
    # A compressed answer may give many chunks from few bytes, without asking the socket that keeps the deadline.
    for chunk in chunks:
        exchange.within(None)
        yield chunk


@contextmanager
def _told(exchange: Exchange) -> Iterator[None]:
    """Turn the library's errors into ours, by whether anything was sent.

    None of them is kept as cause: it holds the request, and with it the token.
    """
    try:
        yield
    except httpx.LocalProtocolError as error:
        raise InvalidArguments(f"the body doesn't have the announced length ({error})", argument="body") from None
    except httpx.PoolTimeout:
        raise ConnectionFailed("all connections to it are in use") from None
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise ConnectionFailed(str(error) or "no connection came about") from None
    except (httpx.TimeoutException, DeadlineError):
        _raise_lost(exchange, "it didn't answer in time")
    except httpx.DecodingError:
        _raise_lost(exchange, "its answer is compressed wrongly")
    except (httpx.TransportError, httpx.StreamError) as error:
        _raise_lost(exchange, f"the connection broke ({error})" if str(error) else "the connection broke")
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise InvalidArguments(f"the address isn't valid ({error})", argument="base_url") from None


def _raise_lost(exchange: Exchange, message: str) -> NoReturn:
    if exchange.sent:
        raise AnswerLost(message) from None
    # For example a kept connection that the other side had closed before the first byte went out.
    raise ConnectionFailed(message) from None
